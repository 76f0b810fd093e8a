//! How structs, enums and unions are rendered.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::accessors::accessors;
use super::backlinks::Backlinks;
use super::feature_gates::FeatureGates;
use super::links::Links;
use super::{doc_attributes, docs};
use crate::model::{Api, Enum, Field, Presence, Struct, Type, Union};

pub(super) fn types(api: &Api, gates: &FeatureGates, links: &Links<'_>) -> Vec<TokenStream> {
    let backlinks = Backlinks::new(api, gates, links);
    let types = api.types.iter().map(|(name, ty)| {
        let gate = gates.ty(name);
        match ty {
            Type::Struct(structure) => {
                let (prose, evidence) = (&structure.prose, &structure.evidence);
                let docs = backlinks.ty(name, prose.as_deref(), evidence.as_deref());
                let docs = doc_attributes(&docs);
                let item = self::structure(name, structure, &docs, gate.as_ref());
                let accessors = accessors(api, name, gate.as_ref());
                quote!(#item #accessors)
            }
            Type::Enum(enumeration) => {
                let (prose, evidence) = (&enumeration.prose, &enumeration.evidence);
                let docs = backlinks.ty(name, prose.as_deref(), evidence.as_deref());
                let docs = doc_attributes(&docs);
                let item = self::enumeration(name, enumeration, &docs);
                quote!(#gate #item)
            }
            Type::Union(union) => {
                let docs = doc_attributes(&backlinks.ty(name, None, None));
                let item = self::union(name, union, &docs, api);
                quote!(#gate #item)
            }
        }
    });
    types.collect()
}

fn structure(
    name: &str,
    structure: &Struct,
    docs: &TokenStream,
    gate: Option<&TokenStream>,
) -> TokenStream {
    let ident = format_ident!("{name}");
    let fields = structure.fields.iter().map(field);
    let unknown = structure.open.then(|| {
        quote! {
            /// Members that the document does not declare.
            pub unknown_fields: crate::UnknownFields,
        }
    });
    let request = structure.sent.then(|| {
        let request = request(structure, &ident);
        quote!(#gate #request)
    });
    let members = members(structure, &ident);
    quote! {
        #gate
        #docs
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct #ident {
            #(#fields)*
            #unknown
        }
        #gate
        #members
        #request
    }
}

fn field(field: &Field) -> TokenStream {
    let docs = doc_attributes(&docs::field(field));
    let ident = format_ident!("{}", field.ident);
    let ty = held(field);
    let ty = match field.presence {
        Presence::Required => ty,
        Presence::Nullable | Presence::Optional => quote!(Option<#ty>),
        Presence::ThreeState => quote!(crate::Field<#ty>),
    };
    quote! {
        #docs
        pub #ident: #ty,
    }
}

/// Returns the implementation of reading and writing.
fn members(structure: &Struct, ident: &proc_macro2::Ident) -> TokenStream {
    let of = |presences: &[Presence]| {
        let fields = structure.fields.iter();
        let fields = fields.filter(|field| presences.contains(&field.presence));
        let members = fields.map(|field| {
            let (name, ident) = (&field.name, format_ident!("{}", field.ident));
            quote!(#name #ident)
        });
        quote!(#(#members),*)
    };
    let required = of(&[Presence::Required]);
    let nullable = of(&[Presence::Nullable]);
    let optional = of(&[Presence::Optional, Presence::ThreeState]);
    let unknown = structure.open.then(|| quote!(unknown_fields));
    quote! {
        crate::object! {
            #ident
            required { #required }
            nullable { #nullable }
            optional { #optional }
            #unknown
        }
    }
}

fn held(field: &Field) -> TokenStream {
    let ty = &field.ty;
    if field.boxed {
        quote!(Box<#ty>)
    } else {
        quote!(#ty)
    }
}

/// Returns the implementation of `new` and the setters.
fn request(structure: &Struct, ident: &proc_macro2::Ident) -> TokenStream {
    let (mut arguments, mut required) = (Vec::new(), Vec::new());
    let (mut optional, mut three_state) = (Vec::new(), Vec::new());
    for field in &structure.fields {
        let (ident, ty) = (format_ident!("{}", field.ident), held(field));
        match (field.presence, &field.constant) {
            (Presence::Required, Some(constant)) => {
                required.push(quote!(#ident: #constant.to_owned()));
            }
            (Presence::Required, None) if is_converted(&field.ty) => {
                arguments.push(quote!(#ident: impl Into<#ty>));
                required.push(quote!(#ident: #ident.into()));
            }
            (Presence::Required, None) => {
                arguments.push(quote!(#ident: #ty));
                required.push(quote!(#ident: #ident));
            }
            (Presence::Nullable | Presence::Optional, _) => optional.push(quote!(#ident: #ty)),
            (Presence::ThreeState, _) => three_state.push(quote!(#ident: #ty)),
        }
    }
    let unknown = structure.open.then(|| quote!(unknown_fields));
    quote! {
        crate::request! {
            #ident
            new(#(#arguments),*) { #(#required),* }
            optional { #(#optional),* }
            three_state { #(#three_state),* }
            #unknown
        }
    }
}

fn is_converted(ty: &syn::Type) -> bool {
    let converted = ["String", "Json", "JsonObject"];
    matches!(ty, syn::Type::Path(path) if converted.iter().any(|name| path.path.is_ident(name)))
}

fn enumeration(name: &str, enumeration: &Enum, about: &TokenStream) -> TokenStream {
    let ident = format_ident!("{name}");
    let variants = enumeration.variants.iter().map(|(variant, value)| {
        let variant = format_ident!("{variant}");
        let versions = enumeration.versions.get(value);
        let sentences = versions.into_iter().flat_map(docs::versions);
        let notes = sentences.flat_map(|sentence| [String::new(), sentence]);
        let notes = doc_attributes(&notes.collect::<Vec<_>>());
        quote!(#notes #variant = #value,)
    });
    quote! {
        crate::open_enum! {
            #about
            pub enum #ident {
                #(#variants)*
            }
        }
    }
}

fn union(name: &str, union: &Union, docs: &TokenStream, api: &Api) -> TokenStream {
    let ident = format_ident!("{name}");
    let variants = union.variants.iter().map(|variant| {
        let (name, ty) = (format_ident!("{}", variant.name), &variant.ty);
        let tags = &variant.tags;
        if union.tag.is_some() {
            return quote!(#(#tags)|* => #name(#ty),);
        }
        let is_struct = matches!(ty, syn::Type::Path(path) if path.path.get_ident()
            .is_some_and(|ident| matches!(api.types.get(&ident.to_string()), Some(Type::Struct(_)))));
        if is_struct {
            quote!(#name(Box<#ty>),)
        } else {
            quote!(#name(#ty),)
        }
    });
    match &union.tag {
        Some(tag) => quote! {
            crate::tagged_union! {
                #docs
                pub enum #ident by #tag {
                    #(#variants)*
                }
            }
        },
        None => quote! {
            crate::any_of! {
                #docs
                pub enum #ident {
                    #(#variants)*
                }
            }
        },
    }
}
