//! Does the server know all parts of a request? A server ignores what it does not know. A request that
//! would then have another effect is not sent.

use std::time::{Duration, Instant};

use super::request::PreparedRequest;
use super::server_version::ServerVersion;
use super::shared::Transport;
use crate::availability::rule::{Concern, Subject};
use crate::{Error, ErrorKind, Result};

/// Time by which a request that only reads may be delayed if the version of the server is unknown, but
/// at most half of its own time.
const READ_LIMIT: Duration = Duration::from_secs(5);

/// Returns an error if the server is too old or too new for a request that a rule concerns.
///
/// The version is requested if it is unknown, and once more before a request is refused. If it cannot
/// be learned, only requests that read are sent.
///
/// # Errors
/// `Unsupported`: the server does not know a part of the request. Other kinds: its version cannot be
/// learned.
pub(super) async fn check(
    transport: &Transport,
    request: &PreparedRequest,
    deadline: Option<Instant>,
) -> Result<()> {
    if transport.options().allow_unsupported {
        return Ok(());
    }
    let unknown_to = |server: &ServerVersion| {
        let mut concerns = request.concerns.iter();
        concerns.find(|concern| !concern.versions.include(server.release()))
    };
    let known = transport.known_version();
    if known
        .as_ref()
        .is_some_and(|known| unknown_to(&known.version).is_none())
    {
        return Ok(());
    }
    let only_reads = request.method.is_safe();
    let limit = only_reads.then(|| {
        let left = transport.runtime().time_left(deadline, None);
        left.map_or(READ_LIMIT, |left| READ_LIMIT.min(left / 2))
    });
    match transport
        .learn_version(known.as_ref(), deadline, limit)
        .await
    {
        Ok(server) => match unknown_to(&server.version) {
            Some(concern) => Err(refusal(request, concern, &server.version)),
            None => Ok(()),
        },
        // What is known of the server is the best guess if it cannot be asked again.
        Err(error) => match known.as_ref().and_then(|known| {
            let concern = unknown_to(&known.version)?;
            Some(refusal(request, concern, &known.version))
        }) {
            Some(refusal) => Err(refusal.with_source(error)),
            None if only_reads => Ok(()),
            None => Err(unknown_version(&request.concerns, error)),
        },
    }
}

const OPT_OUT: &str = "`CallOptions::allow_unsupported` sends the request anyway";

fn refusal(request: &PreparedRequest, concern: &Concern, server: &ServerVersion) -> Error {
    let Concern {
        versions,
        part,
        otherwise,
        subject,
    } = concern;
    let message = format!(
        "{part} {versions}; the server is ZenML {server}, which {otherwise}; nothing was sent"
    );
    let remedy = if versions.since.is_some_and(|since| server.release() < since) {
        "upgrade the server, or do without this part of the request"
    } else {
        "do without this part of the request"
    };
    let is_default = matches!(
        subject,
        Subject::Parameter(name, _) if request.default_project_parameter == Some(*name)
    );
    let remedy = if is_default {
        format!("{remedy}: `all_projects` of the list leaves out the default project")
    } else {
        remedy.to_owned()
    };
    Error::new(ErrorKind::Unsupported, message).with_hint(Some(format!("{remedy}; {OPT_OUT}")))
}

fn unknown_version(concerns: &[Concern], error: Error) -> Error {
    let why = concerns.first();
    let why = why.map_or_else(String::new, |Concern { part, versions, .. }| {
        format!("{part} {versions}")
    });
    let message = format!(
        "{why}, and the version of the server is unknown: {}; nothing was sent",
        error.message()
    );
    // The kind must not be mistaken for a response to the request itself.
    let kind = match error.kind() {
        ErrorKind::NotFound
        | ErrorKind::Conflict
        | ErrorKind::InvalidRequest
        | ErrorKind::Forbidden
        | ErrorKind::Unauthorized
        | ErrorKind::Decode => ErrorKind::Unsupported,
        kind => kind,
    };
    let hint = match error.hint() {
        Some(hint) => format!("{hint}; {OPT_OUT}"),
        None => OPT_OUT.to_owned(),
    };
    Error::new(kind, message)
        .with_hint(Some(hint))
        .with_source(error)
}

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod version_tests;
