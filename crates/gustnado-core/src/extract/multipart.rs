//! A multipart body, part by part as it comes (RFC 7578). It must not know what the parts are for.

use std::{
    fmt,
    marker::PhantomData,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;

use super::{
    context::Cx,
    disk::Spool,
    media,
    upload::{About, Upload},
};
use crate::{
    body::{self, Body},
    error::{BadInput, BoxError, Error, Internal as _, Part},
    file_name,
    limits::PART_SLACK,
};

/// A multipart form, part by part as it comes, as an argument of a verb.
///
/// Nothing of it is kept that the verb does not keep: it is for uploads that are too large to wait for,
/// or whose fields are not known. Where they are known, `#[form]` arguments are simpler.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Error, Multipart};
///
/// async fn receive(mut form: Multipart) -> Result<u64, Error> {
///     let mut bytes = 0;
///     while let Some(mut part) = form.next().await? {
///         if part.name() == "backup" {
///             bytes += part.save_to("backup.tar").await?;
///         }
///     }
///     Ok(bytes)
/// }
/// ```
pub struct Multipart {
    parts: multra::Multipart<'static>,
    memory: usize,
}

/// A part of a [`Multipart`] form. What of it is not read is passed over.
pub struct FormPart<'f> {
    field: multra::Field<'static>,
    file_name: Option<String>,
    memory: usize,
    /// One part is read at a time.
    form: PhantomData<&'f mut Multipart>,
}

impl Multipart {
    /// Takes the body of a request whose content is said to be such a form.
    pub(super) fn of(cx: &mut Cx) -> Result<Self, Error> {
        let content_type = media::content_type(cx.request());
        let content_type = content_type.and_then(|value| std::str::from_utf8(value).ok());
        let boundary = multra::parse_boundary(content_type.unwrap_or_default())
            .map_err(|error| broken("its Content-Type has no boundary that can be used", error))?;
        let limits = cx.limits();
        let sizes = multra::SizeLimit::new()
            .headers(limits.part_head_bytes as u64)
            .preamble(PART_SLACK)
            .boundary_padding(PART_SLACK);
        let constraints = multra::Constraints::new()
            .max_fields(limits.form_parts)
            .size_limit(sizes);
        let memory = limits.upload_memory;
        let chunks = Chunks(std::mem::take(cx.body_mut()));
        let parts = multra::Multipart::with_constraints(chunks, boundary, constraints);
        Ok(Self { parts, memory })
    }

    /// The next part; `None` at the end of the form.
    ///
    /// # Errors
    /// 413 when the body is too long; 400 when it ends early, is no multipart form, or has too many
    /// parts.
    pub async fn next(&mut self) -> Result<Option<FormPart<'_>>, Error> {
        let field = self.parts.next_field().await.map_err(failure)?;
        Ok(field.map(|field| FormPart {
            file_name: field.file_name().and_then(file_name::plain),
            field,
            memory: self.memory,
            form: PhantomData,
        }))
    }
}

impl FormPart<'_> {
    /// The name of the field; empty where there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// What the client calls the file: the last part of the path it gave, without control
    /// characters and those that turn the direction of text; `None` where nothing is left, or the
    /// part is no file.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Whether it is said to be a file, with a name or without.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.field.file_name().is_some()
    }

    /// What the client says it is. Nothing makes sure of it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.field.content_type().map(AsRef::as_ref)
    }

    /// The next bytes of it; `None` at its end.
    ///
    /// # Errors
    /// 413 when the body is too long; 400 when it ends early.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            match self.field.chunk().await.map_err(failure)? {
                // Such as the one that the boundary follows.
                Some(chunk) if chunk.is_empty() => {}
                chunk => return Ok(chunk),
            }
        }
    }

    /// The rest of it as text.
    ///
    /// # Errors
    /// 413 when it has more than [`Limits::upload_memory`](crate::Limits::upload_memory) bytes, 400
    /// when it is not UTF-8; and as [`chunk`](Self::chunk).
    pub async fn text(&mut self) -> Result<String, Error> {
        let bytes = self.bytes().await?;
        media::text(bytes.into())
    }

    pub(super) async fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() + chunk.len() > self.memory {
                let detail = format!("may have at most {} bytes, or be a file", self.memory);
                let bad = BadInput::new(Part::Body, self.name().to_owned(), detail);
                return Err(Error::new(413, "a field of the form is too long").with_bad_input(bad));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Writes the rest of it to a file at `path` as it comes, replacing one that is there, and says
    /// how many bytes it has. The file appears once it is whole.
    ///
    /// # Errors
    /// 500 when the file cannot be written; and as [`chunk`](Self::chunk).
    pub async fn save_to(&mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref().to_owned();
        let mut spool = Spool::beside(&path);
        while let Some(chunk) = self.chunk().await? {
            spool.push(&chunk).await.internal()?;
        }
        spool.end_at(path).await.internal()
    }

    /// Receives the rest of it: in memory while it is small, else in a temporary file.
    ///
    /// # Errors
    /// 500 when the file cannot be written; and as [`chunk`](Self::chunk).
    pub async fn upload(mut self) -> Result<Upload, Error> {
        let mut spool = Spool::unnamed(self.memory);
        while let Some(chunk) = self.chunk().await? {
            spool.push(&chunk).await.internal()?;
        }
        let about = About {
            name: self.name().to_owned(),
            content_type: self.content_type().map(str::to_owned),
            file_name: self.file_name,
        };
        let len = spool.len();
        let content = spool.end().await.internal()?;
        Ok(Upload::new(about, len, content))
    }
}

/// The answer to a form that cannot be read.
fn failure(error: multra::Error) -> Error {
    use multra::Error as Cause;
    let said = match error {
        Cause::StreamReadFailed(source) => return body::unreadable(source),
        Cause::FieldCountExceeded { limit } => format!("has more than {limit} parts"),
        Cause::HeadersSizeExceeded { limit } => {
            format!("a part has a head of more than {limit} bytes")
        }
        Cause::PreambleSizeExceeded { limit } | Cause::BoundaryPaddingSizeExceeded { limit } => {
            format!("has more than {limit} bytes around a boundary")
        }
        Cause::LockFailure => return Error::internal(error),
        Cause::IncompleteStream | Cause::IncompleteFieldData { .. } => {
            "it has no last boundary, or a broken one".into()
        }
        _ => "the head of a part cannot be read".into(),
    };
    broken(said, error)
}

fn broken(said: impl Into<std::borrow::Cow<'static, str>>, source: multra::Error) -> Error {
    Error::new(400, "the body is not a multipart form that can be read")
        .with_bad_input(BadInput::new(Part::Body, "", said))
        .with_source(source)
}

/// A body as a stream of its chunks.
struct Chunks(Body);

impl Stream for Chunks {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let frame = std::task::ready!(Pin::new(&mut self.0).poll_frame(cx));
            match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
                Some(Ok(Err(_trailers))) => {}
                Some(Ok(Ok(data))) => return Poll::Ready(Some(Ok(data))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Multipart")
    }
}

impl fmt::Debug for FormPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormPart")
            .field("name", &self.name())
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type())
            .finish()
    }
}
