//! How the differences of the supported servers are rendered: a table of routes, sorted by path and
//! method, with the rules for sending requests to them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::availability::sending::{Route, Rule, Subject, position};
use crate::availability::{Edge, Place, Version, Versions};
use crate::model::{Operation, Servers};

/// Returns the constants of an API whose servers differ.
pub(super) fn constants(servers: &Servers) -> TokenStream {
    let oldest = release(&servers.oldest);
    let (count, routes) = (servers.routes.len(), servers.routes.iter().map(route));
    quote! {
        #[doc = " The oldest server that this client supports."]
        pub(crate) const OLDEST_SUPPORTED: crate::Release = crate::#oldest;

        #[doc = " The routes that not all supported servers have, or have with the same parts."]
        pub(crate) static ROUTES: [crate::Route; #count] = {
            #[allow(unused_imports, reason = "not every API has rules of each kind")]
            use crate::{Method, Release, Route, Rule, Step, Subject, Versions};
            [#(#routes),*]
        };
    }
}

/// Returns the rules of an operation, if there are some.
pub(super) fn rules_of(operation: &Operation, servers: &Servers) -> Option<TokenStream> {
    let index = position(&servers.routes, &operation.method, &operation.path)?;
    let has_rules = servers
        .routes
        .get(index)
        .is_some_and(|route| !route.rules.is_empty());
    has_rules.then(|| quote!(super::ROUTES[#index].rules))
}

fn route(route: &Route) -> TokenStream {
    let Route { path, pro, .. } = route;
    let method = format_ident!("{}", route.method);
    let versions = versions(&route.versions);
    let rules = route.rules.iter().map(rule);
    quote! {
        Route {
            method: Method::#method,
            path: #path,
            versions: #versions,
            pro: #pro,
            rules: &[#(#rules),*],
        }
    }
}

fn rule(rule: &Rule) -> TokenStream {
    let versions = versions(&rule.versions);
    let subject = match &rule.subject {
        Subject::Operation => quote!(Operation),
        Subject::Parameter(name, neutral) => {
            let neutral = option(neutral.as_ref());
            quote!(Parameter(#name, #neutral))
        }
        Subject::Repeated(names) => quote!(Repeated(&[#(#names),*])),
        Subject::Field(places, neutral) => {
            let (places, neutral) = (places.iter().map(steps), option(neutral.as_ref()));
            quote!(Field(&[#(#places),*], #neutral))
        }
    };
    quote! {
        Rule { versions: #versions, subject: Subject::#subject }
    }
}

fn steps(place: &Place) -> TokenStream {
    let steps = place.0.iter().filter_map(|edge| match edge {
        Edge::Member(name) => Some(quote!(Step::Member(#name))),
        Edge::Item => Some(quote!(Step::Item)),
        Edge::Value => Some(quote!(Step::Value)),
        Edge::Choice(_) => None,
    });
    quote!(&[#(#steps),*])
}

fn versions(versions: &Versions) -> TokenStream {
    let [since, removed] =
        [&versions.since, &versions.removed].map(|version| option(version.as_ref().map(release)));
    quote!(Versions { since: #since, removed: #removed })
}

/// Returns major, minor and patch version: released versions have three numbers.
fn release(version: &Version) -> TokenStream {
    let mut numbers = version.numbers().chain(std::iter::repeat(0));
    let mut number = || proc_macro2::Literal::u64_unsuffixed(numbers.next().unwrap_or_default());
    let (major, minor, patch) = (number(), number(), number());
    quote!(Release(#major, #minor, #patch))
}

fn option<T: quote::ToTokens>(value: Option<T>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}
