//! The format of event streams.

use std::collections::VecDeque;
use std::time::Duration;

use crate::{Error, ErrorKind, Result, ServerSentEvent};

/// The maximum size of an event in bytes. A stream without line ends must not exhaust the memory.
const EVENT_LIMIT: usize = 16 * 1024 * 1024;

/// Parses an event stream as
/// <https://html.spec.whatwg.org/multipage/server-sent-events.html> specifies.
#[derive(Debug, Default)]
pub(crate) struct EventParser {
    /// The start of the current line.
    line: Vec<u8>,
    /// Set if the last byte was a CR: a following LF belongs to the same line end.
    after_cr: bool,
    /// Set after the first line, which may start with a byte order mark.
    has_first_line: bool,
    name: String,
    data: String,
    /// Set if the current event has a data line, even an empty one.
    has_data: bool,
    /// The last `id` line. It counts only when its event is complete: resuming after a truncated
    /// event would lose the event.
    id: Option<String>,
    /// Set if the current event has an `id` line of its own.
    has_id: bool,
    /// The position of the last complete event.
    pub last_id: Option<String>,
    /// The last `retry` line.
    pub reconnection_time: Option<Duration>,
}

/// An event, and whether it has a position of its own. Without one, it has that of the event before.
pub(crate) type Parsed = (ServerSentEvent, bool);

impl EventParser {
    /// Forgets the event that a broken connection did not complete, and continues at a position.
    pub fn resume_at(&mut self, position: Option<String>) {
        *self = Self {
            id: position.clone(),
            last_id: position,
            reconnection_time: self.reconnection_time,
            ..Self::default()
        };
    }

    /// Parses more bytes, and appends the events that they complete to `events`.
    ///
    /// # Errors
    /// Returns [`ErrorKind::TooLarge`] if an event is longer than 16 MiB.
    pub fn feed(&mut self, mut bytes: &[u8], events: &mut VecDeque<Parsed>) -> Result<()> {
        if self.after_cr && !bytes.is_empty() {
            self.after_cr = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            let (line, rest) = bytes.split_at(end);
            self.extend_line(line)?;
            self.end_line(events);
            bytes = match rest {
                [b'\r', b'\n', rest @ ..] => rest,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [_, rest @ ..] => rest,
                [] => &[],
            };
        }
        self.extend_line(bytes)
    }

    fn extend_line(&mut self, bytes: &[u8]) -> Result<()> {
        if self.line.len() + self.data.len() + bytes.len() > EVENT_LIMIT {
            let message = format!("an event is longer than {EVENT_LIMIT} bytes");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, events: &mut VecDeque<Parsed>) {
        let line = std::mem::take(&mut self.line);
        let mut line = &*String::from_utf8_lossy(&line);
        if !std::mem::replace(&mut self.has_first_line, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            self.dispatch(events);
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.data.push_str(value);
                self.has_data = true;
            }
            "id" if !value.contains('\0') => {
                self.id = (!value.is_empty()).then(|| value.to_owned());
                self.has_id = self.id.is_some();
            }
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                let millis = value.parse().ok();
                self.reconnection_time =
                    millis.map(Duration::from_millis).or(self.reconnection_time);
            }
            // Comments, which have an empty field name, and unknown fields.
            _ => {}
        }
    }

    fn dispatch(&mut self, events: &mut VecDeque<Parsed>) {
        self.last_id.clone_from(&self.id);
        let has_id = std::mem::take(&mut self.has_id);
        let mut name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        // The standard drops events without data, and treats one empty data line as no data.
        if !std::mem::take(&mut self.has_data) || data.is_empty() {
            return;
        }
        if name.is_empty() {
            "message".clone_into(&mut name);
        }
        let event = ServerSentEvent {
            id: self.last_id.clone(),
            name,
            data,
        };
        events.push_back((event, has_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: Option<&str>, name: &str, data: &str) -> ServerSentEvent {
        ServerSentEvent {
            id: id.map(str::to_owned),
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    fn parse(stream: &[u8], chunk: usize) -> (Vec<ServerSentEvent>, EventParser) {
        let (mut parser, mut events) = (EventParser::default(), VecDeque::new());
        for bytes in stream.chunks(chunk) {
            parser.feed(bytes, &mut events).unwrap();
            parser.feed(b"", &mut events).unwrap();
        }
        let events = events.into_iter().map(|(event, _)| event);
        (events.collect(), parser)
    }

    #[test]
    fn events_are_parsed_wherever_the_stream_is_split() {
        let stream = "\u{feff}: heartbeat\n\n\
            id: 1-0\nevent: step_started\ndata: {\"step\":\"tränen\"}\n\n\
            id: 2-0\nevent: cursor\ndata: {}\n\n\
            event: end\ndata: {}\n\n";
        for ending in ["\n", "\r", "\r\n"] {
            let stream = stream.replace('\n', ending);
            for chunk in 1..=stream.len() {
                let (events, parser) = parse(stream.as_bytes(), chunk);
                assert_eq!(
                    events,
                    [
                        event(Some("1-0"), "step_started", "{\"step\":\"tränen\"}"),
                        event(Some("2-0"), "cursor", "{}"),
                        event(Some("2-0"), "end", "{}"),
                    ],
                    "{ending:?} in chunks of {chunk}"
                );
                assert_eq!(parser.last_id.as_deref(), Some("2-0"));
            }
        }
    }

    #[test]
    fn several_data_lines_are_joined_by_line_feeds() {
        let (events, _) = parse(b"data: a\ndata:  b\ndata\ndata:c\n\n", 64);
        assert_eq!(events, [event(None, "message", "a\n b\n\nc")]);
    }

    #[test]
    fn a_truncated_event_is_dropped_and_does_not_move_the_position() {
        let (events, parser) = parse(b"id: 1\ndata: a\n\nid: 2\ndata: b\n", 64);
        assert_eq!(events, [event(Some("1"), "message", "a")]);
        assert_eq!(parser.last_id.as_deref(), Some("1"));
    }

    #[test]
    fn events_without_data_only_move_the_position() {
        let (events, parser) = parse(b"id: 7\nevent: x\n\ndata:\n\ndata: a\n\nid\n\n", 64);
        assert_eq!(events, [event(Some("7"), "message", "a")]);
        assert_eq!(parser.last_id, None);
    }

    #[test]
    fn a_new_connection_continues_at_the_position_and_forgets_the_truncated_event() {
        let (_, mut parser) = parse(
            b"retry: 9\nid: 1\ndata: a\n\nid: 2\nevent: x\ndata: cut",
            64,
        );
        parser.resume_at(parser.last_id.clone());
        let mut events = VecDeque::new();
        parser
            .feed(b"data: b\n\nid: 2\ndata: c\n\n", &mut events)
            .unwrap();
        assert_eq!(
            Vec::from(events),
            [
                (event(Some("1"), "message", "b"), false),
                (event(Some("2"), "message", "c"), true),
            ]
        );
        assert_eq!(parser.reconnection_time, Some(Duration::from_millis(9)));
    }

    #[test]
    fn the_reconnection_time_is_a_number_of_milliseconds() {
        let (_, parser) = parse(b"retry: 2500\nretry: 1s\nretry:\nretry: -1\n", 64);
        assert_eq!(parser.reconnection_time, Some(Duration::from_millis(2500)));
    }

    #[test]
    fn an_event_over_the_limit_is_an_error() {
        let (mut parser, mut events) = (EventParser::default(), VecDeque::new());
        let line = format!("data: {}\n", "x".repeat(1 << 20));
        let fed = (0..17).try_for_each(|_| parser.feed(line.as_bytes(), &mut events));
        assert_eq!(fed.unwrap_err().kind(), ErrorKind::TooLarge);
    }
}
