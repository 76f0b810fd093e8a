//! What to do about an error: the advice of the vendor's own list of common problems, given only
//! where the client knows that it fits.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};

use crate::client::version::ServerVersion;
use crate::retry::state::History;
use crate::transport::api::Family;
use crate::transport::execute::{Accept, REQUEST_ID};
use crate::transport::request::Repeat;
use crate::transport::sender::{Failed, Payload, Prepared};
use crate::{Error, ErrorKind, Transport};

/// How long the server may take to say what it is.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

impl Transport {
    /// The hint for a call's final error.
    pub(crate) async fn hint(
        &self,
        failed: &Failed,
        request: &Prepared,
        history: &History,
        deadline: Option<Instant>,
    ) -> Option<String> {
        let error = &failed.error;
        match error.kind() {
            ErrorKind::Unauthorized if failed.refuses_credentials && request.authenticated => {
                Some(self.remedy())
            }
            ErrorKind::NotFound | ErrorKind::Unsupported if lacks_the_route(error) => {
                let server = self.probe(request, deadline).await?;
                wrong_server(
                    self.api().family,
                    server.as_ref(),
                    self.api().document_version,
                )
            }
            ErrorKind::NotFound
                if request.method == Method::DELETE && history.has_unknown_effect() =>
            {
                let hint = "an earlier attempt, whose answer was lost, may have deleted it";
                Some(hint.to_owned())
            }
            ErrorKind::Forbidden if request.authenticated => {
                let (who, base) = (self.session().name(), self.base());
                Some(format!(
                    "{who} may not at {base}: its administrator can give a role that allows it"
                ))
            }
            ErrorKind::PaymentRequired if request.authenticated => {
                let (who, base) = (self.session().name(), self.base());
                Some(format!(
                    "{who} has reached a limit at {base}: the administrator of the organization \
                     can change its plan"
                ))
            }
            ErrorKind::Tls => {
                let hint = "of a private authority, give the builder the root_certificate";
                Some(hint.to_owned())
            }
            ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::Unavailable
                if request.repeat == Repeat::Unsafe =>
            {
                let hint = "not repeated: the server may have carried it out";
                Some(hint.to_owned())
            }
            _ => None,
        }
    }

    /// Asks the server what it is: the version of a ZenML server, or that it is none. Nothing if it
    /// does not answer, or the call has no time left.
    async fn probe(
        &self,
        failed: &Prepared,
        deadline: Option<Instant>,
    ) -> Option<Option<ServerVersion>> {
        let url = self
            .shared()
            .base
            .join("/api/v1/info", std::iter::empty())
            .ok()?;
        let mut headers = self.shared().headers.clone();
        if let Some(id) = failed.headers.get(REQUEST_ID) {
            headers.insert(REQUEST_ID, id.clone());
        }
        let request = Prepared {
            method: Method::GET,
            url,
            headers,
            body: None,
            accept: Accept::Json,
            repeat: Repeat::Always,
            authenticated: false,
            secrets: Vec::new(),
        };
        let limit = [Some(PROBE_LIMIT), self.left(deadline)];
        let limit = limit.into_iter().flatten().min();
        match self.wire().attempt(&request, None, limit).await {
            Ok(received) => match received.body {
                Payload::Whole(body) => Some(ServerVersion::read(&body)),
                Payload::Streamed(_) => None,
            },
            // Only this says that there is none: others may be a proxy's, while the server is away.
            Err(failed) if failed.error.kind() == ErrorKind::NotFound => Some(None),
            Err(_) => None,
        }
    }
}

/// Whether the answer is the framework's own, not one of the route's: 404 for a path, and 405 for a
/// verb, that it has nothing for.
pub(crate) fn lacks_the_route(error: &Error) -> bool {
    error.server_exception().is_none()
        && match error.status() {
            Some(StatusCode::NOT_FOUND) => error.message() == "Not Found",
            Some(StatusCode::METHOD_NOT_ALLOWED) => true,
            _ => false,
        }
}

fn wrong_server(
    family: Family,
    server: Option<&ServerVersion>,
    document: Option<&str>,
) -> Option<String> {
    match (family, server) {
        (Family::Workspace, None) => Some(
            "there is no ZenML server at this URL; the Pro API is none: a workspace has a URL of \
             its own"
                .to_owned(),
        ),
        (Family::Workspace, Some(server)) => {
            let document = document?;
            server.is_older_than(document).then(|| {
                format!("the server is ZenML {server}; the operation is known of ZenML {document}")
            })
        }
        (Family::Pro, Some(server)) => Some(format!(
            "at this URL is a ZenML server ({server}), not the Pro API"
        )),
        (Family::Pro, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> ServerVersion {
        ServerVersion::read(format!(r#"{{"version":"{text}"}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn it_is_said_what_kind_of_server_is_at_the_url() {
        let hint = |family, server: Option<&str>| {
            let server = server.map(version);
            wrong_server(family, server.as_ref(), Some("0.98.0")).unwrap_or_default()
        };
        assert!(hint(Family::Workspace, None).contains("no ZenML server at this URL"));
        assert_eq!(
            hint(Family::Workspace, Some("0.70.1")),
            "the server is ZenML 0.70.1; the operation is known of ZenML 0.98.0"
        );
        assert_eq!(hint(Family::Workspace, Some("0.98.2")), "");
        assert!(hint(Family::Pro, Some("0.98.0")).contains("not the Pro API"));
        assert_eq!(hint(Family::Pro, None), "");
    }
}

#[cfg(test)]
mod probe_tests;
