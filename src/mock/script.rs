//! Which expectation does a request meet, and which response does it get?

use std::collections::{HashMap, VecDeque};
use std::panic::Location;
use std::time::Duration;

use http::StatusCode;

use super::difference::Difference;
use super::fault::Fault;
use super::pattern::Pattern;
use super::received::Received;
use super::reply::{Content, Reply};
use super::report;
use super::times::Times;

/// An expectation and what has happened to it.
pub(super) struct Expected {
    pub pattern: Pattern,
    /// Where the test sets the expectation.
    pub place: &'static Location<'static>,
    /// The response of each call. The last one is for all further calls.
    pub replies: Vec<Reply>,
    /// Defaults to the number of responses.
    pub times: Option<Times>,
    pub delay: Duration,
    pub faults: VecDeque<Fault>,
    calls: usize,
    /// The number of the call that the attempts with an id belong to.
    attempts: HashMap<String, usize>,
    /// When it answered last, in order of the requests.
    last_used: u64,
    is_reported: bool,
}

impl Expected {
    pub fn new(pattern: Pattern, place: &'static Location<'static>) -> Self {
        Self {
            pattern,
            place,
            replies: Vec::new(),
            times: None,
            delay: Duration::ZERO,
            faults: VecDeque::new(),
            calls: 0,
            attempts: HashMap::new(),
            last_used: 0,
            is_reported: false,
        }
    }

    fn times(&self) -> Times {
        self.times
            .unwrap_or_else(|| self.replies.len().max(1).into())
    }

    /// Returns the response of a call.
    fn reply(&self, call: usize) -> Option<&Reply> {
        self.replies.get(call).or(self.replies.last())
    }

    /// Returns the number of the call that a request is another attempt of.
    fn attempted(&self, received: &Received) -> Option<usize> {
        self.attempts.get(received.call_id()?).copied()
    }

    /// Returns the number of the call whose response a request continues.
    fn continued(&self, received: &Received) -> Option<usize> {
        let last = self.calls.checked_sub(1)?;
        let continues = self.continues(received) || self.is_later_page(received, last);
        continues.then_some(last)
    }

    /// Returns whether a request asks for the rest of a list that a call has begun to read.
    fn is_later_page(&self, received: &Received, call: usize) -> bool {
        let position = match self.reply(call).map(|reply| &reply.content) {
            Some(Content::Pages(_)) => ("page", 1),
            Some(Content::Items(_)) => ("offset", 0),
            _ => return false,
        };
        let (name, first) = position;
        self.pattern.leaves_open(name) && received.number(name).is_some_and(|number| number > first)
    }

    /// Returns whether a request continues a response of this expectation that broke off.
    fn continues(&self, received: &Received) -> bool {
        self.calls > 0 && received.continues_a_response()
    }

    fn differences(&self, received: &Received) -> Vec<Difference> {
        self.pattern.differences(received, self.continues(received))
    }

    fn described(&self) -> report::Expected<'_> {
        report::Expected {
            request: self.pattern.describe(),
            place: self.place,
        }
    }
}

/// The response to a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub reply: Reply,
    pub delay: Duration,
    pub fault: Option<Fault>,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            delay: Duration::ZERO,
            fault: None,
        }
    }
}

/// All expectations, in the order in which they were set, and what was wrong.
#[derive(Default)]
pub(super) struct Script {
    pub expected: Vec<Expected>,
    problems: Vec<String>,
    requests: u64,
}

impl Script {
    /// Returns whether the connection is to be reset before the body of a request is read.
    pub fn resets_before(&mut self, head: &Received) -> bool {
        let next = self.select(head, |expected| {
            expected
                .pattern
                .matches_head(head, expected.continues(head))
        });
        let Some(expected) = next.and_then(|(index, _)| self.expected.get_mut(index)) else {
            return false;
        };
        let resets = expected.faults.front() == Some(&Fault::ResetBefore);
        if resets {
            expected.faults.pop_front();
        }
        resets
    }

    /// Returns the response of the expectation that a request meets.
    pub fn answer(&mut self, received: &Received) -> Option<Answer> {
        let (index, call) = self.select(received, |expected| {
            expected.differences(received).is_empty()
        })?;
        self.requests += 1;
        let expected = self.expected.get_mut(index)?;
        expected.last_used = self.requests;
        if let Some(id) = received.call_id() {
            expected.attempts.insert(id.to_owned(), call);
        }
        expected.calls = expected.calls.max(call + 1);
        let Some(reply) = expected.reply(call).cloned() else {
            let why = report::without_response(&report::received(received), &expected.described());
            return Some(self.problem(why));
        };
        if expected.pattern.is_authenticated() && !received.headers.contains_key("authorization") {
            let why = "it carries no credentials, which the operation needs";
            let problem = report::wrong(&report::received(received), why);
            let mut answer = self.problem(problem);
            answer.reply.status = StatusCode::UNAUTHORIZED;
            return Some(answer);
        }
        Some(Answer {
            reply,
            delay: expected.delay,
            fault: expected.faults.pop_front(),
        })
    }

    /// Returns the expectation that a request meets, of those that match, and the number of its call.
    fn select(
        &self,
        received: &Received,
        matches: impl Fn(&Expected) -> bool,
    ) -> Option<(usize, usize)> {
        let all = self.expected.iter().enumerate();
        let matching: Vec<_> = all.filter(|(_, expected)| matches(expected)).collect();
        let begun = |call_of: fn(&Expected, &Received) -> Option<usize>| {
            let begun = matching.iter().filter_map(|(index, expected)| {
                let call = call_of(expected, received)?;
                Some((expected.last_used, (*index, call)))
            });
            begun.max().map(|(_, begun)| begun)
        };
        let open = |is_meant: &dyn Fn(&Pattern) -> bool| {
            let open = matching.iter().find(|(_, expected)| {
                expected.calls < expected.times().most && is_meant(&expected.pattern)
            });
            open.map(|(index, expected)| (*index, expected.calls))
        };
        begun(Expected::attempted)
            .or_else(|| open(&|pattern| pattern.has_position_of(received)))
            .or_else(|| begun(Expected::continued))
            .or_else(|| open(&|_| true))
    }

    /// Notes a request that meets no expectation, and returns the response to it.
    pub fn unexpected(&mut self, received: &Received) -> Answer {
        let line = report::received(received);
        let nearest = self.expected.iter().map(|expected| {
            let differences = expected.differences(received);
            let weight: u32 = differences.iter().map(|difference| difference.weight).sum();
            (weight, expected, differences)
        });
        let nearest = nearest.min_by_key(|(weight, ..)| *weight);
        let text = match &nearest {
            Some((0, expected, _)) => {
                report::too_many(&line, &expected.described(), &expected.times().to_string())
            }
            Some((_, expected, differences)) => {
                report::unexpected(&line, Some((&expected.described(), differences)))
            }
            None => report::unexpected(&line, None),
        };
        self.problem(text)
    }

    /// Notes what is wrong, and returns the response that says so. The client does not retry it.
    pub fn problem(&mut self, text: String) -> Answer {
        let secrets = self
            .expected
            .iter()
            .flat_map(|expected| expected.pattern.secrets());
        let text = report::without(&text, secrets);
        let reply = Reply::error(StatusCode::NOT_IMPLEMENTED, "UnexpectedRequest", &text);
        self.problems.push(text);
        reply.into()
    }

    /// Returns what is wrong since the last time that it was asked for: wrong requests, and expectations
    /// that were not met.
    pub fn take_problems(&mut self) -> Vec<String> {
        let mut problems = std::mem::take(&mut self.problems);
        for expected in &mut self.expected {
            if expected.calls < expected.times().least && !expected.is_reported {
                expected.is_reported = true;
                let times = expected.times().to_string();
                let unmet = report::unmet(&expected.described(), &times, expected.calls);
                problems.push(report::without(&unmet, expected.pattern.secrets().iter()));
            }
        }
        problems
    }
}
