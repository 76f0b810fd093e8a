//! Which operations are called, in which order, and with which parameter values?

use zenml::Method;

use super::exceptions;
use super::value_pool::ValuePool;
use crate::operation::{Api, Location, Operation};

/// The parameter values of one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Arguments {
    /// The path parameters, by name.
    pub segments: Vec<(&'static str, String)>,
    /// The query parameters, by name.
    pub query: Vec<(&'static str, String)>,
}

impl Arguments {
    /// Returns the path of the call.
    pub fn path(&self, operation: &Operation) -> String {
        let mut path = operation.call.path.to_owned();
        for (name, value) in &self.segments {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }
}

/// Returns the operations that only read. Those with the fewest required parameters come first, so
/// that each can use values from the responses of earlier ones.
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

/// Returns the parameter values of at most `limit` calls of an operation.
///
/// # Errors
/// Returns the reason if a required parameter has no value.
pub(super) fn arguments(
    api: Api,
    operation: &'static Operation,
    pool: &ValuePool,
    limit: usize,
) -> Result<Vec<Arguments>, String> {
    let fixed: Vec<_> = exceptions::required_query(operation).collect();
    let is_fixed = |name: &str| fixed.iter().any(|(fixed, _)| *fixed == name);
    let mut found = vec![Arguments {
        segments: vec![],
        query: fixed.clone(),
    }];
    for parameter in operation
        .parameters
        .iter()
        .filter(|p| p.required && !p.secret && !is_fixed(p.name))
    {
        let mut extended = Vec::new();
        for arguments in &found {
            let values = match parameter.location {
                Location::Path => {
                    let path = arguments.path(operation);
                    let marker = format!("{{{}}}", parameter.name);
                    let collection = path.split(&marker).next().unwrap_or_default();
                    pool.path_values(collection.trim_end_matches('/'), parameter.name)
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
            return Err(no_value(operation, parameter.name));
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
    pool: &ValuePool,
) -> Vec<String> {
    let values = pool.values(parameter);
    if !values.is_empty() {
        return values;
    }
    let listed = api.parameter_values(operation, parameter).into_iter();
    listed.map(str::to_owned).collect()
}

fn no_value(operation: &Operation, parameter: &str) -> String {
    match operation.call.path.split_once(&format!("/{{{parameter}}}")) {
        Some((list, _)) => format!("the server has nothing under {list} to use as {parameter}"),
        None => format!("no response contains {parameter}; pass --value {parameter}=…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str) -> &'static Operation {
        let mut operations = Api::Workspace.operations().iter();
        operations.find(|o| o.call.name == name).unwrap()
    }

    fn paths(name: &str, pool: &ValuePool, limit: usize) -> Result<Vec<String>, String> {
        let operation = operation(name);
        let found = arguments(Api::Workspace, operation, pool, limit)?;
        Ok(found.iter().map(|a| a.path(operation)).collect())
    }

    #[test]
    fn a_list_comes_before_the_operations_that_need_its_items() {
        let operations = readable(Api::Workspace);
        let position = |name: &str| operations.iter().position(|o| o.call.name == name).unwrap();
        assert!(position("list_service_accounts") < position("list_api_keys"));
        assert!(position("list_api_keys") < position("get_api_key"));
    }

    #[test]
    fn a_path_parameter_takes_the_ids_of_the_list_at_its_path() {
        let mut pool = ValuePool::new(&[]);
        let page = r#"{"items":[{"id":"a"},{"id":"b"}]}"#.parse().unwrap();
        pool.add("/api/v1/service_accounts", page);
        let keys = r#"{"items":[{"id":"k"}]}"#.parse().unwrap();
        pool.add("/api/v1/service_accounts/b/api_keys", keys);
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
    fn a_query_parameter_takes_the_values_listed_in_the_document() {
        let found = arguments(
            Api::Workspace,
            operation("list_supported_events"),
            &ValuePool::new(&[]),
            9,
        );
        assert!(found.unwrap().len() > 1);
    }

    #[test]
    fn a_parameter_without_a_value_is_named() {
        let reason = paths("get_stack", &ValuePool::new(&[]), 9).unwrap_err();
        assert!(reason.contains("stack_id"), "{reason}");
    }
}
