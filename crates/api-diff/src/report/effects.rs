//! Relates changes over HTTP to the Rust items that they change.

use heck::ToSnakeCase;
use zenml_codegen::name::type_name;

use crate::rust::FAILS;
use crate::{Change, Class, Effect, Item, ItemKind, Kind, Place, Report, Subject};

/// Returns whether a change breaks calls that still compile.
pub(super) fn is_silent(report: &Report, change: &Change) -> bool {
    let Some(rust) = &report.rust else {
        return false;
    };
    let visible = |item: &&Item| {
        item.effect == Effect::Breaking && item.note != Some(FAILS) && concerns(change, item)
    };
    change.class == Class::Breaking
        && change.kind != Kind::NotUnderstood
        && change.kind.on_the_wire()
        && rust.items.iter().find(visible).is_none()
}

/// Returns the Rust items that no change over HTTP explains, and those with another signature.
pub(super) fn unexplained(report: &Report) -> Vec<&Item> {
    let items = report.rust.iter().flat_map(|rust| &rust.items);
    let explained = |item: &Item| {
        let same_signature = item.before.is_none()
            || item.after.is_none()
            || item.before == item.after
            || item.effect == Effect::Deprecation;
        same_signature && report.changes.iter().any(|change| concerns(change, item))
    };
    items.filter(|item| !explained(item)).collect()
}

/// Returns whether an item is what a change changes.
fn concerns(change: &Change, item: &Item) -> bool {
    let part = |name: &str| {
        let ident = item.part.as_deref().unwrap_or_default();
        ident.trim_matches('_') == name.to_snake_case().trim_matches('_')
    };
    match (&change.subject, item.kind) {
        (Subject::Operation(operation), ItemKind::Method | ItemKind::Setter) => {
            let place = change.uses.first().map(|reached| reached.place);
            let names = [
                &operation.name,
                change.before.as_ref().unwrap_or(&operation.name),
            ];
            let owner = names
                .iter()
                .any(|name| name.trim_matches('`') == item.owner);
            owner
                && match (place, item.kind) {
                    (Some(Place::Parameter), ItemKind::Setter) => {
                        change.thing.split('`').nth(1).is_some_and(part)
                    }
                    (Some(Place::RequestBody), ItemKind::Setter) => part("body"),
                    (Some(Place::Response | Place::Operation), ItemKind::Method) => true,
                    // The setters of a method come and go with it.
                    (Some(Place::Operation), _) => {
                        matches!(change.kind, Kind::OperationAdded | Kind::OperationRemoved)
                    }
                    _ => false,
                }
        }
        (Subject::Schema(name), ItemKind::Field) if type_name(name) == item.owner => {
            let member = change.member.split(['.', '[', '{']).next();
            member.is_some_and(part)
        }
        (Subject::Schema(name), ItemKind::Constructor) if type_name(name) == item.owner => {
            matches!(
                change.kind,
                Kind::RequiredPropertyAdded | Kind::PresenceTightened
            )
        }
        (Subject::Schema(name), ItemKind::Variant) if type_name(name) == item.owner => {
            change.member.is_empty()
        }
        (Subject::Schema(name), ItemKind::Type) if type_name(name) == item.owner => matches!(
            change.kind,
            Kind::SchemaRenamed | Kind::TypeChanged | Kind::EnumOpened | Kind::EnumClosed
        ),
        _ => false,
    }
}
