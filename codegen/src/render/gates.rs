//! Which items are behind a cargo feature.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Accepts, Api, Operation, Outcome, Type};
use crate::refine::mentioned;

/// The items that rest on inference only, and the types that only they use.
pub(super) struct Gates {
    feature: &'static str,
    open_types: BTreeSet<String>,
}

impl Gates {
    pub(super) fn new(api: &Api, feature: &'static str) -> Self {
        let mut open: Vec<String> = Vec::new();
        for operation in api.operations.iter().filter(|o| !is_inferred(o)) {
            if let Outcome::Json(ty) = &operation.result {
                open.extend(mentioned(ty));
            }
            open.extend(operation.body.iter().flat_map(|body| mentioned(&body.ty)));
            for parameter in &operation.parameters {
                if let Accepts::Value(ty) = &parameter.accepts {
                    open.extend(mentioned(ty));
                }
            }
        }
        let mut open_types = BTreeSet::new();
        while let Some(name) = open.pop() {
            let Some(ty) = api.types.get(&name) else { continue };
            if open_types.insert(name) {
                match ty {
                    Type::Struct(s) => open.extend(s.fields.iter().flat_map(|f| mentioned(&f.ty))),
                    Type::Union(u) => open.extend(u.variants.iter().flat_map(|v| mentioned(&v.ty))),
                    Type::Enum(_) => {}
                }
            }
        }
        Self {
            feature,
            open_types,
        }
    }

    /// The `cfg` of an operation, if it has one.
    pub(super) fn operation(&self, operation: &Operation) -> Option<TokenStream> {
        is_inferred(operation).then(|| self.cfg())
    }

    /// The `cfg` of a type, if it has one.
    pub(super) fn ty(&self, name: &str) -> Option<TokenStream> {
        (!self.open_types.contains(name)).then(|| self.cfg())
    }

    fn cfg(&self) -> TokenStream {
        let feature = self.feature;
        quote!(#[cfg(feature = #feature)])
    }
}

fn is_inferred(operation: &Operation) -> bool {
    operation.evidence.as_deref() == Some("inferred")
}
