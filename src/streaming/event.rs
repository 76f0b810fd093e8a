use std::collections::VecDeque;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::codec::decode;
use crate::{Error, ErrorKind, Result};

/// The longest event that is taken, in bytes: a stream without line ends must not fill the memory.
const EVENT_LIMIT: usize = 16 * 1024 * 1024;

/// One event of an event stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Position in the stream: given as `Last-Event-ID`, the server goes on after it.
    pub id: Option<String>,
    /// What kind of event it is; `message` when the server does not say.
    pub name: String,
    /// What happened: JSON, on ZenML's streams.
    pub data: String,
}

impl Event {
    /// Decodes the data.
    ///
    /// # Errors
    /// [`Decode`](ErrorKind::Decode) when the data is no JSON or no `T`; names the path.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        decode::decode(self.data.as_bytes()).map_err(|mismatch| {
            let message = format!("data of event {:?}: {mismatch}", self.name);
            Error::new(ErrorKind::Decode, message)
        })
    }
}

/// Takes an event stream apart, as
/// <https://html.spec.whatwg.org/multipage/server-sent-events.html> describes it.
#[derive(Debug, Default)]
pub(crate) struct EventParser {
    /// The line that has begun, without its end.
    line: Vec<u8>,
    /// Whether the last byte was a CR, of which a LF would be a part.
    after_cr: bool,
    /// Whether the first line, which may begin with a byte order mark, is over.
    begun: bool,
    name: String,
    data: String,
    /// Whether there was a data line, and be it empty.
    has_data: bool,
    /// The last `id` line. It counts only when its event is complete: resuming after an event that
    /// was cut off would lose it.
    id: Option<String>,
    /// Position of the last event that was complete.
    pub last_id: Option<String>,
    pub retry: Option<Duration>,
}

impl EventParser {
    /// Reads on, and adds the events that are complete with it.
    ///
    /// # Errors
    /// `TooLarge`: one event is longer than 16 MiB.
    pub fn feed(&mut self, mut bytes: &[u8], events: &mut VecDeque<Event>) -> Result<()> {
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
            let message = format!("an event of more than {EVENT_LIMIT} bytes");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, events: &mut VecDeque<Event>) {
        let line = std::mem::take(&mut self.line);
        let mut line = &*String::from_utf8_lossy(&line);
        if !std::mem::replace(&mut self.begun, true) {
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
            }
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            // Comments (an empty field) and fields of the future.
            _ => {}
        }
    }

    fn dispatch(&mut self, events: &mut VecDeque<Event>) {
        self.last_id.clone_from(&self.id);
        let mut name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        // The standard drops events whose data is empty; one empty data line counts as none.
        if !std::mem::take(&mut self.has_data) || data.is_empty() {
            return;
        }
        if name.is_empty() {
            "message".clone_into(&mut name);
        }
        events.push_back(Event {
            id: self.last_id.clone(),
            name,
            data,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: Option<&str>, name: &str, data: &str) -> Event {
        Event {
            id: id.map(str::to_owned),
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    fn parse(stream: &[u8], chunk: usize) -> (Vec<Event>, EventParser) {
        let (mut parser, mut events) = (EventParser::default(), VecDeque::new());
        for bytes in stream.chunks(chunk) {
            parser.feed(bytes, &mut events).unwrap();
            parser.feed(b"", &mut events).unwrap();
        }
        (events.into(), parser)
    }

    #[test]
    fn the_servers_frames_are_read_wherever_they_are_cut() {
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
    fn several_data_lines_are_one_text() {
        let (events, _) = parse(b"data: a\ndata:  b\ndata\ndata:c\n\n", 64);
        assert_eq!(events, [event(None, "message", "a\n b\n\nc")]);
    }

    #[test]
    fn an_event_that_the_stream_cuts_off_is_not_given_out_and_does_not_move_the_position() {
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
    fn retry_is_milliseconds_and_nothing_else() {
        let (_, parser) = parse(b"retry: 2500\nretry: 1s\nretry:\nretry: -1\n", 64);
        assert_eq!(parser.retry, Some(Duration::from_millis(2500)));
    }

    #[test]
    fn an_endless_event_is_an_error() {
        let (mut parser, mut events) = (EventParser::default(), VecDeque::new());
        let line = format!("data: {}\n", "x".repeat(1 << 20));
        let fed = (0..17).try_for_each(|_| parser.feed(line.as_bytes(), &mut events));
        assert_eq!(fed.unwrap_err().kind(), ErrorKind::TooLarge);
    }

    #[test]
    fn data_decodes_with_the_path_in_the_error() {
        let step = event(None, "step", r#"{"sizes":[1,"a"]}"#);
        step.json::<serde_json::Value>().unwrap();
        let error = step
            .json::<std::collections::BTreeMap<String, Vec<u8>>>()
            .unwrap_err();
        assert_eq!(
            error.message(),
            "data of event \"step\": invalid type: string, expected u8 (at $.sizes[1])"
        );
    }
}
