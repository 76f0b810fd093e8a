//! How progenitor's types are written: with short paths, the library's types, pages and tuples.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use syn::visit_mut::{self, VisitMut};
use syn::{Type, parse_quote};

use super::signatures::{Signatures, argument};

/// The types that replace named types of progenitor.
pub(super) struct Substitutes {
    types: BTreeMap<String, Type>,
    /// The generated types.
    generated: BTreeSet<String>,
}

impl Substitutes {
    pub(super) fn new(signatures: &Signatures, lowered: &Value) -> Self {
        let schemas = lowered
            .pointer("/components/schemas")
            .and_then(Value::as_object);
        let mut substitutes = Self {
            types: BTreeMap::new(),
            generated: schemas.into_iter().flat_map(Map::keys).cloned().collect(),
        };
        let field =
            |name: &str, key: &str| signatures.structs.get(name)?.get(key).map(|(_, ty)| ty);
        for (name, schema) in schemas.into_iter().flatten() {
            match schema.get("x-type").and_then(Value::as_str) {
                Some("filter") => substitutes.add(name, parse_quote!(crate::Filter)),
                Some("secret") => substitutes.add(name, parse_quote!(crate::Secret)),
                Some("file-part") => substitutes.add(name, parse_quote!(crate::types::FilePart)),
                Some("secret-map") => substitutes.add(name, parse_quote!(crate::SecretMap)),
                _ => {}
            }
            if schema.get("x-page").is_some()
                && let Some(item) = field(name, "items").and_then(argument)
            {
                substitutes.add(name, parse_quote!(crate::Page<#item>));
            }
            if schema.get("x-tuple").is_some() {
                let fields = signatures.structs.get(name).into_iter().flatten();
                let places: Vec<&Type> = fields.map(|(_, (_, ty))| ty).collect();
                let tuple = match places.as_slice() {
                    [only] => parse_quote!((#only,)),
                    places => parse_quote!((#(#places),*)),
                };
                substitutes.add(name, tuple);
            }
        }
        // A page or tuple that contains itself would never end: in its place, any JSON is allowed.
        for name in substitutes.endless() {
            substitutes.add(&name, parse_quote!(crate::Json));
        }
        substitutes
    }

    /// Returns the components whose substitutes contain themselves.
    fn endless(&self) -> Vec<String> {
        let parts = self.types.iter().map(|(name, ty)| (name, components(ty)));
        let parts: BTreeMap<&String, BTreeSet<String>> = parts.collect();
        let contains_itself = |name: &&&String| {
            let (mut found, mut open) = (BTreeSet::new(), vec![**name]);
            while let Some(next) = open.pop() {
                let inside = parts.get(next).into_iter().flatten();
                open.extend(inside.filter(|part| found.insert(*part)));
            }
            found.contains(**name)
        };
        let endless = parts.keys().filter(contains_itself);
        endless.map(|name| (*name).clone()).collect()
    }

    fn add(&mut self, name: &str, ty: Type) {
        self.generated.remove(name);
        self.types.insert(name.to_owned(), ty);
    }

    /// Returns whether another type replaces this component.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// Returns the type as written among the generated types.
    pub(super) fn apply(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        Rewrite(self).visit_type_mut(&mut ty);
        ty
    }

    /// Returns the type as written outside the module of generated types.
    pub(super) fn apply_outside(&self, ty: &Type) -> Type {
        let mut ty = self.apply(ty);
        Qualify(self).visit_type_mut(&mut ty);
        ty
    }
}

/// Returns the components that one of progenitor's types contains.
fn components(ty: &Type) -> BTreeSet<String> {
    struct Components(BTreeSet<String>);

    impl VisitMut for Components {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            let mut names = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string());
            // In a signature, a component is `types::Thing`, and in another component `Thing`.
            match (names.next(), names.next(), names.next()) {
                (Some(name), None, None) => drop(self.0.insert(name)),
                (Some(module), Some(name), None) if module == "types" => drop(self.0.insert(name)),
                _ => {}
            }
            visit_mut::visit_path_mut(self, path);
        }
    }

    let mut components = Components(BTreeSet::new());
    components.visit_type_mut(&mut ty.clone());
    components.0
}

struct Rewrite<'a>(&'a Substitutes);

impl VisitMut for Rewrite<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty {
            let name = path
                .path
                .segments
                .last()
                .map(|segment| segment.ident.to_string());
            let name = name.unwrap_or_default();
            if let Some(substitute) = self.0.types.get(&name) {
                *ty = substitute.clone();
            } else if let Some(Type::Path(short)) = shortened(&name, path) {
                *ty = Type::Path(short);
            } else if name == "Box"
                && let Some(inner) = argument(ty)
            {
                *ty = inner.clone();
                return self.visit_type_mut(ty);
            }
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

struct Qualify<'a>(&'a Substitutes);

impl VisitMut for Qualify<'_> {
    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        let generated = |ident: &syn::Ident| self.0.generated.contains(&ident.to_string());
        if let Some(ident) = path.path.get_ident().filter(|ident| generated(ident)) {
            *path = parse_quote!(types::#ident);
        }
        visit_mut::visit_type_path_mut(self, path);
    }
}

/// Returns the short form of a path that typify writes in full.
fn shortened(name: &str, path: &syn::TypePath) -> Option<Type> {
    let crate_name = path.path.segments.first()?.ident.to_string();
    let arguments = &path.path.segments.last()?.arguments;
    Some(match (crate_name.as_str(), name) {
        ("chrono", "DateTime") => parse_quote!(crate::Timestamp),
        ("std", "String") => parse_quote!(String),
        ("std", "Vec") => parse_quote!(Vec #arguments),
        ("std", "Option") => parse_quote!(Option #arguments),
        ("std", "BTreeMap") => parse_quote!(BTreeMap #arguments),
        ("serde_json", "Map") => parse_quote!(JsonObject),
        ("serde_json", "Value") => parse_quote!(Json),
        ("uuid", "Uuid") => parse_quote!(Uuid),
        ("types", _) => {
            let ident = &path.path.segments.last()?.ident;
            parse_quote!(#ident #arguments)
        }
        _ => return None,
    })
}
