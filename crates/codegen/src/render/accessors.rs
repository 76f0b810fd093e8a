//! How the accessors of a response are rendered.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{doc_attributes, docs};
use crate::model::{Accessor, Api, Source, has_duration};

/// Returns the accessors of a type, and the method for the duration of what it describes, if it has any.
pub(super) fn accessors(api: &Api, name: &str, gate: Option<&TokenStream>) -> TokenStream {
    let accessors = api.accessors(name);
    let duration = has_duration(&accessors);
    let methods: Vec<TokenStream> = accessors.iter().filter_map(method).collect();
    let ident = format_ident!("{name}");
    let accessors =
        (!methods.is_empty()).then(|| quote!(#gate crate::accessors! { #ident #(#methods)* }));
    let duration = duration.then(|| quote!(#gate crate::duration! { #ident }));
    quote!(#accessors #duration)
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
