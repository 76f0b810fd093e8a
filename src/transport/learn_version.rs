//! How does a client learn the version of its server? It asks when it must know.

use std::pin::pin;
use std::time::{Duration, Instant};

use http::Method;

use super::request::{Accept, Request};
use super::server_version::ServerVersion;
use super::shared::Transport;
use super::version_cache::LearnedVersion;
use crate::{Error, ErrorKind, Result};

/// Time limit for waiting for the request of another call, which may not be polled.
const TURN_LIMIT: Duration = Duration::from_secs(10);

impl Transport {
    /// Returns the version of the server, if it was learned within the last five minutes.
    pub(crate) fn known_version(&self) -> Option<LearnedVersion> {
        self.versions().get(self.runtime().clock.now())
    }

    /// Remembers the version of the server.
    pub(crate) fn note_version(&self, version: ServerVersion) -> LearnedVersion {
        self.versions().note(version, self.runtime().clock.now())
    }

    /// Requests the version of the server.
    pub(crate) async fn request_version(&self) -> Result<LearnedVersion> {
        let request = Request {
            authenticated: false,
            ..Request::new("check_version", Method::GET, ServerVersion::PATH)
        };
        let response = self.send(request, Accept::Json).await?;
        let version = ServerVersion::read(&response.body).ok_or_else(|| {
            let message = "the response does not contain a version; check that the URL leads to a \
                           ZenML server";
            let error = Error::new(ErrorKind::Decode, message).with_status(response.status);
            response.context.explain(error)
        })?;
        Ok(self.note_version(version))
    }

    /// Returns another version than the stale one: that of a call that is asking for it, or the
    /// response to a new request.
    pub(super) async fn learn_version(
        &self,
        stale: Option<&LearnedVersion>,
        deadline: Option<Instant>,
        limit: Option<Duration>,
    ) -> Result<LearnedVersion> {
        let runtime = self.runtime();
        let end = limit.and_then(|limit| runtime.clock.now().checked_add(limit));
        let deadline = deadline.into_iter().chain(end).min();
        let turn = pin!(self.versions().turn.lock());
        let wait = runtime.time_left(deadline, Some(TURN_LIMIT));
        let turn = runtime.within(wait, turn).await;
        let stale = stale.map(|stale| stale.number);
        let newer = self
            .known_version()
            .filter(|known| Some(known.number) != stale);
        if let Some(newer) = newer {
            return Ok(newer);
        }
        let request = pin!(self.request_version());
        let learned = runtime
            .within(runtime.time_left(deadline, None), request)
            .await;
        drop(turn);
        learned.unwrap_or_else(|| {
            let message = "the server did not report its version in time";
            Err(Error::new(ErrorKind::Timeout, message))
        })
    }
}
