//! What a comparison finds: changes, and how each of them counts.

/// What a change means for those who use the API. The order is by weight, the heaviest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What worked, or was called so, does no longer.
    Breaking,
    /// What worked still does; there may be more.
    Compatible,
    /// Still there, but the vendor advises against it.
    Deprecated,
    /// The vendor no longer advises against it.
    Undeprecated,
    /// Nothing changes but what is said about the API.
    MetadataOnly,
}

impl Class {
    /// Every class, the heaviest first.
    pub const ALL: [Self; 5] = [
        Self::Breaking,
        Self::Compatible,
        Self::Deprecated,
        Self::Undeprecated,
        Self::MetadataOnly,
    ];

    /// Its name, in words and in JSON.
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

/// Who writes a value, and who has to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// We write it: parameters and request bodies.
    Sent,
    /// The server writes it: responses and errors.
    Received,
}

impl Direction {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// The part of an operation that a change is seen in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The operation as such.
    Operation,
    /// A parameter in path, query, header or cookie.
    Parameter,
    /// The request body.
    RequestBody,
    /// A response that is no error.
    Response,
    /// A response with an error status, or the default response.
    Error,
}

impl Place {
    /// Its name, in words and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::RequestBody => "request body",
            Self::Response => "response",
            Self::Error => "error",
        }
    }

    /// Who writes what stands there; none for the operation as such.
    pub const fn direction(self) -> Option<Direction> {
        match self {
            Self::Operation => None,
            Self::Parameter | Self::RequestBody => Some(Direction::Sent),
            Self::Response | Self::Error => Some(Direction::Received),
        }
    }
}

/// Declares [`Kind`] as the table that it is: what happened, what that means where we send, and
/// what it means where we receive.
macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $kind:ident = $name:literal: $sent:ident, $received:ident; )+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $( $(#[doc = $doc])+ $kind, )+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Its name in JSON.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$kind => $name, )+ }
            }

            /// What it means for us in one direction.
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
    /// A new operation.
    OperationAdded = "operation-added": Compatible, Compatible;
    /// An operation is gone.
    OperationRemoved = "operation-removed": Breaking, Breaking;
    /// An operation has another path or method.
    OperationMoved = "operation-moved": Breaking, Breaking;
    /// An operation has another name; requests stay as they were.
    OperationRenamed = "operation-renamed": Breaking, Breaking;
    /// An operation has another first tag, which is the module of its builder.
    OperationRegrouped = "operation-regrouped": MetadataOnly, MetadataOnly;
    /// Credentials are needed, or fewer kinds of them are taken.
    SecurityTightened = "security-tightened": Breaking, Breaking;
    /// No credentials are needed any more, or more kinds of them are taken.
    SecurityLoosened = "security-loosened": Compatible, Compatible;

    /// A new optional parameter.
    ParameterAdded = "parameter-added": Compatible, Compatible;
    /// A new parameter that has to be sent.
    RequiredParameterAdded = "required-parameter-added": Breaking, Breaking;
    /// A parameter is gone.
    ParameterRemoved = "parameter-removed": Breaking, Breaking;
    /// A parameter has another name.
    ParameterRenamed = "parameter-renamed": Breaking, Breaking;
    /// A path parameter has another name; requests stay as they were.
    PathParameterRenamed = "path-parameter-renamed": Breaking, Breaking;
    /// A parameter has moved, from the query to a header for example.
    ParameterMoved = "parameter-moved": Breaking, Breaking;
    /// A parameter is written another way.
    ParameterStyleChanged = "parameter-style-changed": Breaking, Breaking;

    /// A request body can be sent where there was none.
    BodyAdded = "body-added": Compatible, Compatible;
    /// A request body has to be sent where there was none.
    RequiredBodyAdded = "required-body-added": Breaking, Breaking;
    /// The request body is gone.
    BodyRemoved = "body-removed": Breaking, Breaking;
    /// One more content type.
    ContentTypeAdded = "content-type-added": Compatible, Compatible;
    /// One content type less.
    ContentTypeRemoved = "content-type-removed": Breaking, Breaking;
    /// Another content type instead of the one there was.
    ContentTypeChanged = "content-type-changed": Breaking, Breaking;

    /// Success has another status.
    StatusChanged = "status-changed": Breaking, Breaking;
    /// One more status, an error or a success that reads like the others.
    StatusAdded = "status-added": Compatible, Compatible;
    /// One more successful status, with a body of its own.
    SuccessAdded = "success-added": Breaking, Breaking;
    /// A status that is no longer declared, while a success still is.
    StatusRemoved = "status-removed": Compatible, Compatible;
    /// No success is declared any more: what there is to read is gone.
    SuccessRemoved = "success-removed": Breaking, Breaking;
    /// A response has a body where it had none.
    ContentAdded = "content-added": Compatible, Compatible;
    /// A response has no body where it had one.
    ContentRemoved = "content-removed": Breaking, Breaking;
    /// A response has a header more.
    HeaderAdded = "header-added": Compatible, Compatible;
    /// A response has a header less.
    HeaderRemoved = "header-removed": Breaking, Breaking;

    /// A new property that may be missing.
    PropertyAdded = "property-added": Compatible, Compatible;
    /// A new property that is always there, or has to be sent.
    RequiredPropertyAdded = "required-property-added": Breaking, Compatible;
    /// A property is gone.
    PropertyRemoved = "property-removed": Breaking, Breaking;
    /// A property has another name.
    PropertyRenamed = "property-renamed": Breaking, Breaking;
    /// What was required or not `null` may now be missing or `null`.
    PresenceLoosened = "presence-loosened": Compatible, Breaking;
    /// What could be missing or `null` is now required or not `null`.
    PresenceTightened = "presence-tightened": Breaking, Compatible;
    /// Members that are not declared are refused.
    ObjectClosed = "object-closed": Breaking, Compatible;
    /// Members that are not declared are allowed.
    ObjectOpened = "object-opened": Compatible, Compatible;
    /// Only the server writes this property.
    ReadOnly = "read-only": Breaking, Compatible;
    /// We may write a property that only the server wrote.
    NoLongerReadOnly = "no-longer-read-only": Compatible, Compatible;
    /// Only we write this property.
    WriteOnly = "write-only": Compatible, Breaking;
    /// The server shows a property that only we wrote.
    NoLongerWriteOnly = "no-longer-write-only": Compatible, Compatible;

    /// A value of one type is now of another.
    TypeChanged = "type-changed": Breaking, Breaking;
    /// All old values are still allowed, and more.
    TypeWidened = "type-widened": Compatible, Breaking;
    /// Only some of the old values are still allowed.
    TypeNarrowed = "type-narrowed": Breaking, Compatible;
    /// One more alternative in a union without a tag.
    AlternativeAdded = "alternative-added": Compatible, Breaking;
    /// One alternative less in a union.
    AlternativeRemoved = "alternative-removed": Breaking, Compatible;
    /// One more alternative in a union with a tag: read as `Unknown`, because unions are open.
    VariantAdded = "variant-added": Compatible, Compatible;
    /// Another member, or other values of it, tell the alternatives of a union apart.
    TagChanged = "tag-changed": Breaking, Breaking;
    /// One more value: read as `Unknown`, because enums are open.
    EnumValueAdded = "enum-value-added": Compatible, Compatible;
    /// One value less.
    EnumValueRemoved = "enum-value-removed": Breaking, Compatible;
    /// None of the old values is left.
    EnumReplaced = "enum-replaced": Breaking, Breaking;
    /// An enum takes any value: read as `Unknown`, because enums are open.
    EnumOpened = "enum-opened": Compatible, Compatible;
    /// Only the listed values are left of what could be any.
    EnumClosed = "enum-closed": Breaking, Compatible;
    /// A text has another format.
    FormatChanged = "format-changed": Breaking, Breaking;
    /// Any text is now a text of one format.
    FormatAdded = "format-added": Breaking, Compatible;
    /// A text of one format is now any text.
    FormatRemoved = "format-removed": Compatible, Breaking;
    /// The server refuses more.
    LimitTightened = "limit-tightened": Breaking, Compatible;
    /// The server refuses less; readers never rely on limits.
    LimitLoosened = "limit-loosened": Compatible, Compatible;
    /// The server takes another value if none is sent.
    DefaultChanged = "default-changed": Compatible, MetadataOnly;

    /// The vendor advises against it.
    Deprecated = "deprecated": Deprecated, Deprecated;
    /// The vendor no longer advises against it.
    Undeprecated = "un-deprecated": Undeprecated, Undeprecated;

    /// A schema has another name; values stay as they were.
    SchemaRenamed = "schema-renamed": MetadataOnly, MetadataOnly;
    /// The same values, declared another way.
    Redeclared = "redeclared": MetadataOnly, MetadataOnly;
    /// A description or summary reads otherwise.
    Described = "described": MetadataOnly, MetadataOnly;
    /// Something else that changes nothing for callers.
    Annotated = "annotated": MetadataOnly, MetadataOnly;
    /// A construct that the comparison does not know: to be judged by a person.
    NotUnderstood = "not-understood": Breaking, Breaking;
}

impl Kind {
    /// Whether requests or responses change, not only what things are called.
    pub const fn on_the_wire(self) -> bool {
        !matches!(self, Self::OperationRenamed | Self::PathParameterRenamed)
    }

    /// What a reader of received values should know about it.
    pub(super) const fn remark(self) -> Option<&'static str> {
        match self {
            Self::EnumValueAdded | Self::EnumOpened => {
                Some("enums are open, older readers get `Unknown`")
            }
            Self::VariantAdded => Some("unions are open, older readers get `Unknown`"),
            _ => None,
        }
    }
}

/// An operation, as it is called in Rust and over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The module of its builder: the snake-case form of its first tag.
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

/// What a change is a change of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The document as a whole.
    Document,
    /// An operation; as it is now, or was last.
    Operation(Operation),
    /// A schema under `components/schemas`, by its name now, or last.
    Schema(String),
}

/// An operation that a change reaches, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The operation.
    pub operation: Operation,
    /// The part of it.
    pub place: Place,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// What it means: the heaviest of its directions.
    pub class: Class,
    /// What it means in each direction that it is seen in.
    pub directions: Vec<(Direction, Class)>,
    /// What has changed.
    pub subject: Subject,
    /// The operations that it reaches, sorted.
    pub uses: Vec<Use>,
    /// The tag group that it belongs to; none if it reaches several.
    pub group: Option<String>,
    /// What it is that has changed, in words: the subject of the sentence.
    pub thing: String,
    /// The member of a schema or body that has changed, such as `items[].name`; empty if it is the
    /// whole.
    pub member: String,
    /// What happened to it, in words: the predicate of the sentence.
    pub predicate: String,
    /// How it was, in words.
    pub before: Option<String>,
    /// How it is, in words.
    pub after: Option<String>,
    /// JSON pointer into the old document.
    pub old: Option<String>,
    /// JSON pointer into the new document.
    pub new: Option<String>,
}

impl Change {
    /// The whole sentence.
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
                " (breaks sending, not reading)"
            } else {
                " (breaks reading, not sending)"
            });
        }
        line
    }
}
