//! A reply and what it gets on top: another status, header fields, cookies, a tag. It must not know
//! what the reply is.

use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{ETAG, Entry},
};

use super::{IntoResponse, SetCookie};
use crate::{describe::Operation, error::Error, response::Response, tag};

/// A reply and what it gets on top, made by the methods of [`IntoResponse`]:
/// `Json(user).with_status(StatusCode::ACCEPTED).with_header("x-total", 7)`.
///
/// A reply that fails is the error that it is, with nothing on top.
#[derive(Debug)]
#[must_use = "a reply is returned from a verb"]
pub struct With<R> {
    reply: R,
    status: Option<StatusCode>,
    fields: Vec<(HeaderName, HeaderValue)>,
    cookies: Vec<SetCookie>,
    tagged: bool,
    refused: Option<Error>,
}

impl<R> With<R> {
    pub(super) fn new(reply: R) -> Self {
        Self {
            reply,
            status: None,
            fields: Vec::new(),
            cookies: Vec::new(),
            tagged: false,
            refused: None,
        }
    }

    /// Replaces the status; see [`IntoResponse::with_status`].
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets a header field; see [`IntoResponse::with_header`].
    pub fn with_header<N, V>(mut self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N, Error: Into<http::Error>>,
        HeaderValue: TryFrom<V, Error: Into<http::Error>>,
    {
        match field(name, value) {
            Ok(field) => self.fields.push(field),
            Err(why) => self.refused = self.refused.or_else(|| Some(Error::internal(why))),
        }
        self
    }

    /// Sets a cookie; see [`IntoResponse::with_cookie`].
    pub fn with_cookie(mut self, cookie: SetCookie) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Tags the body; see [`IntoResponse::with_etag`].
    pub fn with_etag(mut self) -> Self {
        self.tagged = true;
        self
    }
}

fn field<N, V>(name: N, value: V) -> Result<(HeaderName, HeaderValue), String>
where
    HeaderName: TryFrom<N, Error: Into<http::Error>>,
    HeaderValue: TryFrom<V, Error: Into<http::Error>>,
{
    let name = HeaderName::try_from(name).map_err(|error| error.into().to_string())?;
    match HeaderValue::try_from(value).map_err(Into::into) {
        Ok(value) => Ok((name, value)),
        Err(error) => Err(format!("the header field `{name}`: {error}")),
    }
}

impl<R: IntoResponse> IntoResponse for With<R> {
    fn describe(operation: &mut Operation) {
        R::describe(operation);
    }

    fn into_response(self) -> Result<Response, Error> {
        let mut response = self.reply.into_response()?;
        if let Some(error) = self.refused {
            return Err(error);
        }
        if let Some(status) = self.status {
            response = response.with_status(status);
        }
        for (name, value) in self.fields {
            response.headers_mut().insert(name, value);
        }
        for cookie in &self.cookies {
            response.set_cookie(cookie)?;
        }
        if self.tagged {
            add_tag(&mut response);
        }
        Ok(response)
    }
}

/// Only of what is whole, and of what a 304 can stand for.
fn add_tag(response: &mut Response) {
    if response.status() != StatusCode::OK {
        return;
    }
    let tag = response.body().as_full().and_then(tag::of);
    if let Some(tag) = tag
        && let Entry::Vacant(place) = response.headers_mut().entry(ETAG)
    {
        place.insert(tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;

    #[test]
    fn everything_on_top() {
        let reply = "text"
            .with_status(StatusCode::ACCEPTED)
            .with_header("x-total", 7)
            .with_header("content-type", "text/csv")
            .with_header("x-total", "8")
            .with_cookie(SetCookie::new("a", "1"))
            .with_cookie(SetCookie::new("a", "2"));
        let response = reply.into_response().unwrap();
        assert_eq!(response.status(), 202);
        assert_eq!(response.headers()["x-total"], "8");
        assert_eq!(response.headers()["content-type"], "text/csv");
        let cookies = response.headers().get_all("set-cookie");
        assert_eq!(cookies.iter().count(), 1);
    }

    #[test]
    fn what_is_no_field_is_an_error() {
        let table = [
            "".with_header("x", "a\r\nset-cookie: b=c"),
            "".with_header("x", "a\nb"),
            "".with_header("x", "a\0"),
            "".with_header("x\r\ny", "a"),
            "".with_header("x y", "a"),
            "".with_header("", "a"),
            "".with_header("x", "a\r\nb").with_header("y", "good"),
        ];
        for reply in table {
            let text = format!("{reply:?}");
            let error = reply.into_response().expect_err(&text);
            assert_eq!(error.status(), 500);
        }
    }

    #[test]
    fn an_error_stays_as_it_is() {
        let failed: Result<&str, Error> = Err(Error::new(409, "taken"));
        let error = failed.with_status(StatusCode::OK).into_response();
        assert_eq!(error.unwrap_err().status(), 409);
    }

    #[test]
    fn a_tag_for_what_is_whole() {
        let tag = |reply: With<Response>| {
            let response = reply.into_response().unwrap();
            let tag = response.headers().get("etag");
            tag.map(|tag| tag.to_str().unwrap().to_owned())
        };
        let of = |text: &'static str| tag(Response::new(200).with_text(text).with_etag()).unwrap();
        assert_eq!(of("one"), of("one"));
        assert_ne!(of("one"), of("two"));
        let own = HeaderValue::from_static("\"own\"");
        let tagged = Response::new(200).with_text("one").with_header(ETAG, own);
        assert_eq!(tag(tagged.with_etag()).unwrap(), "\"own\"");
        let created = Response::new(201).with_text("one");
        assert_eq!(tag(created.with_etag()), None);
        let (_sender, stream) = Body::channel(1);
        assert_eq!(tag(Response::new(200).with_body(stream).with_etag()), None);
    }
}
