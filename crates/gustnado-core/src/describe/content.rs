//! What a body is made of: its media type, and what is in it. It must not know whose body it is.

/// A body, of a request or an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// Its media type: `application/json`, or `*/*` where it may be any.
    pub media: &'static str,
    /// What is in it.
    pub shape: Shape,
}

/// What is in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Not known, or not to be said.
    Any,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A value of the type of this name, as serde writes it.
    Value(&'static str),
}

impl Content {
    /// A body of this media type.
    #[must_use]
    pub const fn new(media: &'static str, shape: Shape) -> Self {
        Self { media, shape }
    }

    /// JSON, as serde writes or reads `T`.
    #[must_use]
    pub fn json<T: ?Sized>() -> Self {
        Self::new("application/json", Shape::Value(std::any::type_name::<T>()))
    }
}

/// The media types in which this build takes forms.
pub const FORMS: &[&str] = if cfg!(feature = "multipart") {
    &["application/x-www-form-urlencoded", "multipart/form-data"]
} else {
    &["application/x-www-form-urlencoded"]
};
