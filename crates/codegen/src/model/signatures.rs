//! The types in progenitor's output: of struct fields, arguments and results.

use std::collections::BTreeMap;

use syn::{FnArg, GenericArgument, ImplItem, Item, Pat, PathArguments, ReturnType, Type};

/// The signatures in progenitor's output.
pub(super) struct Signatures {
    /// Struct → wire name → (Rust name, type).
    pub structs: BTreeMap<String, BTreeMap<String, (String, Type)>>,
    /// Method → its signature.
    pub methods: BTreeMap<String, Method>,
}

pub(super) struct Method {
    /// Argument → type, without `Option` and reference.
    pub arguments: BTreeMap<String, Type>,
    /// The `T` of `Result<ResponseValue<T>, _>`.
    pub result: Option<Type>,
}

impl Signatures {
    pub(super) fn read(file: &syn::File) -> Self {
        let mut signatures = Self {
            structs: BTreeMap::new(),
            methods: BTreeMap::new(),
        };
        for item in &file.items {
            match item {
                Item::Mod(module) if module.ident == "types" => {
                    let items = module.content.iter().flat_map(|(_, items)| items);
                    for item in items {
                        if let Item::Struct(item) = item {
                            let fields = item.fields.iter().filter_map(field).collect();
                            signatures.structs.insert(item.ident.to_string(), fields);
                        }
                    }
                }
                Item::Impl(item) => {
                    for item in &item.items {
                        if let ImplItem::Fn(function) = item {
                            let name = function.sig.ident.to_string();
                            signatures.methods.insert(name, method(&function.sig));
                        }
                    }
                }
                _ => {}
            }
        }
        signatures
    }
}

fn field(field: &syn::Field) -> Option<(String, (String, Type))> {
    let ident = field.ident.as_ref()?.to_string();
    let mut name = ident.clone();
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("serde")) {
        // Only `rename` matters here.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = meta.value()?.parse::<syn::LitStr>()?.value();
            }
            Ok(())
        });
    }
    Some((name, (ident, field.ty.clone())))
}

fn method(signature: &syn::Signature) -> Method {
    let arguments = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => match &*argument.pat {
            Pat::Ident(pattern) => Some((pattern.ident.to_string(), bare(&argument.ty).clone())),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let result = match &signature.output {
        ReturnType::Type(_, ty) => argument(ty).and_then(argument).cloned(),
        ReturnType::Default => None,
    };
    Method {
        arguments: arguments.collect(),
        result,
    }
}

/// Returns a type without the `Option` and the reference around it.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => bare(&reference.elem),
        Type::Path(path)
            if path
                .path
                .segments
                .last()
                .is_some_and(|s| s.ident == "Option") =>
        {
            argument(ty).map_or(ty, bare)
        }
        _ => ty,
    }
}

/// Returns the first type argument of a generic type.
pub(super) fn argument(ty: &Type) -> Option<&Type> {
    arguments(ty).next()
}

/// Returns the type arguments of a type.
pub(super) fn arguments(ty: &Type) -> impl Iterator<Item = &Type> {
    let segment = match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    };
    let arguments = match segment.map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    };
    let arguments = arguments.into_iter().flatten();
    arguments.filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Creates the error for an item that `lower` declared and progenitor did not generate.
pub(super) fn missing(pointer: &str, what: &str) -> crate::Error {
    crate::Error::bug(pointer, format!("progenitor generated no {what} for this"))
}
