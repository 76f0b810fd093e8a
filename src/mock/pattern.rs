//! Which requests match an expectation?

use std::collections::BTreeMap;

use http::{HeaderMap, Method};
use url::form_urlencoded;

use super::content::Content;
use super::difference::{Difference, bodies};
use super::received::{POSITION, Received, segments};
use super::text::{may_hold_secrets, request_line};
use crate::Secret;
use crate::operation::call::parts::Parts;
use crate::operation::listing::PAGING;
use crate::transport::body::Body;
use crate::transport::request::Request;

/// What a builder says about its request. Everything that it leaves open matches.
#[doc(hidden)]
#[derive(Debug)]
pub struct Pattern {
    method: Method,
    /// Decoded; `None` for a parameter that is not set.
    path: Vec<Option<String>>,
    /// The path with its parameters, for messages.
    template: String,
    query: BTreeMap<String, Vec<String>>,
    /// The parameters that may have any value: required ones that are not set, and the one that the
    /// default project of another client may fill.
    open: Vec<&'static str>,
    headers: HeaderMap,
    body: Option<Content>,
    authenticated: bool,
    secrets: Vec<Secret>,
}

impl Pattern {
    /// Returns what a generated builder says.
    pub(super) fn of_call(parts: Parts) -> Self {
        let operation = parts.operation;
        let project = operation.project.filter(|_| !parts.all_projects);
        let path = segments(operation.path).map(|segment| {
            let parameter = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            let Some(parameter) = parameter else {
                return Some(segment);
            };
            let mut set = parts.path.iter();
            let (_, value) = set.find(|(name, _)| *name == parameter)?;
            segments(value).next()
        });
        Self {
            method: operation.method.clone(),
            path: path.collect(),
            template: operation.path.to_owned(),
            query: grouped(
                parts
                    .query
                    .into_iter()
                    .map(|(name, value)| (name.into(), value)),
            ),
            open: operation
                .required_query
                .iter()
                .copied()
                .flatten()
                .copied()
                .chain(project)
                .collect(),
            headers: parts.headers,
            secrets: secrets(parts.secrets, parts.body.as_ref()),
            body: parts.body.as_ref().and_then(Content::of_body),
            authenticated: operation.authenticated,
        }
    }

    /// Returns what a raw request says.
    pub(super) fn of_request(request: Request) -> Self {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let in_path = form_urlencoded::parse(query.as_bytes()).into_owned();
        let query = request.query.iter();
        let query = query.map(|(name, value)| (name.to_string(), value.clone()));
        Self {
            method: request.method,
            path: segments(path).map(Some).collect(),
            template: path.to_owned(),
            query: grouped(in_path.chain(query)),
            open: Vec::new(),
            headers: request.headers,
            secrets: secrets(request.secrets, request.body.as_ref()),
            body: request.body.as_ref().and_then(Content::of_body),
            // Credentials of a raw request may be in its headers or its body.
            authenticated: false,
        }
    }

    /// Returns the secrets of the expected request.
    pub(super) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// Returns whether the request needs an access token.
    pub(super) fn is_authenticated(&self) -> bool {
        self.authenticated
    }

    /// Returns whether the pattern leaves a query parameter open.
    pub(super) fn leaves_open(&self, name: &str) -> bool {
        !self.query.contains_key(name)
    }

    /// Returns whether the pattern says where a list or a stream begins, and a request begins there.
    pub(super) fn has_position_of(&self, received: &Received) -> bool {
        let is_page = ["page", "offset"]
            .iter()
            .any(|name| !self.leaves_open(name));
        let says_position = is_page || POSITION.iter().any(|name| self.headers.contains_key(*name));
        says_position && self.matches_head(received, false)
    }

    /// Returns whether a request matches, apart from its body. See [`differences`](Self::differences).
    pub(super) fn matches_head(&self, received: &Received, continues: bool) -> bool {
        self.differences_of_head(received, continues).is_empty()
    }

    /// Returns how a request differs from what is expected. A request that `continues` a response has a
    /// position of its own.
    pub(super) fn differences(&self, received: &Received, continues: bool) -> Vec<Difference> {
        let mut differences = self.differences_of_head(received, continues);
        if let Some(expected) = &self.body {
            let hides = !self.secrets.is_empty() || may_hold_secrets(&received.path);
            differences.extend(bodies(expected, &Content::of_received(received), hides));
        }
        differences
    }

    fn differences_of_head(&self, received: &Received, continues: bool) -> Vec<Difference> {
        let mut differences = Vec::new();
        if self.method != received.method {
            differences.push(Difference::method(&self.method, &received.method));
        }
        if !self.matches_path(received) {
            differences.push(Difference::path(&self.template));
        }
        let found = grouped(received.query.iter().cloned());
        for (name, expected) in &self.query {
            let found = found.get(name).map_or(&[][..], Vec::as_slice);
            if expected != found {
                differences.push(Difference::query(name, expected, found));
            }
        }
        for (name, values) in &found {
            let is_open = PAGING.contains(&&**name) || self.open.contains(&&**name);
            if self.leaves_open(name) && !is_open {
                differences.push(Difference::query(name, &[], values));
            }
        }
        for (name, expected) in &self.headers {
            let is_open = continues && POSITION.contains(&name.as_str());
            // The value may be a secret.
            if !is_open && received.headers.get(name) != Some(expected) {
                differences.push(Difference::header(name));
            }
        }
        differences
    }

    fn matches_path(&self, received: &Received) -> bool {
        let found: Vec<String> = received.segments().collect();
        let mut pairs = self.path.iter().zip(&found);
        self.path.len() == found.len()
            && pairs.all(|(expected, found)| expected.as_ref().is_none_or(|text| text == found))
    }

    /// Writes the request that is expected, without its body.
    pub(super) fn describe(&self) -> String {
        let path: Vec<&str> = self
            .path
            .iter()
            .zip(self.template.trim_start_matches('/').split('/'))
            .map(|(segment, template)| segment.as_deref().unwrap_or(template))
            .collect();
        let query = self.query.iter();
        let query =
            query.flat_map(|(name, values)| values.iter().map(move |value| (&**name, &**value)));
        request_line(&self.method, &format!("/{}", path.join("/")), query)
    }
}

fn grouped(query: impl Iterator<Item = (String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut groups = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in query {
        groups.entry(name).or_default().push(value);
    }
    // The conditions of a filter have no order.
    groups.values_mut().for_each(|values| values.sort());
    groups
}

fn secrets(mut secrets: Vec<Secret>, body: Option<&Body>) -> Vec<Secret> {
    secrets.extend(
        body.into_iter()
            .flat_map(|body| body.secrets.iter().cloned()),
    );
    secrets
}
