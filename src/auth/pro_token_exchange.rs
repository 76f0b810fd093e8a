//! How does a client log in to a workspace through the Pro API?
//!
//! The workspace exchanges a session of the Pro API for a token of its own (grant type
//! `zenml-external`).

use std::sync::Arc;

use http::Method;

use super::hint::{cannot_read_keys, is_pro_key};
use super::login::{failed_login, refuses_grant_type};
use super::token::Token;
use super::token_request::{TokenRequest, exchange_pro_session};
use crate::codec::object::readable;
use crate::transport::api::ApiKind;
use crate::transport::authorization::Authorization;
use crate::transport::request::{Accept, Request};
use crate::transport::server_version::ServerVersion;
use crate::transport::shared::Transport;
use crate::{Error, ErrorKind, Result, Secret};

/// Logs in to a workspace with the session that a client of the Pro API has or obtains.
pub(crate) async fn log_in_through(workspace: &Transport, pro: &Transport) -> Result<Token> {
    let session = pro_session(pro).await?;
    let refusal = match exchange_pro_session(workspace, &session.token).await {
        Ok(response) => return response.into_token(workspace),
        Err(refusal) => refusal,
    };
    let who = format!("{}, through {},", pro.authenticator().name(), pro.base());
    if refusal.kind() != ErrorKind::Unauthorized {
        return Err(failed_login(workspace, &who, refusal, None));
    }
    // The workspace does not say whether it rejects the session or the user. The Pro API does.
    check_session(pro).await?;
    let renewed = pro_session(pro).await?;
    if renewed.token != session.token {
        let response = exchange_pro_session(workspace, &renewed.token).await;
        let response = response.map_err(|error| failed_login(workspace, &who, error, None))?;
        return response.into_token(workspace);
    }
    let advice = "ZenML Pro accepts the credentials, the workspace does not; check that the user \
                  has a role on the workspace and is active";
    Err(failed_login(
        workspace,
        &who,
        refusal,
        Some(advice.to_owned()),
    ))
}

/// Returns the session of a Pro client, after a login if one is needed.
async fn pro_session(pro: &Transport) -> Result<Arc<Authorization>> {
    let session = pro.authorize(None).await?;
    session.ok_or_else(|| {
        let message = format!("the client of {} has no credentials", pro.base());
        Error::new(ErrorKind::Credentials, message)
    })
}

/// Sends a request that renews the session of a Pro client if the Pro API rejects it.
async fn check_session(pro: &Transport) -> Result<()> {
    let request = Request::new("login", Method::GET, "/users/me");
    match pro.with_defaults().send(request, Accept::Json).await {
        // A principal without permission for this request has a valid session.
        Err(error) if error.kind() == ErrorKind::Forbidden => Ok(()),
        response => response.map(drop),
    }
}

/// Returns the URL of the Pro API that a workspace belongs to, if its server is too old to exchange
/// the keys of ZenML Pro: it says that it cannot read them, or that it does not exchange keys.
pub(crate) async fn pro_api_of_older_workspace(
    workspace: &Transport,
    key: &Secret,
    refusal: &Error,
) -> Result<Option<String>> {
    struct Info {
        pro_api_url: Option<String>,
    }

    readable! { Info required {} nullable { "pro_api_url" pro_api_url } optional {} }

    let is_too_old = workspace.api().kind == ApiKind::Workspace
        && is_pro_key(key)
        && (cannot_read_keys(refusal) || refuses_grant_type(refusal));
    if !is_too_old {
        return Ok(None);
    }
    let request = TokenRequest::get(ServerVersion::PATH);
    let info: Info = request.send(workspace).await?;
    Ok(info.pro_api_url)
}

#[cfg(test)]
#[cfg(feature = "pro")]
mod tests;
