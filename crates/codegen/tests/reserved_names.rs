//! The lists of reserved names contain every name that the library uses itself: a new method of a
//! client, a builder or a generated type fails these tests until it is reserved.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{ImplItem, Item, UseTree, Visibility};
use zenml_codegen::model::{Api, Type};
use zenml_codegen::render::{Options, render};
use zenml_codegen::{files, reserved};

#[test]
fn methods_of_the_clients_are_reserved() {
    let mut methods = methods_in_macro("client/define.rs");
    for (ty, method) in hand_written_methods() {
        if ty == "WorkspaceClient" || ty == "ProClient" {
            methods.insert(method);
        }
    }
    assert!(
        methods.contains("builder") && methods.contains("trigger"),
        "{methods:?}"
    );
    assert_reserved(methods, reserved::CLIENT_METHODS);
}

#[test]
fn methods_of_builders_are_reserved() {
    for (api, rust) in apis() {
        let setters: BTreeMap<(&str, &str), BTreeSet<&str>> = api
            .operations
            .iter()
            .map(|operation| {
                let setters = operation.parameters.iter().map(|p| p.ident.as_str());
                let key = (operation.group.as_str(), operation.builder.as_str());
                (key, setters.collect())
            })
            .collect();
        let mut methods = BTreeSet::new();
        for (group, items) in modules(&rust) {
            for (builder, method) in methods_of(items) {
                let setters = setters.get(&(group.as_str(), builder.as_str()));
                if setters.is_some_and(|setters| !setters.contains(method.as_str())) {
                    methods.insert(method);
                }
            }
        }
        for file in ["find", "default_project"] {
            methods.extend(methods_in_macro(&format!("operation/{file}.rs")));
        }
        assert!(
            ["send", "one", "all_projects"]
                .iter()
                .all(|name| methods.contains(*name)),
            "{methods:?}"
        );
        assert_reserved(methods, reserved::BUILDER_METHODS);
    }
}

#[test]
fn methods_of_generated_structs_and_of_responses_are_reserved() {
    let mut methods = methods_in_macro("codec/object.rs");
    methods.extend(methods_in_macro("codec/request.rs"));
    assert!(methods.contains("new"), "{methods:?}");
    let apis = apis();
    let is_struct = |ty: &str| {
        let mut types = apis.iter().map(|(api, _)| api.types.get(ty));
        types.any(|ty| matches!(ty, Some(Type::Struct(_))))
    };
    for (ty, method) in hand_written_methods() {
        if ty == "Response" {
            methods.insert(method);
        } else if is_struct(&ty) {
            let own = reserved::MEMBERS_OF_TYPES
                .iter()
                .find(|(owner, _)| *owner == ty);
            let own = own.map_or(&[][..], |(_, methods)| *methods);
            assert_reserved(BTreeSet::from([method]), own);
        }
    }
    assert_reserved(methods, reserved::MEMBERS);
}

#[test]
fn imports_of_generated_modules_are_reserved() {
    for (_, rust) in apis() {
        for (module, items) in modules(&rust) {
            let reserved = match module.as_str() {
                "types" => reserved::TYPE_IMPORTS,
                _ => reserved::BUILDER_IMPORTS,
            };
            let mut names = BTreeSet::new();
            for item in items {
                if let Item::Use(item) = item {
                    imported(&item.tree, &mut names);
                }
            }
            names.retain(|name| name.starts_with(char::is_uppercase));
            assert_reserved(names, reserved);
        }
    }
}

#[test]
fn names_in_macros_of_generated_types_are_reserved() {
    let mut names = BTreeSet::new();
    for file in ["object", "open_enum", "request", "union"] {
        for tokens in macros(&source().join(format!("codec/{file}.rs"))) {
            unqualified(tokens, &mut names);
        }
    }
    // An associated constant, and a variant of each enum.
    names.retain(|name| name.len() > 1 && name != "NAME" && name != "Unknown");
    assert_reserved(names, reserved::TYPE_IMPORTS);
}

fn assert_reserved(names: BTreeSet<String>, reserved: &[&str]) {
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !name.starts_with("__") && !reserved.contains(&name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "add these names to crates/codegen/src/reserved.rs: {missing:?}",
    );
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src")
}

/// Both models, with the Rust that is generated from them.
fn apis() -> Vec<(Api, syn::File)> {
    let specs = source().join("../specs");
    let generate = |(name, client)| {
        let api = files::load(&specs, name, None).unwrap().generate().unwrap();
        let options = Options {
            client,
            variable: "client",
            deduplicates_post: true,
            inferred_feature: "pro-inferred",
        };
        let rust = syn::parse_file(&render(&api, options)).unwrap();
        (api, rust)
    };
    [("workspace", "WorkspaceClient"), ("pro", "ProClient")]
        .map(generate)
        .into()
}

fn modules(file: &syn::File) -> Vec<(String, &[Item])> {
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) => {
            let (_, items) = module.content.as_ref()?;
            Some((module.ident.to_string(), items.as_slice()))
        }
        _ => None,
    });
    modules.collect()
}

/// The public inherent methods in all files of the library, by type.
fn hand_written_methods() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![source()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
                found.extend(methods_of(&file.items));
            }
        }
    }
    found
}

/// The public inherent methods among these items, by type.
fn methods_of(items: &[Item]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for item in items {
        let Item::Impl(item) = item else { continue };
        let syn::Type::Path(ty) = &*item.self_ty else {
            continue;
        };
        let ty = ty.path.segments.last().unwrap().ident.to_string();
        if item.trait_.is_some() {
            continue;
        }
        for member in &item.items {
            if let ImplItem::Fn(function) = member
                && matches!(function.vis, Visibility::Public(_))
            {
                found.push((ty.clone(), function.sig.ident.to_string()));
            }
        }
    }
    found
}

/// The bodies of the macros that a file defines.
fn macros(path: &Path) -> Vec<TokenStream> {
    let file = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
    let bodies = file.items.into_iter().filter_map(|item| match item {
        Item::Macro(item) if item.ident.is_some() => Some(item.mac.tokens),
        _ => None,
    });
    bodies.collect()
}

/// The public methods that a macro gives to the type in its first argument: those in `impl $name`.
fn methods_in_macro(file: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tokens in macros(&source().join(file)) {
        for body in inherent_impls(tokens) {
            public_functions(body, &mut found);
        }
    }
    found
}

fn inherent_impls(tokens: TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for window in tokens.windows(4) {
        if let [keyword, dollar, TokenTree::Ident(_), TokenTree::Group(body)] = window
            && keyword.to_string() == "impl"
            && dollar.to_string() == "$"
        {
            found.push(body.stream());
        }
    }
    for token in tokens {
        if let TokenTree::Group(group) = token {
            found.extend(inherent_impls(group.stream()));
        }
    }
    found
}

fn public_functions(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token
            && group.delimiter() != Delimiter::Brace
        {
            public_functions(group.stream(), found);
        }
        if token.to_string() != "pub" {
            continue;
        }
        let rest = tokens.iter().skip(index + 1);
        let mut rest = rest.skip_while(|t| ["async", "const"].contains(&t.to_string().as_str()));
        if let (Some(keyword), Some(TokenTree::Ident(name))) = (rest.next(), rest.next())
            && keyword.to_string() == "fn"
        {
            found.insert(name.to_string());
        }
    }
}

/// The names in upper case that are neither parts of longer paths nor variables of the macro.
fn unqualified(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut previous = String::new();
    for token in tokens {
        match &token {
            TokenTree::Group(group) => unqualified(group.stream(), found),
            TokenTree::Ident(name) if previous != ":" && previous != "$" => {
                let name = name.to_string();
                if name.starts_with(char::is_uppercase) {
                    found.insert(name);
                }
            }
            _ => {}
        }
        previous = token.to_string();
    }
}

fn imported(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => imported(&path.tree, names),
        UseTree::Name(name) => {
            names.insert(name.ident.to_string());
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| imported(tree, names)),
        UseTree::Rename(_) | UseTree::Glob(_) => {}
    }
}
