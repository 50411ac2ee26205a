//! What is asked, in a form that can be sent more than once: again, or on to where a redirect leads.
//! It must not know connections.

use bytes::Bytes;
use gustnado_core::{Body, fields};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, HOST,
        PROXY_AUTHORIZATION, RANGE, TRANSFER_ENCODING,
    },
};

use crate::{
    auth::basic,
    decode::ACCEPTED,
    error::{Error, Result},
    form::Form,
    http1::Asking,
    redirect::{Hop, strip},
    url::Url,
};

/// A request, before and between its attempts.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// All that is said, where that is as it will be written but for the host.
    pub(crate) lines: Option<Lines>,
    pub(crate) body: Source,
    /// Whether we asked for a coding, and so undo it.
    pub(crate) decode: bool,
    /// What the client knows to say in `Cookie`, where the request itself says nothing there.
    pub(crate) cookies: Option<HeaderValue>,
}

/// Header fields as lines of HTTP/1, each with its end.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Names and values that are such. None says which host is asked, nor anything of the connection, nor
    /// of the body's length.
    pub(crate) text: Vec<u8>,
    /// Which host is asked, if it is not the URL's.
    pub(crate) host: Option<HeaderValue>,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) enum Source {
    /// It can be sent as often as need be.
    Bytes(Bytes),
    /// It can be sent once; `None` when that was done.
    Once(Option<Body>),
}

impl From<Body> for Source {
    fn from(body: Body) -> Self {
        if http_body::Body::is_end_stream(&body) {
            return Self::Bytes(Bytes::new());
        }
        match body.to_full() {
            Some(bytes) => Self::Bytes(bytes),
            None => Self::Once(Some(body)),
        }
    }
}

impl Call {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            lines: None,
            body: Source::Bytes(Bytes::new()),
            decode: false,
            cookies: None,
        }
    }

    /// Adds what is not said and should be.
    pub(crate) fn complete(&mut self, defaults: &HeaderMap, decode: bool) -> Result<()> {
        if self.stays_lines(defaults, decode) {
            return Ok(());
        }
        let bare = self.headers.is_empty();
        self.say_host(defaults);
        for (name, value) in defaults {
            if name != HOST && (bare || !self.headers.contains_key(name)) {
                self.headers.append(name, value.clone());
            }
        }
        self.authorize();
        // Who says what is accepted wants to see it; and a part of a coded body cannot be decoded.
        self.decode = decode
            && !self.headers.contains_key(ACCEPT_ENCODING)
            && !self.headers.contains_key(RANGE);
        if self.decode {
            self.headers
                .insert(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));
        }
        for name in [CONTENT_LENGTH, TRANSFER_ENCODING] {
            if !bare && self.headers.contains_key(&name) {
                return Err(Error::invalid(format!(
                    "`{name}` cannot be set: it follows from the body"
                )));
            }
        }
        if self.lacks_body() {
            self.headers
                .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(())
    }

    /// Whether a body is usual and there is none, which has to be told from one that is to come (RFC 9110
    /// section 8.6).
    fn lacks_body(&self) -> bool {
        let empty = matches!(&self.body, Source::Bytes(bytes) if bytes.is_empty());
        empty && matches!(self.method, Method::POST | Method::PUT | Method::PATCH)
    }

    /// Whether what is said as lines is all, which is completed then. Else it is there as fields.
    fn stays_lines(&mut self, defaults: &HeaderMap, decode: bool) -> bool {
        let alone = self.headers.is_empty() && defaults.is_empty();
        if decode || !alone || self.url.credentials.is_some() {
            self.unfold();
            return false;
        }
        let lacks_body = self.lacks_body();
        let Some(lines) = &mut self.lines else {
            return false;
        };
        if lacks_body {
            lines.text.extend_from_slice(b"content-length: 0\r\n");
        }
        true
    }

    /// Has what is said as lines be fields.
    pub(crate) fn unfold(&mut self) {
        let Some(Lines { text, host }) = self.lines.take() else {
            return;
        };
        for (name, value) in fields::lines(&text) {
            let (name, value) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value));
            if let (Ok(name), Ok(value)) = (name, value) {
                self.headers.append(name, value);
            }
        }
        let host = host.unwrap_or_else(|| self.url.authority.clone());
        self.headers.insert(HOST, host);
    }

    /// Says which host is asked, if the header does not.
    fn say_host(&mut self, defaults: &HeaderMap) {
        if !self.headers.contains_key(HOST) {
            // With what the body and its coding may add.
            self.headers.reserve(defaults.len() + 3);
            let host = defaults.get(HOST).unwrap_or(&self.url.authority);
            self.headers.insert(HOST, host.clone());
        }
    }

    /// Says who we are, if the URL does and the header does not.
    fn authorize(&mut self) {
        if let Some((name, password)) = self.url.credentials.take()
            && !self.headers.contains_key(AUTHORIZATION)
        {
            self.headers.insert(AUTHORIZATION, basic(&name, &password));
        }
    }

    /// The request as it is written next over HTTP/1.
    pub(crate) fn asking(&self, form: &Form) -> Asking<'_> {
        let (whole, authorization) = match form {
            Form::Path => (None, None),
            Form::Proxy(authorization) => {
                let scheme = self.url.origin.scheme.as_str();
                (Some((scheme, &self.url.authority)), authorization.as_ref())
            }
        };
        let more = [
            (COOKIE, self.cookies.as_ref()),
            (PROXY_AUTHORIZATION, authorization),
        ];
        let lines = self.lines.as_ref();
        let host = lines.map(|lines| lines.host.as_ref().unwrap_or(&self.url.authority));
        Asking {
            method: &self.method,
            whole,
            path: self.url.target.as_str(),
            host,
            lines: lines.map_or(&[][..], |lines| &lines.text),
            headers: &self.headers,
            // What the request says itself is all that is said.
            more: more.map(|(name, value)| {
                let value = value.filter(|_| !self.headers.contains_key(&name))?;
                Some((name, value.clone()))
            }),
        }
    }

    /// Its body, to be sent next.
    ///
    /// # Errors
    /// Where it was sent already and cannot be again.
    pub(crate) fn body(&mut self) -> Result<Body> {
        match &mut self.body {
            Source::Bytes(bytes) if bytes.is_empty() => Ok(Body::empty()),
            Source::Bytes(bytes) => Ok(bytes.clone().into()),
            Source::Once(body) => body
                .take()
                .ok_or_else(|| Error::invalid("the body was a stream and cannot be sent again")),
        }
    }

    /// The request as it is sent next over HTTP/2.
    ///
    /// # Errors
    /// Where its body was sent already and cannot be again.
    pub(crate) fn request(&mut self) -> Result<Request<Body>> {
        self.unfold();
        let mut request = Request::new(self.body()?);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.whole(self.headers.get(HOST).unwrap_or(&self.url.authority))?;
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        // The one is part of the URL, and the other not there (RFC 9113 section 8.2.2).
        headers.remove(HOST);
        headers.remove(CONNECTION);
        if let Some(cookies) = &self.cookies
            && !self.headers.contains_key(COOKIE)
        {
            headers.insert(COOKIE, cookies.clone());
        }
        Ok(request)
    }

    fn whole(&self, host: &HeaderValue) -> Result<Uri> {
        Uri::builder()
            .scheme(self.url.origin.scheme.as_str())
            .authority(host.as_bytes())
            .path_and_query(self.url.target.clone())
            .build()
            .map_err(|error| Error::invalid("the URL cannot be sent").with_source(error))
    }

    /// Whether it may be done twice, and can be.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.is_idempotent() && matches!(self.body, Source::Bytes(_))
    }

    /// Whether its body is there to be sent again.
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.body, Source::Once(None))
    }

    /// Takes back a body that was not sent after all.
    pub(crate) fn restore(&mut self, body: Option<Body>) {
        if let (Source::Once(place @ None), Some(body)) = (&mut self.body, body) {
            *place = Some(body);
        }
    }

    /// Whether doing it twice does no more than doing it once (RFC 9110 section 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        let methods = [
            Method::GET,
            Method::HEAD,
            Method::OPTIONS,
            Method::TRACE,
            Method::PUT,
            Method::DELETE,
        ];
        methods.contains(&self.method)
    }

    /// Goes on to where a redirect leads.
    pub(crate) fn follow(&mut self, hop: Hop) {
        self.unfold();
        let same = hop.url.origin == self.url.origin;
        strip(&mut self.headers, same, hop.body);
        if !same {
            self.headers.insert(HOST, hop.url.authority.clone());
        }
        if !hop.body {
            self.body = Source::Bytes(Bytes::new());
        }
        self.method = hop.method;
        self.url = hop.url;
        // What another origin wrote into its redirect are no credentials of ours.
        self.url.credentials = None;
    }
}
