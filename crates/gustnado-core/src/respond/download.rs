//! A file to be saved, under a name that cannot do harm (RFC 6266). It must not know where the file
//! came from.

use std::borrow::Cow;

use http::{
    HeaderValue,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::IntoResponse;
use crate::{
    body::Body,
    describe::{Content, Operation, Shape},
    error::Error,
    file_name,
    response::Response,
};

const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");

/// A file that the client saves under this name: `Download::new("report.csv", rows)`.
///
/// Of the name only what follows the last `/` or `\` counts, without control characters and those
/// that turn the direction of text; where nothing is left it is `download`. So it may come from
/// whoever uploaded the file. The content is `application/octet-stream` unless
/// [said otherwise](Self::content_type), and browsers are told not to guess.
#[derive(Debug)]
#[must_use = "a reply is returned from a verb"]
pub struct Download {
    file_name: String,
    body: Body,
    content_type: Cow<'static, str>,
    inline: bool,
}

impl Download {
    /// A file to be saved.
    pub fn new(file_name: impl Into<String>, body: impl Into<Body>) -> Self {
        Self {
            file_name: file_name.into(),
            body: body.into(),
            content_type: "application/octet-stream".into(),
            inline: false,
        }
    }

    /// Shows it in the browser where that can, and saves it under its name when asked to. Not for
    /// content that users have uploaded: a page or an SVG among it would be one of this site, with
    /// its scripts.
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// What the content is, such as `text/csv; charset=utf-8`. What is no header value makes the
    /// answer a 500 whose cause is logged.
    pub fn content_type(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = content_type.into();
        self
    }
}

impl IntoResponse for Download {
    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::new("*/*", Shape::Bytes));
    }

    fn into_response(self) -> Result<Response, Error> {
        let disposition = disposition(&self.file_name, self.inline);
        Response::new(200)
            .with_body(self.body)
            .with_header(X_CONTENT_TYPE_OPTIONS, NO_SNIFFING)
            .try_header(CONTENT_TYPE, &self.content_type)?
            .try_header(CONTENT_DISPOSITION, &disposition)
    }
}

/// The value of `Content-Disposition`: a plain name for every client, and the true one where that
/// differs (RFC 6266 section 4.3).
fn disposition(file_name: &str, inline: bool) -> String {
    let name = file_name::plain(file_name).unwrap_or_else(|| "download".into());
    let plain: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let kind = if inline { "inline" } else { "attachment" };
    if plain == name {
        return format!("{kind}; filename=\"{plain}\"");
    }
    let name = utf8_percent_encode(&name, NOT_ATTR_CHAR);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{name}")
}

/// What every client reads alike between quotes: neither quotes nor what looks like an escape (RFC
/// 6266 appendix D).
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%')
}

/// All but `attr-char` (RFC 8187 section 3.2.1).
const NOT_ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let table = [
            ("report.csv", "filename=\"report.csv\""),
            ("my report; v=2.csv", "filename=\"my report; v=2.csv\""),
            ("../../etc/passwd", "filename=\"passwd\""),
            ("C:\\files\\a.txt", "filename=\"a.txt\""),
            ("a\r\nx: y.txt", "filename=\"ax: y.txt\""),
            ("", "filename=\"download\""),
            ("..", "filename=\"download\""),
            ("a/", "filename=\"download\""),
            ("\0 ", "filename=\"download\""),
            (
                "a\"b.txt",
                "filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt",
            ),
            (
                "100%41.txt",
                "filename=\"100_41.txt\"; filename*=UTF-8''100%2541.txt",
            ),
            (
                "\u{20ac} (1).txt",
                "filename=\"_ (1).txt\"; filename*=UTF-8''%E2%82%AC%20%281%29.txt",
            ),
            ("a\u{202e}txt.exe", "filename=\"atxt.exe\""),
        ];
        for (name, expected) in table {
            assert_eq!(disposition(name, false), format!("attachment; {expected}"));
        }
        assert_eq!(disposition("a", true), "inline; filename=\"a\"");
    }

    #[test]
    fn what_it_says() {
        let reply = Download::new("a.csv", "1,2").content_type("text/csv");
        let response = reply.into_response().unwrap();
        assert_eq!(response.headers()["content-type"], "text/csv");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let split = Download::new("a.csv", "1,2").content_type("text/csv\r\nx: y");
        assert_eq!(split.into_response().unwrap_err().status(), 500);
    }
}
