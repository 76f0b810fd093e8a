//! Which items require a cargo feature.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Api, Operation};

/// The gates of inferred operations, and of the types that only they use.
pub(super) struct FeatureGates {
    feature: &'static str,
    ungated_types: BTreeSet<String>,
}

impl FeatureGates {
    pub(super) fn new(api: &Api, feature: &'static str) -> Self {
        let ungated_types = api.types_of(api.operations.iter().filter(|o| !is_inferred(o)));
        Self {
            feature,
            ungated_types,
        }
    }

    /// Returns the `cfg` of an operation, if it is gated.
    pub(super) fn operation(&self, operation: &Operation) -> Option<TokenStream> {
        is_inferred(operation).then(|| self.cfg())
    }

    /// Returns the `cfg` of a type, if it is gated.
    pub(super) fn ty(&self, name: &str) -> Option<TokenStream> {
        (!self.ungated_types.contains(name)).then(|| self.cfg())
    }

    fn cfg(&self) -> TokenStream {
        let feature = self.feature;
        quote!(#[cfg(feature = #feature)])
    }
}

fn is_inferred(operation: &Operation) -> bool {
    operation.evidence.as_deref() == Some("inferred")
}
