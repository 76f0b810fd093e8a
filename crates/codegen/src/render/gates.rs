//! Which items are behind a cargo feature.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, Operation};

/// The items that rest on inference only, and the types that only they use.
pub(super) struct Gates {
    feature: &'static str,
    open_types: BTreeSet<String>,
}

impl Gates {
    pub(super) fn new(api: &Api, feature: &'static str) -> Self {
        let open_types = api.types_of(api.operations.iter().filter(|o| !is_inferred(o)));
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
