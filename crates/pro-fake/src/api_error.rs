//! Which error responses does the Pro API give, and in which shape?

use serde_json::{Value, json};

/// A response that reports a failure.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(&'static str, String)>,
}

/// One violation of the document by a request, as FastAPI reports it.
#[derive(Debug)]
pub(crate) struct Problem {
    pub location: Vec<String>,
    pub message: String,
    pub kind: &'static str,
}

impl Problem {
    pub fn new(location: &[&str], message: impl Into<String>, kind: &'static str) -> Self {
        Self {
            location: location.iter().map(ToString::to_string).collect(),
            message: message.into(),
            kind,
        }
    }
}

impl ApiError {
    /// Creates an error that names an exception, which official clients read first.
    pub fn new(status: u16, exception: &str, message: impl Into<String>) -> Self {
        Self::with_body(status, json!({ "detail": [exception, message.into()] }))
    }

    pub fn with_body(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            headers: Vec::new(),
        }
    }

    /// Returns the usual error of a status, for faults that a test injects.
    pub fn of_status(status: u16) -> Self {
        let message = "injected by the test";
        match status {
            401 => Self::unauthorized(message),
            402 => Self::upgrade_required(message),
            403 => Self::forbidden(message),
            404 => Self::new(404, "KeyError", message),
            409 => Self::exists(message),
            422 => Self::invalid(&["body"], message),
            other => Self::with_body(other, json!({ "detail": message })),
        }
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "CredentialsNotValid", message).asking_for_bearer()
    }

    /// Returns the error of a request without credentials.
    pub fn not_authenticated() -> Self {
        Self::with_body(401, json!({ "detail": "Not authenticated" })).asking_for_bearer()
    }

    fn asking_for_bearer(mut self) -> Self {
        let header = ("www-authenticate", "Bearer".to_owned());
        self.headers.push(header);
        self
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "IllegalOperationError", message)
    }

    pub fn upgrade_required(message: impl Into<String>) -> Self {
        Self::new(402, "SubscriptionUpgradeRequiredError", message)
    }

    pub fn missing(noun: &str, which: impl std::fmt::Display) -> Self {
        Self::new(404, "KeyError", format!("{noun} {which} was not found"))
    }

    pub fn exists(message: impl Into<String>) -> Self {
        Self::new(409, "EntityExistsError", message)
    }

    /// Fails if the name of a new thing is already in use.
    pub fn if_taken(taken: bool, noun: &str, name: &str) -> Result<(), Self> {
        if taken {
            Err(Self::exists(format!("the {noun} {name:?} already exists")))
        } else {
            Ok(())
        }
    }

    pub fn invalid(location: &[&str], message: impl Into<String>) -> Self {
        Self::problems(&[Problem::new(location, message, "value_error")])
    }

    pub fn problems(problems: &[Problem]) -> Self {
        let detail: Vec<_> = problems
            .iter()
            .map(|problem| {
                json!({
                    "loc": problem.location,
                    "msg": problem.message,
                    "type": problem.kind,
                })
            })
            .collect();
        Self::with_body(422, json!({ "detail": detail }))
    }

    /// Returns the error of the OAuth token endpoint (RFC 6749, section 5.2).
    pub fn oauth(error: &str, description: &str) -> Self {
        let body = json!({ "error": error, "error_description": description });
        Self::with_body(400, body)
    }
}
