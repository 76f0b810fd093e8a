//! What do both clients share?

/// Defines the type of a client: its constructors, and the methods that both APIs have.
macro_rules! define_client {
    (
        $(#[$client_docs:meta])*
        $Client:ident: $config:expr;
        $(#[$builder_docs:meta])*
        fn builder;
        $(#[$from_env_docs:meta])*
        fn from_env;
    ) => {
        $(#[$client_docs])*
        #[derive(Debug, Clone)]
        pub struct $Client {
            pub(crate) transport: crate::Transport,
        }

        impl $Client {
            pub(crate) const CONFIG: crate::transport::api::ApiConfig = $config;

            $(#[$builder_docs])*
            pub fn builder(url: impl Into<String>) -> crate::ClientBuilder<Self> {
                crate::ClientBuilder::new(url.into())
            }

            $(#[$from_env_docs])*
            pub fn from_env() -> crate::Result<Self> {
                Self::builder_from_env()?.build()
            }

            /// Returns the builder of [`from_env`](Self::from_env), for further configuration.
            ///
            /// # Errors
            ///
            /// Returns the errors of [`from_env`](Self::from_env).
            pub fn builder_from_env() -> crate::Result<crate::ClientBuilder<Self>> {
                crate::client::environment::from_process(&Self::CONFIG)
            }

            /// Returns a client with other options for its calls. Options that are not set keep the
            /// values of this client. Both clients share connections, login and retry budget.
            ///
            /// ```no_run
            #[doc = concat!("# async fn example(client: zenml::", stringify!($Client), ") -> zenml::Result<()> {")]
            /// use std::time::Duration;
            ///
            /// let quick = zenml::CallOptions::default().timeout(Duration::from_secs(5));
            /// let user = client.with_options(quick).get_current_user().send().await?;
            /// # Ok(())
            /// # }
            /// ```
            #[must_use]
            pub fn with_options(&self, options: crate::CallOptions) -> Self {
                Self {
                    transport: self.transport.with_options(options),
                }
            }

            /// Returns the base URL of the API, without a trailing slash.
            pub fn url(&self) -> &str {
                self.transport.base().as_str()
            }

            /// Returns a request to a route that has no method of its own. The request carries the
            /// client's credentials.
            ///
            /// ```no_run
            #[doc = concat!("# async fn example(client: zenml::", stringify!($Client), ") -> zenml::Result<()> {")]
            /// let plugins = client
            ///     .request(zenml::Method::GET, "/api/v1/plugins")
            ///     .query("page", 1)
            ///     .send::<serde_json::Value>()
            ///     .await?;
            /// # Ok(())
            /// # }
            /// ```
            pub fn request(
                &self,
                method: crate::Method,
                path: impl Into<String>,
            ) -> crate::RawRequest {
                let path = path.into();
                let deduplicated = self.transport.deduplicates(&method, &path);
                crate::RawRequest::new(&self.transport, method, path, deduplicated)
            }

            /// Returns a call of an operation that has no method of its own.
            #[doc(hidden)]
            pub fn __call(
                &self,
                operation: &'static crate::__private::Operation,
            ) -> crate::__private::Call {
                crate::__private::Call::new(&self.transport, operation)
            }
        }

        impl crate::ClientBuilder<$Client> {
            /// Creates the client. No request is sent yet.
            ///
            /// # Errors
            ///
            /// Returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the URL is
            /// not the URL of a server, if credentials would be sent in plain text, or if the
            /// proxy, a certificate or the user agent is not usable.
            pub fn build(self) -> crate::Result<$Client> {
                Ok($Client {
                    transport: self.transport($Client::CONFIG)?,
                })
            }
        }
    };
}

pub(crate) use define_client;
