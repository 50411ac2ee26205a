//! A form that is a body, read once for all inputs that are fields of it. It must not know their
//! types.

use http_body::Body as _;

use super::{
    bounds::Bounds,
    context::Cx,
    media::{self, Media},
    text::{Values, bounded, pairs, too_many_pairs},
    unreadable::ValueError,
};
#[cfg(feature = "multipart")]
use super::{parts::Parts, unreadable::ParamError, upload::Upload};
use crate::error::{Error, Part};

/// A form whose body was read.
#[doc(hidden)]
#[derive(Debug)]
pub struct Form(Fields);

#[derive(Debug)]
enum Fields {
    /// As it came, `application/x-www-form-urlencoded`.
    Pairs(String),
    #[cfg(feature = "multipart")]
    Parts(Parts),
}

/// Reads a form. Of one that has parts, those are kept that have one of these names.
///
/// A request without a body has a form without fields: the inputs tell which of them are missing.
///
/// # Errors
/// 415 where the body is no form, 413 where it is too long, 400 where it is broken or has too many
/// fields.
pub(super) async fn read(cx: &mut Cx, wanted: &[&'static str]) -> Result<Form, Error> {
    let empty = cx.body_mut().is_end_stream();
    let media = Media::of(cx.request());
    let is = |kind, subtype| media.is_some_and(|media| media.is(kind, subtype));
    if empty && media.is_none() {
        return Ok(Form(Fields::Pairs(String::new())));
    }
    if is("application", "x-www-form-urlencoded") {
        let bytes = cx.body_mut().collect().await?;
        let text = media::text(bytes)?;
        if let Some(bad) = too_many_pairs(&text, cx.limits().pairs, Part::Body) {
            return Err(Error::new(400, "the form has too many fields").with_bad_input(bad));
        }
        return Ok(Form(Fields::Pairs(text)));
    }
    #[cfg(feature = "multipart")]
    if is("multipart", "form-data") {
        let parts = if empty {
            Parts::default()
        } else {
            Parts::read(cx, wanted).await?
        };
        return Ok(Form(Fields::Parts(parts)));
    }
    let _ = wanted;
    Err(Error::new(415, NO_FORM))
}

#[cfg(feature = "multipart")]
const NO_FORM: &str = "the body must be a form, with Content-Type: \
                       application/x-www-form-urlencoded or multipart/form-data";
#[cfg(not(feature = "multipart"))]
const NO_FORM: &str =
    "the body must be a form, with Content-Type: application/x-www-form-urlencoded";

/// What an input wants of a form.
#[doc(hidden)]
#[derive(Debug)]
pub struct Wish {
    pub(super) name: &'static str,
    pub(super) bounds: Option<&'static Bounds>,
}

impl Form {
    /// Reads the texts that are wanted.
    pub(super) fn texts<T>(
        &self,
        wish: &Wish,
        read: fn(&mut Values<'_>) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        let mut result = Err(ValueError::Missing);
        let mut read = |values: &mut Values<'_>| result = read(values);
        match &self.0 {
            Fields::Pairs(text) => {
                bounded(wish.bounds, &mut pairs(Some(text), wish.name), &mut read);
            }
            #[cfg(feature = "multipart")]
            Fields::Parts(parts) => {
                bounded(wish.bounds, &mut parts.texts(wish.name), &mut read);
            }
        }
        result
    }

    /// Takes the files that are wanted.
    #[cfg(feature = "multipart")]
    pub(super) fn files(&mut self, wish: &Wish) -> Result<Vec<Upload>, ValueError> {
        match &mut self.0 {
            Fields::Parts(parts) => parts.files(wish.name),
            // What a browser sends of a file when the form does not say how: its name.
            Fields::Pairs(text) if pairs(Some(text), wish.name).next().is_some() => {
                let expected = "a file, in a form sent as multipart/form-data";
                Err(ParamError::expected(expected).into())
            }
            Fields::Pairs(_) => Ok(Vec::new()),
        }
    }
}
