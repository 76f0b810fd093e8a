//! The accessors of a response: one method for each member of its parts.
//!
//! A response comes in three parts, each optional. An accessor saves its caller the way through the
//! part.

use syn::parse_quote;

use super::api::{Api, Field, Presence, Struct, Type, type_text};
use super::signatures::argument;
use crate::reserved::{unreserved, unreserved_member};

/// The parts, in the order in which a member that several of them have is looked up.
pub(super) const PARTS: [&str; 3] = ["body", "metadata", "resources"];

/// The types that are returned by value.
const COPY: [&str; 7] = ["bool", "f64", "i32", "i64", "u64", "Timestamp", "Uuid"];

/// A method that returns a member of a part.
pub struct Accessor<'a> {
    /// Its name.
    pub ident: String,
    /// What it returns, in an `Option`.
    pub returns: syn::Type,
    /// The places of the member, in the order in which they are tried.
    pub sources: Vec<Source<'a>>,
}

/// A member of a part.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The field that holds the part.
    pub part: &'a Field,
    /// The member.
    pub member: &'a Field,
}

impl Api {
    /// Returns the accessors of a type: those of a response with parts.
    pub fn accessors(&self, name: &str) -> Vec<Accessor<'_>> {
        let Some(Type::Struct(response)) = self.types.get(name) else {
            return Vec::new();
        };
        let parts: Vec<_> = PARTS
            .iter()
            .filter_map(|part| self.part(response, part))
            .collect();
        // A struct with only one of these names has other uses for it.
        if parts.len() < 2 {
            return Vec::new();
        }
        let fields: Vec<&str> = response.fields.iter().map(|f| f.ident.as_str()).collect();
        let mut accessors: Vec<Accessor<'_>> = Vec::new();
        let members = parts
            .iter()
            .flat_map(|(part, members)| members.iter().map(|member| Source { part, member }));
        for source in members {
            let ident = unreserved(&unreserved_member(name, &source.member.ident), &fields);
            let returns = source.returns();
            let known = accessors.iter_mut().find(|known| known.ident == ident);
            match known {
                None => accessors.push(Accessor {
                    ident,
                    returns,
                    sources: vec![source],
                }),
                Some(known) if type_text(&known.returns) == type_text(&returns) => {
                    known.sources.push(source);
                }
                Some(_) => {}
            }
        }
        accessors.sort_by(|a, b| a.ident.cmp(&b.ident));
        accessors
    }

    /// Returns a part of a response and its members.
    fn part<'a>(&'a self, response: &'a Struct, name: &str) -> Option<(&'a Field, &'a [Field])> {
        let part = response.fields.iter().find(|field| field.name == name)?;
        let syn::Type::Path(ty) = &part.ty else {
            return None;
        };
        let Type::Struct(structure) = self.types.get(&ty.path.get_ident()?.to_string())? else {
            return None;
        };
        let readable = part.presence == Presence::Nullable && !structure.sent;
        readable.then_some((part, structure.fields.as_slice()))
    }
}

/// Returns whether a type with these accessors has a duration: what it describes has a status, starts and
/// ends. A schedule has no status, and the time between its start and its end says when it applies.
pub fn has_duration(accessors: &[Accessor<'_>]) -> bool {
    let find = |ident: &str| accessors.iter().find(|accessor| accessor.ident == ident);
    let is_time = |ident| find(ident).is_some_and(|found| is(&found.returns, "Timestamp"));
    is_time("start_time")
        && is_time("end_time")
        && find("status").is_some()
        && find("duration").is_none()
}

impl Source<'_> {
    /// Returns the type of the member, and whether the member may be absent: there is one `Option`,
    /// whether the presence or the type says so.
    fn value(&self) -> (&syn::Type, bool) {
        let may_be_absent = self.member.presence != Presence::Required;
        match argument(&self.member.ty) {
            Some(value) if is(&self.member.ty, "Option") => (value, true),
            _ => (&self.member.ty, may_be_absent),
        }
    }

    /// Returns the type that stands in the accessor's `Option`.
    fn returns(&self) -> syn::Type {
        let (ty, _) = self.value();
        if COPY.iter().any(|copy| is(ty, copy)) {
            return ty.clone();
        }
        match argument(ty) {
            Some(item) if is(ty, "Vec") => parse_quote!(&[#item]),
            _ if is(ty, "String") => parse_quote!(&str),
            _ => parse_quote!(&#ty),
        }
    }

    /// Returns how the member is read, in the words of the macro `accessors`.
    pub fn read(&self) -> &'static str {
        let (ty, may_be_absent) = self.value();
        let is_copy = COPY.iter().any(|copy| is(ty, copy));
        let is_deref = self.member.boxed || is(ty, "String") || is(ty, "Vec");
        match (may_be_absent, is_copy) {
            (false, true) => "copied",
            (false, false) => "borrowed",
            (true, true) => "optional_copied",
            (true, false) if is_deref => "optional_dereferenced",
            (true, false) => "optional_borrowed",
        }
    }
}

/// Returns whether this is the last segment of the type's path.
fn is(ty: &syn::Type, name: &str) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == name))
}
