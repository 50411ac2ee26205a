//! The one renderer of errors: problem+json (RFC 9457), or a small HTML page where the client asks
//! for one. It must not know where the error came from.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{error::Error, local::LocalUrl, request::Request, response::Response};

/// The answer for `error`. A 5xx shows nothing but the name of the request.
pub(crate) fn render<'i>(
    error: &Error,
    request: &Request,
    request_id: impl FnOnce() -> &'i str,
) -> Response {
    let html = wants_html(request);
    let server = error.status().is_server_error();
    let id = server.then(request_id);
    let response = Response::with_code(error.status());
    let mut response = if html {
        response.with_content("text/html; charset=utf-8", page(error, id))
    } else {
        response.with_content("application/problem+json", document(error, id))
    };
    merge(response.headers_mut(), error.headers());
    vary(response)
}

/// The way to the page where people sign in, for an error that has one and a request that a
/// person made.
pub(crate) fn login(error: &Error, request: &Request) -> Option<Response> {
    let path = error.login()?;
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if !looks || !wants_html(request) {
        return None;
    }
    let asked = request.uri().path_and_query();
    // `//host` may have been asked for, and must not be where people are sent on to.
    let next = asked.and_then(|asked| LocalUrl::new(asked.as_str()));
    let location = next.map_or_else(|| path.into(), |next| with_next(path, &next));
    let response = Response::with_code(StatusCode::SEE_OTHER)
        .with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .try_header(header::LOCATION, &location);
    response.ok().map(vary)
}

fn with_next(path: &str, next: &LocalUrl) -> String {
    let next = utf8_percent_encode(next.as_str(), NON_ALPHANUMERIC);
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}next={next}")
}

fn vary(mut response: Response) -> Response {
    let accept = HeaderValue::from_static("accept");
    response.headers_mut().append(header::VARY, accept);
    response
}

fn wants_html(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    accept.is_some_and(prefers_html)
}

fn merge(into: &mut HeaderMap, from: &HeaderMap) {
    for (name, value) in from {
        into.append(name, value.clone());
    }
}

/// Whether HTML is asked for by name and no less than JSON. `*/*` alone gets JSON: it is what
/// programs send.
fn prefers_html(accept: &HeaderValue) -> bool {
    let Ok(accept) = accept.to_str() else {
        return false;
    };
    let quality = |wanted: &[&str]| {
        let ranges = accept.split(',').filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next()?.to_ascii_lowercase();
            let q = parts
                .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            wanted.contains(&media.as_str()).then_some(q)
        });
        ranges.fold(0.0, f32::max)
    };
    let html = quality(&["text/html", "application/xhtml+xml"]);
    html > 0.0 && html >= quality(&["application/json", "application/problem+json"])
}

fn reason(error: &Error) -> &'static str {
    error.status().canonical_reason().unwrap_or("Error")
}

fn document(error: &Error, id: Option<&str>) -> String {
    let mut json = String::with_capacity(128);
    json.push('{');
    if let Some(uri) = error.problem_type() {
        json.push_str("\"type\":");
        quote(&mut json, uri);
        json.push(',');
    }
    json.push_str("\"title\":");
    quote(&mut json, reason(error));
    let _ = write!(json, ",\"status\":{}", error.status().as_u16());
    if let Some(detail) = error.public_detail() {
        json.push_str(",\"detail\":");
        quote(&mut json, detail);
    }
    if let Some(id) = id {
        json.push_str(",\"request_id\":");
        quote(&mut json, id);
    }
    if !error.inputs().is_empty() {
        json.push_str(",\"errors\":[");
        for (index, bad) in error.inputs().iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            json.push_str("{\"in\":");
            quote(&mut json, bad.part.as_str());
            if !bad.name.is_empty() {
                json.push_str(",\"name\":");
                quote(&mut json, &bad.name);
            }
            if !bad.pointer.is_empty() {
                json.push_str(",\"pointer\":");
                quote(&mut json, &bad.pointer);
            }
            json.push_str(",\"detail\":");
            quote(&mut json, &bad.detail);
            json.push('}');
        }
        json.push(']');
    }
    json.push('}');
    json
}

/// Appends a JSON string (RFC 8259 section 7). Written here so that errors need no feature.
fn quote(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if c < ' ' => {
                let _ = write!(json, "\\u{:04x}", c as u32);
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

fn page(error: &Error, id: Option<&str>) -> String {
    let mut html = String::with_capacity(512);
    let title = format!("{} {}", error.status().as_u16(), reason(error));
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\n\
         <style>body{{font:1rem/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}}</style>\n\
         <h1>{title}</h1>\n"
    );
    if let Some(detail) = error.public_detail() {
        html.push_str("<p>");
        escape(&mut html, detail);
        html.push_str("</p>\n");
    }
    if let Some(id) = id {
        html.push_str("<p>Request ");
        escape(&mut html, id);
        html.push_str("</p>\n");
    }
    if !error.inputs().is_empty() {
        html.push_str("<ul>\n");
        for bad in error.inputs() {
            let _ = write!(html, "<li>{} <b>", bad.part.as_str());
            escape(&mut html, &bad.name);
            escape(&mut html, &bad.pointer);
            html.push_str("</b>: ");
            escape(&mut html, &bad.detail);
            html.push_str("</li>\n");
        }
        html.push_str("</ul>\n");
    }
    html
}

/// Appends text that HTML shows as it is.
fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{BadInput, Part};

    #[test]
    fn html_only_where_it_is_asked_for() {
        let table = [
            ("text/html", true),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("application/json", false),
            ("application/json, text/html;q=0.5", false),
            ("text/html;q=0", false),
            ("*/*", false),
            ("TEXT/HTML", true),
            ("", false),
        ];
        for (accept, html) in table {
            let value = HeaderValue::from_static(accept);
            assert_eq!(prefers_html(&value), html, "{accept}");
        }
    }

    #[test]
    fn a_document_lists_every_bad_input() {
        let bad = |part, name: &'static str| BadInput::new(part, name, "\"x\"\n");
        let error = Error::bad_inputs(vec![
            bad(Part::Query, "page"),
            bad(Part::Body, "").at_pointer("/a/0"),
        ]);
        assert_eq!(
            document(&error, None),
            r#"{"title":"Bad Request","status":400,"detail":"some inputs of the request cannot be used","errors":[{"in":"query","name":"page","detail":"\"x\"\u000a"},{"in":"body","pointer":"/a/0","detail":"\"x\"\u000a"}]}"#
        );
        assert!(page(&error, None).contains("<li>body <b>/a/0</b>: &quot;x&quot;"));
    }

    #[test]
    fn a_5xx_shows_nothing_of_its_cause() {
        let error = Error::internal("password=hunter2");
        assert_eq!(
            document(&error, Some("f00")),
            r#"{"title":"Internal Server Error","status":500,"request_id":"f00"}"#
        );
        assert!(!page(&error, None).contains("hunter2"));
    }

    #[test]
    fn a_page_escapes_what_came_from_outside() {
        let page = page(&Error::new(404, "<script>alert('1')</script>"), None);
        assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)"));
    }
}
