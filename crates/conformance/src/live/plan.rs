//! Which operations are called, in which order, and with which values.

use zenml::Method;

use super::pool::Pool;
use super::special;
use crate::operation::{Api, Location, Operation};

/// The values of one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Arguments {
    /// The path parameters.
    pub segments: Vec<(&'static str, String)>,
    /// The query parameters.
    pub query: Vec<(&'static str, String)>,
}

impl Arguments {
    /// The path of the call.
    pub fn path(&self, operation: &Operation) -> String {
        let mut path = operation.call.path.to_owned();
        for (name, value) in &self.segments {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }
}

/// The operations that only read: those that need the least first, so that each can use what the
/// ones before it told.
pub(super) fn readable(api: Api) -> Vec<&'static Operation> {
    let mut operations: Vec<&Operation> = api
        .operations()
        .iter()
        .filter(|operation| operation.call.method == Method::GET)
        .collect();
    operations.sort_by_key(|operation| {
        let required = operation.parameters.iter().filter(|p| p.required);
        (required.count(), operation.call.path)
    });
    operations
}

/// The values to call an operation with, at most `limit` times.
///
/// # Errors
/// Why there are none.
pub(super) fn arguments(
    api: Api,
    operation: &'static Operation,
    pool: &Pool,
    limit: usize,
) -> Result<Vec<Arguments>, String> {
    let mut found = vec![Arguments {
        segments: vec![],
        query: special::needed(operation).collect(),
    }];
    for parameter in operation
        .parameters
        .iter()
        .filter(|p| p.required && !p.secret)
    {
        let mut extended = Vec::new();
        for arguments in &found {
            let values = match parameter.location {
                Location::Path => {
                    let path = arguments.path(operation);
                    let marker = format!("{{{}}}", parameter.name);
                    let collection = path.split(&marker).next().unwrap_or_default();
                    pool.ids(collection.trim_end_matches('/'), parameter.name)
                }
                Location::Query => query_values(api, operation, parameter.name, pool),
                Location::Header => vec![],
            };
            for value in values {
                let mut arguments = arguments.clone();
                match parameter.location {
                    Location::Path => arguments.segments.push((parameter.name, value)),
                    _ => arguments.query.push((parameter.name, value)),
                }
                extended.push(arguments);
            }
        }
        if extended.is_empty() {
            return Err(special::missing(operation, parameter.name));
        }
        found = extended;
    }
    found.truncate(limit);
    Ok(found)
}

fn query_values(
    api: Api,
    operation: &'static Operation,
    parameter: &str,
    pool: &Pool,
) -> Vec<String> {
    let told = pool.told(parameter);
    if !told.is_empty() {
        return told;
    }
    let listed = api.values(operation, parameter).into_iter();
    listed.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str) -> &'static Operation {
        let mut operations = Api::Workspace.operations().iter();
        operations.find(|o| o.call.name == name).unwrap()
    }

    fn paths(name: &str, pool: &Pool, limit: usize) -> Result<Vec<String>, String> {
        let operation = operation(name);
        let found = arguments(Api::Workspace, operation, pool, limit)?;
        Ok(found.iter().map(|a| a.path(operation)).collect())
    }

    #[test]
    fn lists_come_before_what_they_lead_to() {
        let operations = readable(Api::Workspace);
        let place = |name: &str| operations.iter().position(|o| o.call.name == name).unwrap();
        assert!(place("list_service_accounts") < place("list_api_keys"));
        assert!(place("list_api_keys") < place("get_api_key"));
    }

    #[test]
    fn a_path_parameter_takes_the_ids_of_the_list_before_it() {
        let mut pool = Pool::new(&[]);
        let page = r#"{"items":[{"id":"a"},{"id":"b"}]}"#.parse().unwrap();
        pool.note("/api/v1/service_accounts", page);
        let keys = r#"{"items":[{"id":"k"}]}"#.parse().unwrap();
        pool.note("/api/v1/service_accounts/b/api_keys", keys);
        assert_eq!(
            paths("list_api_keys", &pool, 9).unwrap(),
            [
                "/api/v1/service_accounts/a/api_keys",
                "/api/v1/service_accounts/b/api_keys"
            ]
        );
        assert_eq!(paths("list_api_keys", &pool, 1).unwrap().len(), 1);
        assert_eq!(
            paths("get_api_key", &pool, 9).unwrap(),
            ["/api/v1/service_accounts/b/api_keys/k"]
        );
    }

    #[test]
    fn a_query_parameter_takes_the_values_that_the_document_lists() {
        let found = arguments(
            Api::Workspace,
            operation("list_supported_events"),
            &Pool::new(&[]),
            9,
        );
        assert!(found.unwrap().len() > 1);
    }

    #[test]
    fn what_has_no_value_is_named() {
        let reason = paths("get_stack", &Pool::new(&[]), 9).unwrap_err();
        assert!(reason.contains("stack_id"), "{reason}");
    }
}
