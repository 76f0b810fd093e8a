//! Defines a change: its kind, its class, its subject and the operations it reaches.

/// The consequence of a change for callers of the API, most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Existing requests or readers stop working.
    Breaking,
    /// Existing requests and readers keep working.
    Compatible,
    /// The vendor now advises against using it.
    Deprecated,
    /// The vendor no longer advises against it.
    Undeprecated,
    /// Only the documentation of the API changes.
    MetadataOnly,
}

impl Class {
    /// All classes, most severe first.
    pub const ALL: [Self; 5] = [
        Self::Breaking,
        Self::Compatible,
        Self::Deprecated,
        Self::Undeprecated,
        Self::MetadataOnly,
    ];

    /// Returns the name used in reports and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Compatible => "compatible",
            Self::Deprecated => "deprecated",
            Self::Undeprecated => "un-deprecated",
            Self::MetadataOnly => "metadata only",
        }
    }
}

/// The direction in which a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The client writes it: parameters and request bodies.
    Sent,
    /// The server writes it: responses and errors.
    Received,
}

impl Direction {
    /// Returns the name used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// The part of an operation that contains a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The operation itself.
    Operation,
    /// A path, query, header or cookie parameter.
    Parameter,
    /// The request body.
    RequestBody,
    /// A response with a success status.
    Response,
    /// A response with an error status, or the default response.
    Error,
}

impl Place {
    /// Returns the name used in reports and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::RequestBody => "request body",
            Self::Response => "response",
            Self::Error => "error",
        }
    }

    /// Returns the direction of the values in this part; the operation itself has none.
    pub const fn direction(self) -> Option<Direction> {
        match self {
            Self::Operation => None,
            Self::Parameter | Self::RequestBody => Some(Direction::Sent),
            Self::Response | Self::Error => Some(Direction::Received),
        }
    }
}

/// Declares [`Kind`] as a table: name, class where the client sends, class where it receives.
macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $kind:ident = $name:literal: $sent:ident, $received:ident; )+) => {
        /// The kind of a change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $( $(#[doc = $doc])+ $kind, )+
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Returns the name used in JSON.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$kind => $name, )+ }
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
    //                                                            what we send, what we receive
    /// An operation was added.
    OperationAdded = "operation-added": Compatible, Compatible;
    /// An operation was removed.
    OperationRemoved = "operation-removed": Breaking, Breaking;
    /// An operation moved to a different path or method.
    OperationMoved = "operation-moved": Breaking, Breaking;
    /// An operation was renamed; requests are unchanged.
    OperationRenamed = "operation-renamed": Breaking, Breaking;
    /// An operation has a different first tag, which names the module of its builder.
    OperationRegrouped = "operation-regrouped": MetadataOnly, MetadataOnly;
    /// The server requires credentials, or accepts fewer kinds of them.
    SecurityTightened = "security-tightened": Breaking, Breaking;
    /// The server requires no credentials, or accepts more kinds of them.
    SecurityLoosened = "security-loosened": Compatible, Compatible;

    /// An optional parameter was added.
    ParameterAdded = "parameter-added": Compatible, Compatible;
    /// A required parameter was added.
    RequiredParameterAdded = "required-parameter-added": Breaking, Breaking;
    /// A parameter was removed.
    ParameterRemoved = "parameter-removed": Breaking, Breaking;
    /// A parameter was renamed.
    ParameterRenamed = "parameter-renamed": Breaking, Breaking;
    /// A path parameter was renamed; requests are unchanged.
    PathParameterRenamed = "path-parameter-renamed": Breaking, Breaking;
    /// A parameter moved, for example from the query to a header.
    ParameterMoved = "parameter-moved": Breaking, Breaking;
    /// A parameter changed its serialization.
    ParameterStyleChanged = "parameter-style-changed": Breaking, Breaking;

    /// An optional request body was added.
    BodyAdded = "body-added": Compatible, Compatible;
    /// A required request body was added.
    RequiredBodyAdded = "required-body-added": Breaking, Breaking;
    /// The request body was removed.
    BodyRemoved = "body-removed": Breaking, Breaking;
    /// A content type was added.
    ContentTypeAdded = "content-type-added": Compatible, Compatible;
    /// A content type was removed.
    ContentTypeRemoved = "content-type-removed": Breaking, Breaking;
    /// The only content type was replaced.
    ContentTypeChanged = "content-type-changed": Breaking, Breaking;

    /// The success response moved to a different status.
    StatusChanged = "status-changed": Breaking, Breaking;
    /// A status was added: an error, or a success that reads like the existing ones.
    StatusAdded = "status-added": Compatible, Compatible;
    /// A success status with a different body was added.
    SuccessAdded = "success-added": Breaking, Breaking;
    /// A status was removed; a success response remains.
    StatusRemoved = "status-removed": Compatible, Compatible;
    /// The last success response was removed.
    SuccessRemoved = "success-removed": Breaking, Breaking;
    /// A response gained a body.
    ContentAdded = "content-added": Compatible, Compatible;
    /// A response lost its body.
    ContentRemoved = "content-removed": Breaking, Breaking;
    /// A response gained a header.
    HeaderAdded = "header-added": Compatible, Compatible;
    /// A response lost a header.
    HeaderRemoved = "header-removed": Breaking, Breaking;

    /// An optional property was added.
    PropertyAdded = "property-added": Compatible, Compatible;
    /// A required property was added.
    RequiredPropertyAdded = "required-property-added": Breaking, Compatible;
    /// A property was removed.
    PropertyRemoved = "property-removed": Breaking, Breaking;
    /// A property was renamed.
    PropertyRenamed = "property-renamed": Breaking, Breaking;
    /// A value may now be missing or `null`.
    PresenceLoosened = "presence-loosened": Compatible, Breaking;
    /// A value can no longer be missing or `null`.
    PresenceTightened = "presence-tightened": Breaking, Compatible;
    /// Undeclared properties are rejected.
    ObjectClosed = "object-closed": Breaking, Compatible;
    /// Undeclared properties are allowed.
    ObjectOpened = "object-opened": Compatible, Compatible;
    /// A property became read-only.
    ReadOnly = "read-only": Breaking, Compatible;
    /// A property is no longer read-only.
    NoLongerReadOnly = "no-longer-read-only": Compatible, Compatible;
    /// A property became write-only.
    WriteOnly = "write-only": Compatible, Breaking;
    /// A property is no longer write-only.
    NoLongerWriteOnly = "no-longer-write-only": Compatible, Compatible;

    /// A value has a different type.
    TypeChanged = "type-changed": Breaking, Breaking;
    /// The type allows all old values and more.
    TypeWidened = "type-widened": Compatible, Breaking;
    /// The type allows only some of the old values.
    TypeNarrowed = "type-narrowed": Breaking, Compatible;
    /// A union without a discriminator gained an alternative.
    AlternativeAdded = "alternative-added": Compatible, Breaking;
    /// A union lost an alternative.
    AlternativeRemoved = "alternative-removed": Breaking, Compatible;
    /// A union with a discriminator gained an alternative, which older clients read as `Unknown`.
    VariantAdded = "variant-added": Compatible, Compatible;
    /// The discriminator of a union, or its values, changed.
    TagChanged = "tag-changed": Breaking, Breaking;
    /// An enum gained a value, which older clients read as `Unknown`.
    EnumValueAdded = "enum-value-added": Compatible, Compatible;
    /// An enum lost a value.
    EnumValueRemoved = "enum-value-removed": Breaking, Compatible;
    /// An enum has entirely different values.
    EnumReplaced = "enum-replaced": Breaking, Breaking;
    /// An enum became any value, which older clients read as `Unknown`.
    EnumOpened = "enum-opened": Compatible, Compatible;
    /// Any value became an enum.
    EnumClosed = "enum-closed": Breaking, Compatible;
    /// A string has a different format.
    FormatChanged = "format-changed": Breaking, Breaking;
    /// A string gained a format.
    FormatAdded = "format-added": Breaking, Compatible;
    /// A string lost its format.
    FormatRemoved = "format-removed": Compatible, Breaking;
    /// The server rejects more values.
    LimitTightened = "limit-tightened": Breaking, Compatible;
    /// The server rejects fewer values; readers never rely on limits.
    LimitLoosened = "limit-loosened": Compatible, Compatible;
    /// The server uses a different value if none is sent.
    DefaultChanged = "default-changed": Compatible, MetadataOnly;

    /// The vendor now advises against it.
    Deprecated = "deprecated": Deprecated, Deprecated;
    /// The vendor no longer advises against it.
    Undeprecated = "un-deprecated": Undeprecated, Undeprecated;

    /// A schema was renamed; values are unchanged.
    SchemaRenamed = "schema-renamed": MetadataOnly, MetadataOnly;
    /// The same values are declared differently.
    Redeclared = "redeclared": MetadataOnly, MetadataOnly;
    /// A title, summary or description changed.
    Described = "described": MetadataOnly, MetadataOnly;
    /// Another annotation changed, without effect on callers.
    Annotated = "annotated": MetadataOnly, MetadataOnly;
    /// A construct changed that the comparison does not understand; a person has to review it.
    NotUnderstood = "not-understood": Breaking, Breaking;
}

impl Kind {
    /// Returns whether requests or responses change, not only names.
    pub const fn on_the_wire(self) -> bool {
        !matches!(self, Self::OperationRenamed | Self::PathParameterRenamed)
    }

    /// Returns a remark for readers of received values.
    pub(super) const fn remark(self) -> Option<&'static str> {
        match self {
            Self::EnumValueAdded | Self::EnumOpened => Some("older clients read it as `Unknown`"),
            Self::VariantAdded => Some("older clients read it as `Unknown`"),
            _ => None,
        }
    }
}

/// An operation, with its names in Rust and over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The module of its builder: its first tag in snake case.
    pub group: String,
    /// The path template.
    pub path: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The name of its method on the client.
    pub name: String,
    /// The vendor's `operationId`.
    pub id: String,
}

/// The subject of a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The document as a whole.
    Document,
    /// An operation; the new version if it still exists.
    Operation(Operation),
    /// A schema under `components/schemas`, by its newest name.
    Schema(String),
}

/// An operation that a change reaches, and the part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The operation.
    pub operation: Operation,
    /// The part of it.
    pub place: Place,
}

/// One change between the two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind of a change.
    pub kind: Kind,
    /// The most severe class of its directions.
    pub class: Class,
    /// The class in each direction in which it is visible.
    pub directions: Vec<(Direction, Class)>,
    /// The subject.
    pub subject: Subject,
    /// The operations it reaches, sorted.
    pub uses: Vec<Use>,
    /// The tag group it belongs to; `None` if it reaches several.
    pub group: Option<String>,
    /// The grammatical subject of the sentence.
    pub thing: String,
    /// The changed member of a schema or body, such as `items[].name`; empty for the whole.
    pub member: String,
    /// The predicate of the sentence.
    pub predicate: String,
    /// The old state in words.
    pub before: Option<String>,
    /// The new state in words.
    pub after: Option<String>,
    /// A JSON pointer into the old document.
    pub old: Option<String>,
    /// A JSON pointer into the new document.
    pub new: Option<String>,
}

impl Change {
    /// Returns the whole sentence.
    pub fn line(&self) -> String {
        let sentence = format!("{} {}", self.thing, self.predicate);
        let mut line = match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{sentence}: {before} → {after}"),
            (Some(before), None) => format!("{sentence} (was: {before})"),
            (None, Some(after)) => format!("{sentence}: {after}"),
            (None, None) => sentence,
        };
        let received = self
            .directions
            .iter()
            .any(|(d, _)| *d == Direction::Received);
        if let Some(remark) = self.kind.remark().filter(|_| received) {
            line = format!("{line} ({remark})");
        }
        if let [(Direction::Sent, sent), (Direction::Received, received)] = self.directions[..]
            && (sent == Class::Breaking) != (received == Class::Breaking)
        {
            line.push_str(if sent == Class::Breaking {
                " (breaks requests, not responses)"
            } else {
                " (breaks responses, not requests)"
            });
        }
        line
    }
}
