//! How operations are rendered: a module for each group, with methods of the client and builders.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::links::Links;
use super::{Context, doc_attributes, docs, routes};
use crate::model::{
    Accepts, Api, Encoding, Group, ListForm, Location, Operation, Outcome, Parameter,
};

pub(super) fn groups(api: &Api, context: Context<'_>) -> Vec<TokenStream> {
    let groups = api.operations.chunk_by(|a, b| a.group == b.group);
    groups
        .map(|operations| {
            let name = operations.first().map_or("", |operation| &operation.group);
            let described = api.groups.get(name);
            group(name, described, operations, context)
        })
        .collect()
}

fn group(
    name: &str,
    described: Option<&Group>,
    operations: &[Operation],
    context: Context<'_>,
) -> TokenStream {
    let Context { links, options, .. } = context;
    let module = format_ident!("{name}");
    let module_docs = doc_attributes(&docs::module(name, described, links));
    let docs = described.map(|described| doc_attributes(&docs::methods(described, links)));
    let methods = operations
        .iter()
        .map(|operation| method(operation, context));
    let client = format_ident!("{}", options.client);
    let builders = operations
        .iter()
        .map(|operation| builder(operation, context));
    quote! {
        #module_docs
        pub mod #module {
            #[allow(unused_imports, reason = "not every group needs all of them")]
            use {
                super::types,
                crate::{Call, Json, JsonObject, Operation, Response, Result},
                reqwest::Method,
                std::{borrow::Borrow, collections::BTreeMap, fmt::Display, future::Future},
                uuid::Uuid,
            };
            #docs
            impl crate::#client {
                #(#methods)*
            }
            #(#builders)*
        }
    }
}

fn method(operation: &Operation, context: Context<'_>) -> TokenStream {
    let Context {
        gates,
        options,
        servers,
        ..
    } = context;
    let gate = gates.operation(operation);
    let docs = doc_attributes(&docs::operation(operation, context));
    let deprecated = operation.deprecated.then(|| match &operation.replaced_by {
        Some(name) => {
            let note = format!("use `{name}`");
            quote!(#[deprecated(note = #note)])
        }
        None => quote!(#[deprecated]),
    });
    let Operation { name, id, path, .. } = operation;
    let (ident, builder) = (
        format_ident!("{name}"),
        format_ident!("{}", operation.builder),
    );
    let verb = format_ident!("{}", operation.method);
    let required = operation.required_query().into_iter().map(|alternatives| {
        let names = alternatives.into_iter().map(|parameter| &parameter.name);
        quote!(&[#(#names),*])
    });
    let body_required = operation.body.as_ref().is_some_and(|body| body.required);
    let by_method = !matches!(&*operation.method, "POST" | "PATCH");
    let idempotent = operation.idempotent.unwrap_or(by_method);
    let deduplicated = operation
        .deduplicated
        .unwrap_or(options.deduplicates_post && operation.method == "POST");
    let authenticated = operation.authenticated;
    let project = match operation.project_parameter() {
        Some(parameter) => quote!(Some(#parameter)),
        None => quote!(None),
    };
    let rules = servers.and_then(|servers| routes::rules_of(operation, servers));
    let rules = rules.unwrap_or_else(|| quote!(&[]));
    quote! {
        #gate
        #docs
        #deprecated
        #[inline]
        pub fn #ident(&self) -> #builder {
            static OPERATION: Operation = Operation {
                name: #name,
                id: #id,
                method: Method::#verb,
                path: #path,
                required_query: &[#(#required),*],
                body_required: #body_required,
                idempotent: #idempotent,
                deduplicated: #deduplicated,
                authenticated: #authenticated,
                project: #project,
                rules: Some(#rules),
            };
            #builder(Call::new(&self.transport, &OPERATION))
        }
    }
}

fn builder(operation: &Operation, context: Context<'_>) -> TokenStream {
    let Context { gates, links, .. } = context;
    let gate = gates.operation(operation);
    let ident = format_ident!("{}", operation.builder);
    let summary = format!(" Request builder of {}.", links.method(&operation.name));
    let setters = operation
        .parameters
        .iter()
        .map(|parameter| setter(parameter, links));
    let body = operation.body.as_ref().map(|body| {
        let ty = &body.ty;
        let set = format_ident!("{}", body.encoding.name());
        let encoding = match body.encoding {
            Encoding::Json => "",
            Encoding::Form => ", which is sent as a form",
            Encoding::Multipart => ", which is sent as a multipart form",
        };
        let required = if body.required { " (required)" } else { "" };
        let summary = format!(" Sets the request body{encoding}{required}.");
        quote! {
            #[doc = #summary]
            #[inline]
            pub fn body(self, body: impl Borrow<#ty>) -> Self {
                Self(self.0.#set::<#ty>(body.borrow()))
            }
        }
    });
    let (result, send) = match &operation.result {
        Outcome::Json(ty) => match operation.list() {
            Some(_) => (quote!(#ty), format_ident!("send_list")),
            None => (quote!(#ty), format_ident!("send")),
        },
        Outcome::Empty => (quote!(()), format_ident!("send")),
        Outcome::Text => (quote!(String), format_ident!("text")),
        Outcome::Bytes => (quote!(crate::ByteStream), format_ident!("download")),
        Outcome::Events => (quote!(crate::EventStream), format_ident!("events")),
    };
    let stream = stream(operation);
    let find = find(operation, gate.as_ref());
    quote! {
        #gate
        #[doc = #summary]
        #[derive(Debug, Clone)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #ident(pub(crate) Call);
        #gate
        impl #ident {
            #(#setters)*
            #body
            #[doc = " Sends the request and returns the response."]
            #[inline]
            pub fn send(self) -> impl Future<Output = Result<Response<#result>>> + Send + use<> {
                self.0.#send()
            }
            #stream
        }
        #find
    }
}

/// Returns the methods that find items of a list, and the one that reads the lists of all projects.
fn find(operation: &Operation, gate: Option<&TokenStream>) -> Option<TokenStream> {
    let (form, item) = operation.list()?;
    let form = match form {
        ListForm::Page => format_ident!("pages"),
        ListForm::Array => format_ident!("array"),
    };
    if operation.method != "GET" {
        return None;
    }
    let limit = match operation.limit_parameter() {
        Some(limit) => quote!(Some(#limit)),
        None => quote!(None),
    };
    let builder = format_ident!("{}", operation.builder);
    let all_projects = operation
        .project_parameter()
        .map(|_| quote!(#gate crate::all_projects! { #builder }));
    Some(quote! {
        #gate
        crate::find! { #builder: #item, #form(#limit) }
        #all_projects
    })
}

/// Returns the method that reads all pages of a list, if the operation returns one.
fn stream(operation: &Operation) -> Option<TokenStream> {
    let (form, item) = operation.list()?;
    let has = |name: &str| operation.has_query(name);
    let items = match form {
        ListForm::Page if has("page") && has("size") => format_ident!("paged_items"),
        ListForm::Array if has("offset") && has("limit") => format_ident!("items"),
        _ => return None,
    };
    Some(quote! {
        #[doc = " Returns the items of all pages. Each page is requested when it is needed."]
        #[inline]
        pub fn stream(self) -> crate::ItemStream<#item> {
            self.0.#items()
        }
    })
}

fn setter(parameter: &Parameter, links: &Links<'_>) -> TokenStream {
    let docs = doc_attributes(&docs::parameter(parameter, links));
    let Parameter { name, ident, .. } = parameter;
    let ident = format_ident!("{ident}");
    let (ty, value) = match &parameter.accepts {
        Accepts::Filter => (quote!(impl Into<crate::Filter>), quote!(#ident.into())),
        Accepts::Text => (quote!(impl Display), quote!(#ident)),
        Accepts::List(_) => (
            quote!(impl IntoIterator<Item = impl Display>),
            quote!(#ident),
        ),
        Accepts::Secret => (quote!(impl Into<crate::Secret>), quote!(#ident.into())),
        Accepts::Value(ty) => (quote!(#ty), quote!(#ident)),
    };
    let set = match (parameter.location, &parameter.accepts) {
        (Location::Query, Accepts::Filter) => format_ident!("filter"),
        (Location::Query, Accepts::List(_)) => format_ident!("query_list"),
        (Location::Query, Accepts::Secret) => format_ident!("secret"),
        (Location::Query, _) => format_ident!("query"),
        (Location::Path, Accepts::List(_)) => format_ident!("path_list"),
        (Location::Path, _) => format_ident!("path"),
        (Location::Header, Accepts::List(_)) => format_ident!("header_list"),
        (Location::Header, _) => format_ident!("header"),
    };
    quote! {
        #docs
        #[inline]
        pub fn #ident(self, #ident: #ty) -> Self {
            Self(self.0.#set(#name, #value))
        }
    }
}
