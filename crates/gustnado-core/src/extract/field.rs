//! Values that are read from a field of a form. It must not know how the form was sent.

#[cfg(feature = "multipart")]
use super::upload::Upload;
use super::{
    bounds::Bounds,
    form::{Form, Wish},
    param::FromParam,
    slot::{FormReader, How, Slot},
    text::{self, OfText, Values},
    unreadable::{ParamError, ValueError},
};
use crate::{
    describe::{Count, TextKind},
    error::Part,
};

/// A value that is read from a field of a form: the type of a `#[form]` argument.
///
/// Whatever is read from text is one, so implement [`FromParam`] for a type of yours. With the feature
/// `multipart`, files are too: `Upload`, `Option<Upload>` and `Vec<Upload>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a field of a form",
    label = "not a form value",
    note = "a #[form] argument is one field: derive or implement `FromParam` for `{Self}` or a struct of your own around it; \
            several fields at once are a group, which derives `Inputs` and is not marked"
)]
pub trait FromForm: Sized + Send + 'static {
    /// Whether it is a file, which no bounds hold for.
    #[doc(hidden)]
    const FILE: bool = false;

    /// How many fields it is read from.
    #[doc(hidden)]
    const FORM_COUNT: Count = Count::One;

    /// What the text in them is.
    #[doc(hidden)]
    fn form_kind() -> TextKind {
        if Self::FILE {
            return TextKind::file();
        }
        TextKind::text()
    }

    /// Reads it from the fields of its name.
    #[doc(hidden)]
    fn from_form(form: &mut Form, wish: &Wish) -> Result<Self, ValueError>;

    /// The place for such an input.
    #[doc(hidden)]
    #[track_caller]
    fn slot(
        name: &'static str,
        default: Option<fn() -> Result<Self, ParamError>>,
        bounds: Option<&'static Bounds>,
    ) -> Slot<Self> {
        let reader = const {
            &FormReader {
                read: |form, wish, default, bad| {
                    let read = Self::from_form(form, wish);
                    text::settled(read, default, (Part::Body, wish.name), bad)
                },
                tell: |place, name, default, bounds| {
                    let of_type = OfText {
                        kind: Self::form_kind,
                        count: Self::FORM_COUNT,
                        file: Self::FILE,
                    };
                    text::tell(&of_type, place, name, default, bounds)
                },
            }
        };
        let how = How::Form {
            reader,
            default,
            bounds,
        };
        Slot::new(name, how)
    }
}

impl<T: FromParam> FromForm for T {
    const FORM_COUNT: Count = T::COUNT;

    fn form_kind() -> TextKind {
        T::kind()
    }

    fn from_form(form: &mut Form, wish: &Wish) -> Result<Self, ValueError> {
        form.texts(wish, |values: &mut Values<'_>| T::from_values(values))
    }
}

/// All the files of that name, none of them included.
#[cfg(feature = "multipart")]
impl FromForm for Vec<Upload> {
    const FILE: bool = true;
    const FORM_COUNT: Count = Count::Many;

    fn from_form(form: &mut Form, wish: &Wish) -> Result<Self, ValueError> {
        form.files(wish)
    }
}

/// Absent is `None`, and so is a field whose file the user did not choose.
#[cfg(feature = "multipart")]
impl FromForm for Option<Upload> {
    const FILE: bool = true;
    const FORM_COUNT: Count = Count::Optional;

    fn from_form(form: &mut Form, wish: &Wish) -> Result<Self, ValueError> {
        let mut files = form.files(wish)?;
        let file = files.pop();
        if files.is_empty() {
            return Ok(file);
        }
        Err(ValueError::Repeated)
    }
}

#[cfg(feature = "multipart")]
impl FromForm for Upload {
    const FILE: bool = true;

    fn from_form(form: &mut Form, wish: &Wish) -> Result<Self, ValueError> {
        Option::from_form(form, wish)?.ok_or(ValueError::Missing)
    }
}
