//! How does a Python server print validation problems?

use std::iter::Peekable;
use std::str::Chars;

/// A part of a printed Python value.
enum Token {
    Text(String),
    /// A number, a name, or anything else that is not quoted.
    Word(String),
    Open,
    Close,
    Colon,
    Comma,
}

/// Returns the problems in `[{'type': …, 'loc': ('body', 'name'), 'msg': 'Field required', 'input': …}]`,
/// as `body.name: Field required`, without the input. Returns nothing if the text is something else.
///
/// FastAPI 0.115, in ZenML before 0.98, prints a list; later versions print a problem in each line
/// after `2 validation errors:` (`ValidationException` in `fastapi/exceptions.py`).
pub(super) fn validation_problems(text: &str) -> Vec<String> {
    // The number of brackets around each problem.
    let outside = match text.split_once("\n  {") {
        _ if text.starts_with("[{") => 1,
        Some((title, _)) if is_title(title) => 0,
        _ => return Vec::new(),
    };
    let mut problems = Vec::new();
    let mut depth = 0_usize;
    let mut problem = Problem::default();
    for token in Tokens(text.chars().peekable()) {
        match token {
            Token::Open => depth += 1,
            Token::Close if depth == outside + 1 => {
                depth -= 1;
                problems.extend(std::mem::take(&mut problem).describe());
            }
            Token::Close => depth = depth.saturating_sub(1),
            token if depth == outside + 1 => problem.read(token),
            Token::Text(step) | Token::Word(step) if depth == outside + 2 => problem.step(step),
            _ => {}
        }
    }
    problems
}

fn is_title(line: &str) -> bool {
    line.ends_with(" validation error:") || line.ends_with(" validation errors:")
}

/// What was read of a problem.
#[derive(Default)]
struct Problem {
    /// The last text, which is a key if a colon follows.
    text: Option<String>,
    key: Option<String>,
    place: Vec<String>,
    message: Option<String>,
}

impl Problem {
    /// Reads a part that is not inside another bracket.
    fn read(&mut self, token: Token) {
        match token {
            Token::Colon if self.key.is_none() => self.key = self.text.take(),
            Token::Comma => self.key = None,
            Token::Text(text) if self.key.as_deref() == Some("msg") => self.message = Some(text),
            Token::Text(text) => self.text = Some(text),
            _ => {}
        }
    }

    /// Reads a part inside another bracket.
    fn step(&mut self, step: String) {
        if self.key.as_deref() == Some("loc") {
            self.place.push(step);
        }
    }

    fn describe(self) -> Option<String> {
        let message = self.message?;
        Some(format!("{}: {message}", self.place.join(".")))
    }
}

struct Tokens<'a>(Peekable<Chars<'a>>);

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let first = self.0.find(|c| !c.is_whitespace())?;
        Some(match first {
            '\'' | '"' => Token::Text(self.quoted(first)?),
            '(' | '[' | '{' => Token::Open,
            ')' | ']' | '}' => Token::Close,
            ':' => Token::Colon,
            ',' => Token::Comma,
            first => {
                let mut word = String::from(first);
                while let Some(next) = self.0.next_if(|c| !" '\"()[]{}:,\n".contains(*c)) {
                    word.push(next);
                }
                Token::Word(word)
            }
        })
    }
}

impl Tokens<'_> {
    /// Returns the text up to the closing quote, or `None` if it is missing.
    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        loop {
            match self.0.next()? {
                c if c == quote => return Some(text),
                '\\' => text.push(match self.0.next()? {
                    'n' | 'r' | 't' => ' ',
                    escaped => escaped,
                }),
                c => text.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_problems_is_read_without_the_input() {
        let text = r#"[{'type': 'uuid_parsing', 'loc': ('path', 'id'), 'msg': 'Not a UUID', 'input': "it's", 'ctx': {'error': 'x', 'msg': 'no'}}, {'type': 'missing', 'loc': ('body', 'steps', 0), 'msg': "Isn't \"there\"", 'input': {'loc': ('a',), 'msg': ['hunter2', None]}}]"#;
        assert_eq!(
            validation_problems(text),
            ["path.id: Not a UUID", "body.steps.0: Isn't \"there\""]
        );
    }

    #[test]
    fn problems_in_lines_are_read_without_the_place_in_the_server() {
        let text = "2 validation errors:\n  {'loc': ('query', 'page'), 'msg': 'Too small', 'input': '0'}\n  \
                    {'loc': ('query', 'size'), 'msg': 'Too\\nsmall', 'input': UUID('3f')}\n\n  \
                    File \"/zenml/a.py\", line 55, in list_tags\n    GET /api/v1/tags";
        assert_eq!(
            validation_problems(text),
            ["query.page: Too small", "query.size: Too small"]
        );
        assert_eq!(
            validation_problems("1 validation error:\n  {'loc': ('body',), 'msg': 'No'}"),
            ["body: No"]
        );
    }

    #[test]
    fn other_texts_have_no_problems() {
        for text in [
            "",
            "[",
            "[{",
            "[{'msg': 'unfinished",
            "[{]})}",
            "[{'loc': ('body',)}]",
            "1 validation error for TagFilter\n  {'msg': 'a'}",
            "{'msg': 'a'}",
        ] {
            assert_eq!(validation_problems(text), [""; 0], "{text}");
        }
    }
}
