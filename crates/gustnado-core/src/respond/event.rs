//! One server-sent event, line for line (HTML section 9.2.6). It must not know the stream.

use std::{borrow::Cow, fmt::Write as _, time::Duration};

use bytes::Bytes;

use crate::error::BoxError;

/// A server-sent event; see [`Events`](super::Events).
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Event;
///
/// let event = Event::data("two\nlines").name("note").id("7");
/// ```
///
/// [`Event::default`] has no data: a browser takes its `id` and `retry` and shows nothing of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "an event is an item of a stream"]
pub struct Event {
    /// The lines, each with its end.
    lines: String,
    /// What cannot be written.
    refused: Option<Cow<'static, str>>,
}

impl Event {
    /// An event with this text, which may have several lines.
    pub fn data(text: impl AsRef<str>) -> Self {
        let mut event = Self::default();
        for line in lines(text.as_ref()) {
            event.push("data", line);
        }
        event
    }

    /// An event with this value as JSON. With one that cannot be written, such as a map with keys
    /// that JSON cannot have, the stream breaks off and the log says why.
    #[cfg(feature = "json")]
    pub fn json(value: &impl serde_core::Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => Self::data(text),
            Err(error) => Self {
                lines: String::new(),
                refused: Some(format!("an event's value: {error}").into()),
            },
        }
    }

    /// The name that scripts listen for; `message` unless set. It has one line: with more, the
    /// stream breaks off and the log says why.
    pub fn name(self, name: impl AsRef<str>) -> Self {
        self.with(
            "event",
            name.as_ref(),
            "an event's name has more than one line",
        )
    }

    /// What a client that comes back says it has seen, in `Last-Event-ID`. It has one line and no
    /// NUL: otherwise the stream breaks off and the log says why.
    pub fn id(mut self, id: impl AsRef<str>) -> Self {
        let id = id.as_ref();
        if id.contains('\0') {
            // Browsers would go on with the id before.
            self.refused = Some("an event's id has a NUL".into());
        }
        self.with("id", id, "an event's id has more than one line")
    }

    /// How long a client waits before it comes back, in whole milliseconds.
    pub fn retry(mut self, time: Duration) -> Self {
        let _ = writeln!(self.lines, "retry: {}", time.as_millis());
        self
    }

    fn with(mut self, field: &str, value: &str, why_not: &'static str) -> Self {
        if value.contains(['\r', '\n']) {
            self.refused = Some(why_not.into());
            return self;
        }
        self.push(field, value);
        self
    }

    fn push(&mut self, field: &str, value: &str) {
        // The space is not part of the value, so a value may begin with one.
        let _ = writeln!(self.lines, "{field}: {value}");
    }

    pub(super) fn write(self) -> Result<Bytes, BoxError> {
        if let Some(why) = self.refused {
            return Err(why.into_owned().into());
        }
        let mut lines = self.lines;
        lines.push('\n');
        Ok(lines.into())
    }
}

/// The lines of a text, which end in CR, LF or both, as the reader of events sees them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let after = &text[end..];
        rest = Some(after.strip_prefix("\r\n").unwrap_or(&after[1..]));
        Some(&text[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(event: Event) -> Result<String, String> {
        let bytes = event.write().map_err(|error| error.to_string())?;
        Ok(String::from_utf8(bytes.into()).unwrap())
    }

    #[test]
    fn events_are_lines() {
        let table = [
            (Event::data("a"), "data: a\n\n"),
            (Event::data(""), "data: \n\n"),
            (Event::data(" a"), "data:  a\n\n"),
            (
                Event::data("a\nb\r\nc\rd"),
                "data: a\ndata: b\ndata: c\ndata: d\n\n",
            ),
            (
                Event::data("a\n\nb\n"),
                "data: a\ndata: \ndata: b\ndata: \n\n",
            ),
            (Event::data("\n\r"), "data: \ndata: \ndata: \n\n"),
            (Event::data("id: 7"), "data: id: 7\n\n"),
            (
                Event::data("ä")
                    .name("note")
                    .id("7")
                    .retry(Duration::from_secs(2)),
                "data: ä\nevent: note\nid: 7\nretry: 2000\n\n",
            ),
            (Event::default().id(""), "id: \n\n"),
        ];
        for (event, expected) in table {
            assert_eq!(written(event).unwrap(), expected);
        }
    }

    #[test]
    fn what_would_be_another_field_is_refused() {
        for event in [
            Event::data("a").name("x\ndata: y"),
            Event::data("a").name("x\r"),
            Event::data("a").id("x\r\n\r\ndata: y"),
            Event::data("a").id("x\0"),
            Event::data("a").id("x\n").id("good"),
        ] {
            let error = written(event).unwrap_err();
            assert!(error.contains("an event's"), "{error}");
        }
    }

    #[cfg(feature = "json")]
    #[test]
    fn json_is_one_line() {
        let event = Event::json(&["a\nb"]);
        assert_eq!(written(event).unwrap(), "data: [\"a\\nb\"]\n\n");
        let bad = std::collections::HashMap::from([([1, 2], 3)]);
        assert!(written(Event::json(&bad)).is_err());
    }
}
