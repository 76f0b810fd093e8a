//! Which project does a list read if its call names none?

use std::borrow::Cow;

use crate::Operation;
use crate::transport::request::Query;

/// The parameters that select a project. The server prefers the second one if it gets both.
const PARAMETERS: [&str; 2] = ["project", "project_name_or_id"];

/// Adds the default project to the query of a list, unless the query selects a project. Returns the
/// parameter that was added.
pub(crate) fn fill(
    query: &mut Query,
    operation: &Operation,
    project: Option<&str>,
) -> Option<&'static str> {
    let (parameter, project) = (operation.project?, project?);
    if query.iter().any(|(name, _)| PARAMETERS.contains(&&**name)) {
        return None;
    }
    query.push((Cow::Borrowed(parameter), project.to_owned()));
    Some(parameter)
}

/// Implements `all_projects` of a list's builder.
macro_rules! all_projects {
    ($Builder:ident) => {
        impl $Builder {
            /// Leaves the project to the server: the default project of the client does not apply.
            ///
            /// Most lists then contain the objects of the server's default project. To read all
            /// projects, call the list once for each of `list_projects`.
            #[inline]
            pub fn all_projects(self) -> Self {
                Self(self.0.all_projects())
            }
        }
    };
}

pub(crate) use all_projects;

#[cfg(test)]
mod tests {
    use http::Method;

    use crate::testing::{READ, TestServer, builder, json};
    use crate::{Call, Operation, Result};

    static LIST: Operation = Operation {
        project: Some("project"),
        method: Method::GET,
        ..READ
    };

    /// Returns the request that a call of a client with a default project sends.
    async fn sent(operation: &'static Operation, set: impl FnOnce(Call) -> Call) -> Result<String> {
        let server = TestServer::always(json("null")).await;
        let client = builder(&server.url).project_or_none(Some("a b".to_owned()));
        let transport = client.build()?.0;
        set(Call::new(&transport, operation)).send::<()>().await?;
        Ok(server.only().line.replace("GET /api/v1/a", ""))
    }

    #[tokio::test]
    async fn a_list_that_names_no_project_reads_the_default_project() {
        let line = sent(&LIST, |call| call.query("name", "x")).await.unwrap();
        assert_eq!(line, "?name=x&project=a+b");
    }

    #[tokio::test]
    async fn a_project_of_the_call_takes_precedence_under_either_name() {
        for name in super::PARAMETERS {
            let line = sent(&LIST, |call| call.query(name, "mine")).await.unwrap();
            assert_eq!(line, format!("?{name}=mine"));
        }
    }

    #[tokio::test]
    async fn all_projects_lifts_the_default_and_a_later_project_applies() {
        assert_eq!(sent(&LIST, Call::all_projects).await.unwrap(), "");
        let set = |call: Call| call.query("project", "mine").all_projects();
        assert_eq!(sent(&LIST, set).await.unwrap(), "");
        let set = |call: Call| call.all_projects().query("project", "mine");
        assert_eq!(sent(&LIST, set).await.unwrap(), "?project=mine");
    }

    #[tokio::test]
    async fn other_operations_are_sent_as_they_are() {
        assert_eq!(sent(&READ, |call| call).await.unwrap(), "");
    }

    #[tokio::test]
    async fn the_pages_of_a_stream_are_those_of_the_default_project() {
        let server = TestServer::always(json("[]")).await;
        let client = builder(&server.url).project_or_none(Some("a".to_owned()));
        let items = Call::new(&client.build().unwrap().0, &LIST).items::<u8>();
        assert!(items.try_collect::<Vec<_>>().await.unwrap().is_empty());
        assert!(server.only().line.contains("project=a"));
    }
}
