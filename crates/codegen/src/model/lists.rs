//! Which operations return lists, and which parameters do lists have in common?

use super::api::{Location, Operation, Outcome, Parameter};

/// The parameters that select a project.
const PROJECT: [&str; 2] = ["project", "project_name_or_id"];

/// The form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// One page of it, which says how many there are.
    Page,
    /// A plain array.
    Array,
}

impl Operation {
    /// Returns the form of a list and the type of its items, if the operation returns a list.
    pub fn list(&self) -> Option<(ListForm, &syn::Type)> {
        let Outcome::Json(ty) = &self.result else {
            return None;
        };
        let syn::Type::Path(path) = &**ty else {
            return None;
        };
        let segment = path.path.segments.last()?;
        let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
            return None;
        };
        let form = match segment.ident.to_string().as_str() {
            "Page" => ListForm::Page,
            "List" => ListForm::Array,
            _ => return None,
        };
        match arguments.args.first()? {
            syn::GenericArgument::Type(item) => Some((form, item)),
            _ => None,
        }
    }

    /// Returns the query parameter that limits the items of a list.
    pub fn limit_parameter(&self) -> Option<&'static str> {
        let names = ["size", "limit"].into_iter();
        names.into_iter().find(|name| self.has_query(name))
    }

    /// Returns the query parameter that selects the project of a list, if a call may leave it open.
    /// In the path or the query of another operation, a project says what is changed or deleted.
    pub fn project_parameter(&self) -> Option<&'static str> {
        let is_list = self.method == "GET" && self.list().is_some();
        let mut fixed = self
            .parameters
            .iter()
            .filter(|parameter| parameter.required || parameter.location != Location::Query);
        if !is_list || fixed.any(|parameter| PROJECT.contains(&parameter.name.as_str())) {
            return None;
        }
        PROJECT.into_iter().find(|name| self.has_query(name))
    }

    /// Returns the query parameters that a call must set: at least one of each element.
    pub fn required_query(&self) -> Vec<Vec<&Parameter>> {
        let query = self.parameters.iter();
        let query = query.filter(|parameter| parameter.location == Location::Query);
        let (required, optional): (Vec<_>, Vec<_>) = query.partition(|p| p.required);
        let marked = |parameter: &&Parameter| parameter.one_required;
        let is_met = required.iter().any(|parameter| parameter.one_required);
        let one: Vec<_> = optional.into_iter().filter(marked).collect();
        let one = (!is_met && !one.is_empty()).then_some(one);
        let required = required.into_iter().map(|parameter| vec![parameter]);
        required.chain(one).collect()
    }

    /// Returns whether the operation has a query parameter of this name.
    pub fn has_query(&self, name: &str) -> bool {
        let mut parameters = self.parameters.iter();
        parameters.any(|parameter| parameter.location == Location::Query && parameter.name == name)
    }
}
