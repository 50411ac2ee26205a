//! A file that was sent in a form: in memory while it is small, else on disk. It must not know the
//! form.

use std::path::Path;

use bytes::Bytes;

use super::disk::{self, OnDisk, Spooled};
use crate::error::{Error, Internal as _};

/// A file that was sent in a form, as a `#[form]` argument of a verb.
///
/// It is whole when the verb is called. Up to
/// [`Limits::upload_memory`](crate::Limits::upload_memory) bytes are kept in memory, a larger one in the
/// system's folder for temporary files, without a name, and gone when the upload is dropped.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Error, Upload};
///
/// async fn keep(picture: Upload, user: u64) -> Result<u64, Error> {
///     if picture.content_type() != Some("image/png") {
///         return Err(Error::new(422, "a picture is a PNG"));
///     }
///     // A name of ours: what the client calls its file is no path on this machine.
///     picture.save_to(format!("pictures/{user}.png")).await
/// }
/// ```
#[derive(Debug)]
pub struct Upload {
    about: About,
    len: u64,
    content: Content,
    /// How much of it [`chunk`](Self::chunk) has given.
    given: u64,
}

/// What the client says of a part of a form.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

#[derive(Debug)]
enum Content {
    Memory(Bytes),
    Disk(OnDisk),
}

impl Upload {
    pub(super) fn new(about: About, len: u64, content: Spooled) -> Self {
        let content = match content {
            Spooled::Memory(bytes) => Content::Memory(bytes.into()),
            Spooled::Disk(file) => Content::Disk(file),
        };
        Self {
            about,
            len,
            content,
            given: 0,
        }
    }

    /// The name of its field in the form.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.about.name
    }

    /// What the client calls it: the last part of the path it gave, without control characters
    /// and those that turn the direction of text; `None` where nothing is left. Show it, but do not trust it: another user may send the same.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.about.file_name.as_deref()
    }

    /// What the client says it is. Nothing makes sure of it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.about.content_type.as_deref()
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All its bytes, in memory.
    ///
    /// # Errors
    /// 500 when the temporary file cannot be read.
    pub async fn bytes(&self) -> Result<Bytes, Error> {
        match &self.content {
            Content::Memory(bytes) => Ok(bytes.clone()),
            Content::Disk(file) => Ok(file.all().await.internal()?.into()),
        }
    }

    /// The next of its bytes; `None` at the end.
    ///
    /// # Errors
    /// 500 when the temporary file cannot be read.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if self.given >= self.len {
            return Ok(None);
        }
        let chunk = match &self.content {
            Content::Memory(bytes) => bytes.clone(),
            Content::Disk(file) => file.chunk(self.given).await.internal()?.into(),
        };
        self.given += chunk.len() as u64;
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// Writes it to a file at `path`, replacing one that is there, and says how many bytes it has.
    /// The file appears once it is whole.
    ///
    /// # Errors
    /// 500 when it cannot be written.
    pub async fn save_to(&self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref().to_owned();
        match &self.content {
            Content::Memory(bytes) => disk::save(bytes.clone(), path).await.internal(),
            Content::Disk(file) => file.save(path).await.internal(),
        }
    }
}
