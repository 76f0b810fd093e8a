//! Lists the rules of the comparison: every kind of change, its class in each direction, and why.

use super::class::{Class, Direction, Scope};

/// The rule names its subject itself.
const NAMED: &[Scope] = &[];
/// The rule applies to values, in both directions.
const VALUE: &[Scope] = &[Scope::Request, Scope::Response];
/// The rule also applies to operations.
const PART: &[Scope] = &[Scope::Request, Scope::Response, Scope::Operation];
/// The rule applies everywhere.
const ANY: &[Scope] = &[
    Scope::Request,
    Scope::Response,
    Scope::Operation,
    Scope::Document,
    Scope::Schema,
];

/// Declares [`Kind`] as a table: name, scopes, class where the client sends, class where it
/// receives, reason.
macro_rules! kinds {
    ($( $kind:ident = $name:literal, $scopes:ident: $sent:ident, $received:ident, $reason:literal; )+) => {
        /// The kind of a change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $( #[doc = $reason] $kind, )+
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Returns the name used in JSON.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$kind => $name, )+ }
            }

            /// Returns the reason for the class, in one sentence.
            pub const fn reason(self) -> &'static str {
                match self { $( Self::$kind => $reason, )+ }
            }

            /// Returns the scopes in which the rule applies; none if its name has the scope.
            pub const fn scopes(self) -> &'static [Scope] {
                match self { $( Self::$kind => $scopes, )+ }
            }

            /// Returns the class of this kind in one direction.
            pub const fn class(self, direction: Direction) -> Class {
                match (self, direction) {
                    $(
                        (Self::$kind, Direction::Sent) => Class::$sent,
                        (Self::$kind, Direction::Received) => Class::$received,
                    )+
                }
            }
        }
    };
}

kinds! {
    OperationAdded = "operation-added", NAMED: Compatible, Compatible, "Existing calls are unaffected.";
    OperationRemoved = "operation-removed", NAMED: Breaking, Breaking, "Calls fail with 404 or 405.";
    OperationMoved = "operation-moved", NAMED: Breaking, Breaking, "Calls to the old path or method fail.";
    OperationRenamed = "operation-renamed", NAMED: Breaking, Breaking, "Requests are unchanged, but the Rust method has a new name.";
    OperationRetagged = "operation-retagged", NAMED: MetadataOnly, MetadataOnly, "The first tag names the module of the builder; requests are unchanged.";
    OperationServersChanged = "operation-servers-changed", NAMED: Breaking, Breaking, "Requests have to go to a different server.";
    SecurityTightened = "operation-security-tightened", NAMED: Breaking, Breaking, "Credentials that were sufficient are rejected.";
    SecurityLoosened = "operation-security-loosened", NAMED: Compatible, Compatible, "Credentials that were sufficient still are.";
    SecuritySchemeChanged = "security-scheme-changed", NAMED: Breaking, Breaking, "Credentials have to be obtained or sent differently.";
    SecurityScopesChanged = "security-scopes-changed", NAMED: Compatible, Compatible, "The scopes on offer changed; the operations say which they require.";

    ParameterAdded = "request-parameter-added", NAMED: Compatible, Compatible, "The parameter is optional.";
    RequiredParameterAdded = "request-parameter-added-required", NAMED: Breaking, Breaking, "Calls without the parameter fail.";
    ParameterRemoved = "request-parameter-removed", NAMED: Breaking, Breaking, "The server rejects or ignores the parameter.";
    ParameterRenamed = "request-parameter-renamed", NAMED: Breaking, Breaking, "The server rejects or ignores the old name.";
    PathParameterRenamed = "request-path-parameter-renamed", NAMED: Breaking, Breaking, "Requests are unchanged, but the Rust setter has a new name.";
    ParameterMoved = "request-parameter-moved", NAMED: Breaking, Breaking, "The server no longer looks for it in the old place.";
    ParameterSerializationChanged = "request-parameter-serialization-changed", NAMED: Breaking, Breaking, "The server reads the same text as a different value.";

    BodyAdded = "request-body-added", NAMED: Compatible, Compatible, "The body is optional.";
    RequiredBodyAdded = "request-body-added-required", NAMED: Breaking, Breaking, "Calls without the body fail.";
    BodyRemoved = "request-body-removed", NAMED: Breaking, Breaking, "The server rejects or ignores the body.";
    ContentTypeAdded = "content-type-added", VALUE: Compatible, Compatible, "The existing content types remain.";
    ContentTypeRemoved = "content-type-removed", VALUE: Breaking, Breaking, "Clients that use the content type fail.";
    ContentTypeChanged = "content-type-changed", VALUE: Breaking, Breaking, "The only content type was replaced.";
    EncodingChanged = "encoding-changed", VALUE: Breaking, Breaking, "A part of the form is written differently.";

    StatusChanged = "response-status-changed", NAMED: Breaking, Breaking, "Clients that check the status fail.";
    StatusAdded = "response-status-added", NAMED: Compatible, Compatible, "It is an error, or reads like an existing success.";
    SuccessAdded = "response-success-added", NAMED: Breaking, Breaking, "Clients may receive a body that they cannot read.";
    StatusRemoved = "response-status-removed", NAMED: Compatible, Compatible, "Clients may receive less; a success remains.";
    SuccessRemoved = "response-success-removed", NAMED: Breaking, Breaking, "No success remains to be read.";
    ContentAdded = "response-body-added", NAMED: Compatible, Compatible, "Clients ignored the empty body before.";
    ContentRemoved = "response-body-removed", NAMED: Breaking, Breaking, "Clients expect a body.";
    HeaderAdded = "response-header-added", NAMED: Compatible, Compatible, "Clients ignore unknown headers.";
    HeaderRemoved = "response-header-removed", NAMED: Breaking, Breaking, "Clients may rely on the header.";

    PropertyAdded = "property-added", VALUE: Compatible, Compatible, "It is optional, and readers keep what they do not know.";
    RequiredPropertyAdded = "property-added-required", VALUE: Breaking, Compatible, "Requests without it fail; readers keep what they do not know.";
    PropertyRemoved = "property-removed", VALUE: Breaking, Breaking, "The server rejects or ignores it, or no longer returns it.";
    PropertyRenamed = "property-renamed", VALUE: Breaking, Breaking, "The old name is rejected, ignored or no longer returned.";
    PresenceLoosened = "presence-loosened", VALUE: Compatible, Breaking, "Readers may meet a missing value or `null`.";
    PresenceTightened = "presence-tightened", VALUE: Breaking, Compatible, "Requests without the value, or with `null`, fail.";
    ObjectClosed = "undeclared-properties-rejected", VALUE: Breaking, Compatible, "Requests with undeclared properties fail.";
    ObjectOpened = "undeclared-properties-allowed", VALUE: Compatible, Compatible, "Readers keep what they do not know.";
    ReadOnly = "read-only", VALUE: Breaking, Compatible, "The client can no longer set the property.";
    NoLongerReadOnly = "no-longer-read-only", VALUE: Compatible, Compatible, "The client may set the property, and does not have to.";
    RequiredNoLongerReadOnly = "no-longer-read-only-required", VALUE: Breaking, Compatible, "The property is required and now has to be sent.";
    WriteOnly = "write-only", VALUE: Compatible, Breaking, "The server no longer returns the property.";
    NoLongerWriteOnly = "no-longer-write-only", VALUE: Compatible, Compatible, "The server now returns the property.";

    TypeChanged = "type-changed", VALUE: Breaking, Breaking, "Old and new values have different types.";
    TypeWidened = "type-widened", VALUE: Compatible, Breaking, "Readers may meet values of a new type.";
    TypeNarrowed = "type-narrowed", VALUE: Breaking, Compatible, "Some values of the old type are rejected.";
    AlternativeAdded = "alternative-added", VALUE: Compatible, Breaking, "Readers may meet an alternative they cannot tell apart.";
    AlternativeRemoved = "alternative-removed", VALUE: Breaking, Compatible, "Values of the alternative are rejected.";
    VariantAdded = "variant-added", VALUE: Compatible, Compatible, "Unions with a discriminator are open: older clients read `Unknown`.";
    TagChanged = "discriminator-changed", VALUE: Breaking, Breaking, "A value selects a different alternative than before.";
    EnumValueAdded = "enum-value-added", VALUE: Compatible, Compatible, "Enums are open: older clients read `Unknown`.";
    EnumValueRemoved = "enum-value-removed", VALUE: Breaking, Compatible, "Requests with the value fail.";
    EnumReplaced = "enum-replaced", VALUE: Breaking, Breaking, "No old value remains.";
    EnumOpened = "enum-opened", VALUE: Compatible, Compatible, "Enums are open: older clients read `Unknown`.";
    EnumClosed = "enum-closed", VALUE: Breaking, Compatible, "Requests with other values fail.";
    FormatChanged = "format-changed", VALUE: Breaking, Breaking, "Old and new values have different formats.";
    FormatAdded = "format-added", VALUE: Breaking, Compatible, "Requests with other text fail.";
    FormatRemoved = "format-removed", VALUE: Compatible, Breaking, "Readers may meet text that they cannot parse.";
    LimitTightened = "limit-tightened", VALUE: Breaking, Compatible, "The server rejects values that it accepted.";
    LimitLoosened = "limit-loosened", VALUE: Compatible, Compatible, "The server accepts more; readers never rely on limits.";
    DefaultChanged = "default-changed", VALUE: Compatible, MetadataOnly, "Requests without the value are valid, and mean something else.";

    Deprecated = "deprecated", PART: Deprecated, Deprecated, "It works, and the vendor advises against it.";
    Undeprecated = "un-deprecated", PART: Undeprecated, Undeprecated, "The vendor no longer advises against it.";

    SchemaRenamed = "schema-renamed", VALUE: MetadataOnly, MetadataOnly, "Values are unchanged.";
    Redeclared = "redeclared", VALUE: MetadataOnly, MetadataOnly, "The same values are written differently.";
    Described = "described", ANY: MetadataOnly, MetadataOnly, "Only text for people changed.";
    Annotated = "annotated", ANY: MetadataOnly, MetadataOnly, "It does not affect callers.";
    NotUnderstood = "not-understood", ANY: Breaking, Breaking, "The comparison does not model it; a person has to look.";
}

impl Kind {
    /// Returns whether requests or responses change, not only names.
    pub const fn on_the_wire(self) -> bool {
        !matches!(self, Self::OperationRenamed | Self::PathParameterRenamed)
    }

    /// Returns the id of the rule in a scope, such as `request-property-removed`.
    pub fn rule(self, scope: Scope) -> String {
        // Only values that exist in the other direction lead to a schema without a direction.
        let scope = match self.scopes() {
            [first, ..] if !self.scopes().contains(&scope) => *first,
            _ => scope,
        };
        match self.scopes() {
            [] => self.name().to_owned(),
            _ => format!("{}-{}", scope.prefix(), self.name()),
        }
    }

    /// Returns the ids of the rule in all its scopes.
    pub fn rules(self) -> Vec<String> {
        match self.scopes() {
            [] => vec![self.name().to_owned()],
            scopes => scopes.iter().map(|scope| self.rule(*scope)).collect(),
        }
    }

    /// Returns a remark for readers of received values.
    pub(super) const fn remark(self) -> Option<&'static str> {
        match self {
            Self::EnumValueAdded | Self::EnumOpened | Self::VariantAdded => {
                Some("older clients read it as `Unknown`")
            }
            _ => None,
        }
    }
}
