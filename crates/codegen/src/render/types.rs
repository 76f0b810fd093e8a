//! How structs, enums and unions are rendered.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::backlinks::Backlinks;
use super::feature_gates::FeatureGates;
use super::{doc_attributes, docs};
use crate::model::{Api, Enum, Field, Presence, Struct, Type, Union};

pub(super) fn types(api: &Api, gates: &FeatureGates, client: &str) -> Vec<TokenStream> {
    let backlinks = Backlinks::new(api, gates, client);
    let types = api.types.iter().map(|(name, ty)| {
        let gate = gates.ty(name);
        match ty {
            Type::Struct(structure) => {
                let (prose, evidence) = (&structure.prose, &structure.evidence);
                let docs = backlinks.ty(name, prose.as_deref(), evidence.as_deref());
                let docs = doc_attributes(&docs);
                self::structure(name, structure, &docs, gate.as_ref())
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
    let needed: Vec<&Field> = structure
        .fields
        .iter()
        .filter(|field| field.presence == Presence::Required)
        .collect();
    let default = (structure.sent && needed.is_empty()).then(|| quote!(Default,));
    let constructor =
        (structure.sent && !needed.is_empty()).then(|| constructor(structure, &ident));
    let constructor = constructor.map(|item| quote!(#gate #item));
    let members = members(structure, &ident);
    quote! {
        #gate
        #docs
        #[derive(Debug, Clone, PartialEq, #default)]
        pub struct #ident {
            #(#fields)*
            #unknown
        }
        #gate
        #members
        #constructor
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

/// Returns `new`, which takes the required fields.
fn constructor(structure: &Struct, ident: &proc_macro2::Ident) -> TokenStream {
    let mut arguments = Vec::new();
    let values = structure.fields.iter().map(|field| {
        let ident = format_ident!("{}", field.ident);
        match (field.presence, &field.constant) {
            (Presence::Required, Some(constant)) => quote!(#ident: #constant.to_owned(),),
            (Presence::Required, None) if is_string(&field.ty) => {
                arguments.push(quote!(#ident: impl Into<String>));
                quote!(#ident: #ident.into(),)
            }
            (Presence::Required, None) => {
                let ty = held(field);
                arguments.push(quote!(#ident: #ty));
                quote!(#ident,)
            }
            (Presence::Nullable | Presence::Optional, _) => quote!(#ident: None,),
            (Presence::ThreeState, _) => quote!(#ident: crate::Field::Unset,),
        }
    });
    let values: Vec<TokenStream> = values.collect();
    let unknown = structure
        .open
        .then(|| quote!(unknown_fields: crate::UnknownFields::default(),));
    let default = arguments.is_empty().then(|| {
        quote! {
            impl Default for #ident {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    let allow = (arguments.len() > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    quote! {
        impl #ident {
            /// Creates a value from the required fields; the server has defaults for all others.
            #allow
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values)* #unknown }
            }
        }
        #default
    }
}

fn is_string(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("String"))
}

fn enumeration(name: &str, enumeration: &Enum, docs: &TokenStream) -> TokenStream {
    let ident = format_ident!("{name}");
    let variants = enumeration.variants.iter().map(|(variant, value)| {
        let variant = format_ident!("{variant}");
        quote!(#variant = #value,)
    });
    quote! {
        crate::open_enum! {
            #docs
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
