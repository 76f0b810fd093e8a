//! How a workspace of ZenML Pro is logged in to through the Pro API: its server takes the session of
//! a login there for a token of its own (`zenml-external`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{HeaderMap, Method, header};
use serde::Deserialize;

use crate::auth::hint::{cannot_read_keys, is_key_of_pro};
use crate::auth::login::{LoginStep, knows_no_keys};
use crate::auth::session::Session;
use crate::auth::token::Token;
use crate::transport::api::{Facts, Family};
use crate::transport::base_url::BaseUrl;
use crate::transport::execute::{Accept, Shared};
use crate::transport::request::{Repeat, Request};
use crate::{Credentials, Error, ErrorKind, Result, Secret, Transport};

impl Transport {
    /// Makes a token of the session that a client of the Pro API has, or gets for this.
    pub(crate) async fn log_in_through(&self, pro: &Transport) -> Result<Token> {
        let session = pro.pro_session().await?;
        let refusal = match self.grant_external(&session.secret).await {
            Ok(granted) => return self.token_of(granted),
            Err(refusal) => refusal,
        };
        let who = format!("{}, through {},", pro.session().name(), pro.base());
        if refusal.kind() != ErrorKind::Unauthorized {
            return Err(self.failed_login(&who, refusal, None));
        }
        // The workspace does not say whether it is the session or the user that it refuses. The Pro
        // API knows whether the session is good; if not, asking it renews it.
        pro.ask_who_i_am().await?;
        let renewed = pro.pro_session().await?;
        if renewed.secret != session.secret {
            let granted = self.grant_external(&renewed.secret).await;
            let granted = granted.map_err(|error| self.failed_login(&who, error, None))?;
            return self.token_of(granted);
        }
        let remedy = "ZenML Pro accepts the credentials, the workspace does not: has the user a \
                      role on it, and is it active?";
        Err(self.failed_login(&who, refusal, Some(remedy.to_owned())))
    }

    async fn pro_session(&self) -> Result<Arc<Token>> {
        let session = self.token(None).await?;
        session.ok_or_else(|| {
            let message = format!("the client of {} has none", self.base());
            Error::new(ErrorKind::Credentials, message)
        })
    }

    async fn ask_who_i_am(&self) -> Result<()> {
        let path = "/users/me";
        let request = Request {
            operation: "login".into(),
            template: path.into(),
            method: Method::GET,
            path: path.to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            secrets: Vec::new(),
            repeat: Repeat::Always,
            authenticated: true,
        };
        match self.with_defaults().send(request, Accept::Json).await {
            // Whoever is known, but may not ask this, is known.
            Err(error) if error.kind() == ErrorKind::Forbidden => Ok(()),
            answer => answer.map(drop),
        }
    }

    /// The Pro API that a workspace belongs to, if its server is too old to take the keys of
    /// ZenML Pro itself: it says that it cannot read them, or that it exchanges none.
    pub(crate) async fn pro_of_an_older_workspace(
        &self,
        key: &Secret,
        refusal: &Error,
    ) -> Result<Option<Transport>> {
        #[derive(Deserialize)]
        struct Info {
            pro_api_url: Option<String>,
        }
        let is_too_old = self.api().family == Family::Workspace
            && is_key_of_pro(key)
            && (cannot_read_keys(refusal) || knows_no_keys(refusal));
        if !is_too_old {
            return Ok(None);
        }
        let step = LoginStep {
            method: Method::GET,
            path: "/api/v1/info",
            body: None,
            headers: HeaderMap::new(),
            secrets: Vec::new(),
        };
        let info: Info = self.login_step(step).await?;
        let Some(url) = info.pro_api_url else {
            return Ok(None);
        };
        let credentials = self.session().credentials().cloned();
        self.beside(&url, Facts::PRO, credentials).map(Some)
    }

    /// A transport to another server, with the settings of this one.
    pub(crate) fn beside(
        &self,
        url: &str,
        api: Facts,
        credentials: Option<Credentials>,
    ) -> Result<Self> {
        let shared = self.shared();
        let user_agent = shared.headers.get(header::USER_AGENT).cloned();
        let user_agent = user_agent
            .into_iter()
            .map(|agent| (header::USER_AGENT, agent));
        let base = BaseUrl::for_credentials(url, api.path_suffix, shared.insecure_http)?;
        let is_here = BaseUrl::is_clear_text_to_this_machine;
        let http = match &shared.connection {
            // The one goes through the system's proxy, the other must not.
            Some(connection) if is_here(&base) != is_here(&shared.base) => {
                connection.client(&base)?
            }
            _ => shared.http.clone(),
        };
        Ok(Self::new(Shared {
            http,
            connection: shared.connection.clone(),
            base,
            insecure_http: shared.insecure_http,
            api,
            // The program's own headers are for the server that it named.
            headers: user_agent.collect(),
            session: Session::new(credentials),
            budget: shared.budget.another(),
            world: shared.world.clone(),
            defaults: shared.defaults.clone(),
            check_version: AtomicBool::new(shared.check_version.load(Ordering::Relaxed)),
        }))
    }
}

#[cfg(test)]
#[cfg(feature = "pro")]
mod tests;
