//! Which parts of a request does not every supported server know?

use std::fmt::{self, Display};

use serde_json::Value;

use super::release::Versions;

/// A part of a request, and the versions that know it. Older servers ignore it.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The versions that know it.
    pub versions: Versions,
    /// The part.
    pub subject: Subject,
}

/// A part of a request.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// The operation.
    Operation,
    /// A query parameter, unless it has the neutral value: servers that ignore it do the same.
    Parameter(&'static str, Option<&'static str>),
    /// Several values of one of these query parameters.
    Repeated(&'static [&'static str]),
    /// A member of the body at one of these places, unless it has the neutral value, as JSON.
    Field(&'static [&'static [Step]], Option<&'static str>),
}

/// A step from a JSON value to its parts.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// A member of an object.
    Member(&'static str),
    /// The items of a list.
    Item,
    /// The values of a map.
    Value,
}

/// A rule that concerns a request, because the request has the part.
#[derive(Debug, Clone)]
pub(crate) struct Concern {
    pub versions: Versions,
    pub subject: Subject,
    /// The part, in words: ``parameter `soft` ``.
    pub part: String,
    /// What a server does that does not know the part.
    pub otherwise: &'static str,
}

/// Returns the rules that concern a request. The body is read only if a rule is about one. A body that
/// cannot be read (`None`) may have each field.
pub(crate) fn concerning(
    rules: &[Rule],
    query: &[(impl AsRef<str>, impl AsRef<str>)],
    body: impl FnOnce() -> Option<Value>,
) -> Vec<Concern> {
    let is_field = |rule: &Rule| matches!(rule.subject, Subject::Field(..));
    let body = rules.iter().any(is_field).then(body).flatten();
    let values = |name: &str| {
        let sent = query.iter().filter(move |(sent, _)| sent.as_ref() == name);
        sent.map(|(_, value)| value.as_ref()).collect::<Vec<_>>()
    };
    let concern = |rule: &Rule| {
        let (part, otherwise) = match rule.subject {
            Subject::Operation => ("the operation".to_owned(), "lacks it"),
            Subject::Parameter(name, neutral) => {
                let sent = values(name);
                let matters = sent.iter().any(|value| Some(*value) != neutral);
                matters.then(|| (format!("parameter `{name}`"), "would ignore it"))?
            }
            Subject::Repeated(names) => {
                let name = names.iter().find(|name| values(name).len() > 1)?;
                let part = format!("the list of values of parameter `{name}`");
                (part, "would use one of them only")
            }
            Subject::Field(places, neutral) => {
                let is_set = |place: &&&'static [Step]| {
                    let body = body.as_ref();
                    body.is_none_or(|body| sets(body, place, neutral))
                };
                let place = places.iter().find(is_set)?;
                (format!("field `{}`", Path(place)), "would ignore it")
            }
        };
        Some(Concern {
            versions: rule.versions,
            subject: rule.subject,
            part,
            otherwise,
        })
    };
    rules.iter().filter_map(concern).collect()
}

/// Returns whether a body sets a member to a value that has an effect.
fn sets(value: &Value, steps: &[Step], neutral: Option<&str>) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return match value {
            Value::Null => false,
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            scalar => {
                let neutral = neutral.and_then(|text| serde_json::from_str::<Value>(text).ok());
                neutral.as_ref() != Some(scalar)
            }
        };
    };
    let is_set = |value: &Value| sets(value, rest, neutral);
    match (step, value) {
        (Step::Member(name), Value::Object(members)) => members.get(*name).is_some_and(is_set),
        (Step::Item, Value::Array(items)) => items.iter().any(is_set),
        (Step::Value, Value::Object(members)) => members.values().any(is_set),
        _ => false,
    }
}

/// Displays steps as `steps[].inputs{}.chunk_size`.
struct Path(&'static [Step]);

impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if index == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Item => f.write_str("[]")?,
                Step::Value => f.write_str("{}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::release::Release;
    use super::*;

    const SINCE_93: Versions = Versions {
        since: Some(Release(0, 93, 0)),
        removed: None,
    };

    fn parts(subject: Subject, query: &[(&str, &str)], body: Value) -> Vec<String> {
        let rule = Rule {
            versions: SINCE_93,
            subject,
        };
        let concerns = concerning(&[rule], query, || Some(body));
        concerns.into_iter().map(|concern| concern.part).collect()
    }

    #[test]
    fn a_parameter_counts_if_it_is_sent_with_another_value_than_the_neutral_one() {
        let soft = Subject::Parameter("soft", Some("false"));
        let sent = |query: &[(&str, &str)]| parts(soft, query, Value::Null);
        assert_eq!(sent(&[("soft", "true")]), ["parameter `soft`"]);
        assert!(sent(&[("soft", "false")]).is_empty());
        assert!(sent(&[("hard", "true")]).is_empty());
        assert!(sent(&[]).is_empty());
    }

    #[test]
    fn a_list_of_values_counts_from_two_on() {
        let subject = Subject::Repeated(&["name", "status"]);
        let sent = |query: &[(&str, &str)]| parts(subject, query, Value::Null);
        assert!(sent(&[("name", "a"), ("status", "b")]).is_empty());
        assert_eq!(
            sent(&[("status", "a"), ("status", "b")]),
            ["the list of values of parameter `status`"]
        );
    }

    #[test]
    fn a_field_counts_wherever_it_is_and_if_it_has_an_effect() {
        const STEPS: &[Step] = &[
            Step::Member("steps"),
            Step::Item,
            Step::Member("inputs"),
            Step::Value,
            Step::Member("size"),
        ];
        let subject = Subject::Field(&[STEPS], Some("1"));
        let sent = |body: Value| parts(subject, &[], body);
        let body = |size: Value| json!({"steps": [{"inputs": {}}, {"inputs": {"a": {}, "b": {"size": size}}}]});
        assert_eq!(sent(body(json!(2))), ["field `steps[].inputs{}.size`"]);
        for without_effect in [json!(1), json!(null), json!([]), json!({})] {
            assert!(sent(body(without_effect)).is_empty());
        }
        assert!(sent(json!({"steps": {"inputs": 1}})).is_empty());
        assert!(sent(Value::Null).is_empty());
    }

    #[test]
    fn a_field_counts_at_each_of_its_places() {
        const PLACES: &[&[Step]] = &[
            &[Step::Member("size")],
            &[Step::Member("steps"), Step::Value, Step::Member("size")],
        ];
        let sent = |body: Value| parts(Subject::Field(PLACES, None), &[], body);
        assert_eq!(sent(json!({"size": 1})), ["field `size`"]);
        let nested = json!({"size": null, "steps": {"a": {}, "b": {"size": 1}}});
        assert_eq!(sent(nested), ["field `steps{}.size`"]);
        assert!(sent(json!({"steps": {"size": 1}})).is_empty());
    }

    #[test]
    fn a_body_that_cannot_be_read_may_have_each_field() {
        let rule = Rule {
            versions: SINCE_93,
            subject: Subject::Field(&[&[Step::Member("size")]], None),
        };
        let query: [(&str, &str); 0] = [];
        assert_eq!(concerning(&[rule], &query, || None).len(), 1);
    }

    #[test]
    fn the_body_is_read_only_for_rules_about_fields() {
        let rule = Rule {
            versions: SINCE_93,
            subject: Subject::Operation,
        };
        let query: [(&str, &str); 0] = [];
        let concerns = concerning(&[rule], &query, || panic!("the body is read"));
        assert_eq!(concerns.len(), 1);
        assert!(concerning(&[], &query, || panic!("the body is read")).is_empty());
    }
}
