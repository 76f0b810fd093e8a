//! How the accessors of a response are rendered.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{doc_attributes, docs};
use crate::model::{Accessor, Api, Source};

/// Returns the accessors of a type, if it has any.
pub(super) fn accessors(api: &Api, name: &str) -> Option<TokenStream> {
    let accessors = api.accessors(name);
    let methods: Vec<TokenStream> = accessors.iter().filter_map(method).collect();
    let ident = format_ident!("{name}");
    (!methods.is_empty()).then(|| quote!(crate::accessors! { #ident #(#methods)* }))
}

/// Returns the method for the duration of what a type describes, if it has one.
pub(super) fn duration(api: &Api, name: &str) -> Option<TokenStream> {
    let ident = format_ident!("{name}");
    api.has_duration(name)
        .then(|| quote!(crate::duration! { #ident }))
}

fn method(accessor: &Accessor<'_>) -> Option<TokenStream> {
    let docs = doc_attributes(&docs::accessor(accessor)?);
    let ident = format_ident!("{}", accessor.ident);
    let returns = &accessor.returns;
    let (last, earlier) = accessor.sources.split_last()?;
    let (last, earlier) = (place(last), earlier.iter().map(place));
    Some(quote! {
        #docs
        #ident: #returns = #([#earlier])* #last;
    })
}

fn place(source: &Source<'_>) -> TokenStream {
    let read = format_ident!("{}", source.read());
    let part = format_ident!("{}", source.part.ident);
    let member = format_ident!("{}", source.member.ident);
    quote!(#read #part.#member)
}
