//! Inputs that are checked once they are read, by rules that stand with their types. It must not know
//! the rules.

use std::borrow::Cow;

use super::{
    context::Cx,
    need::{Needs, Stage},
    typed::FromRequest,
};
#[cfg(feature = "json")]
use crate::respond::Json;
use crate::{
    describe::Operation,
    error::{BadInput, Error, Part},
};

/// An input that is read as `I` and then checked by its [`Validate`].
///
/// What is wrong with a body is answered 422, with anything else 400.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Invalid, Validate};
///
/// struct NewUser { name: String, age: u8 }
///
/// impl Validate for NewUser {
///     fn validate(&self) -> Result<(), Invalid> {
///         Invalid::new()
///             .require(!self.name.is_empty(), "/name", "is empty")
///             .require(self.age >= 18, "/age", "must be at least 18")
///             .into_result()
///     }
/// }
///
/// // … async fn post(self, Valid(Json(user)): Valid<Json<NewUser>>)
/// assert!(NewUser { name: "Ada".into(), age: 36 }.validate().is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Valid<I>(pub I);

/// A value that knows whether it is one that may be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rules to be checked by",
    label = "implement `Validate` for `{Self}`"
)]
pub trait Validate {
    /// Checks the value against the rules of its type.
    ///
    /// # Errors
    /// All that is wrong with it.
    fn validate(&self) -> Result<(), Invalid>;
}

/// What is wrong with a value: each mistake with its place.
///
/// A place that begins with `/` is a JSON pointer (RFC 6901) into the body, `/items/3/price`; any other
/// is the name of a parameter, and an empty one is the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invalid {
    mistakes: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

impl Invalid {
    /// Nothing, yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what is wrong at a place.
    #[must_use]
    pub fn at(
        mut self,
        place: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.mistakes.push((place.into(), detail.into()));
        self
    }

    /// Adds what is wrong at a place unless this holds.
    #[must_use]
    pub fn require(
        self,
        holds: bool,
        place: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        if holds { self } else { self.at(place, detail) }
    }

    /// Adds what is wrong with a part of the value, whose places are meant from `place` on.
    #[must_use]
    pub fn within(mut self, place: &str, part: Result<(), Self>) -> Self {
        let mistakes = part.err().into_iter().flat_map(|part| part.mistakes);
        self.mistakes
            .extend(mistakes.map(|(inner, detail)| (format!("{place}{inner}").into(), detail)));
        self
    }

    /// `Ok` if nothing is wrong.
    ///
    /// # Errors
    /// Itself, if something is.
    pub fn into_result(self) -> Result<(), Self> {
        if self.mistakes.is_empty() {
            return Ok(());
        }
        Err(self)
    }

    /// Says how an input of this stage fails.
    pub(super) fn describe(stage: Stage, operation: &mut Operation) {
        let (status, detail) = failure(stage);
        operation.failure(status, detail);
    }

    /// The answer, for an input that is read in this stage.
    pub(super) fn into_error(self, stage: Stage) -> Error {
        let body = stage == Stage::Body;
        let bad = self.mistakes.into_iter().map(|(place, detail)| {
            if place.starts_with('/') {
                return BadInput::new(Part::Body, "", detail).at_pointer(place);
            }
            let part = if body { Part::Body } else { Part::Query };
            BadInput::new(part, place, detail)
        });
        let (status, detail) = failure(stage);
        Error::new(status, detail).with_bad_inputs(bad.collect())
    }
}

/// How an input of this stage fails.
fn failure(stage: Stage) -> (u16, &'static str) {
    match stage {
        Stage::Body => (422, "the body breaks the rules for it"),
        _ => (400, "some inputs of the request cannot be used"),
    }
}

/// Reads an input and checks it.
///
/// # Errors
/// Those of the input, and all that is wrong with it once it is read.
pub(super) async fn read_checked<I: FromRequest>(
    cx: &mut Cx,
    check: fn(&I) -> Result<(), Invalid>,
) -> Result<I, Error> {
    let input = I::from_request(cx).await?;
    match check(&input) {
        Ok(()) => Ok(input),
        Err(invalid) => Err(invalid.into_error(I::STAGE)),
    }
}

impl<I: FromRequest + Validate> FromRequest for Valid<I> {
    const STAGE: Stage = I::STAGE;

    fn needs(needs: &mut Needs) {
        I::needs(needs);
    }

    fn describe(operation: &mut Operation) {
        I::describe(operation);
        Invalid::describe(I::STAGE, operation);
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        read_checked(cx, I::validate).await.map(Self)
    }
}

#[cfg(feature = "json")]
impl<T: Validate> Validate for Json<T> {
    fn validate(&self) -> Result<(), Invalid> {
        self.0.validate()
    }
}

/// What is absent breaks no rule.
impl<T: Validate> Validate for Option<T> {
    fn validate(&self) -> Result<(), Invalid> {
        self.as_ref().map_or(Ok(()), Validate::validate)
    }
}

/// Each of them is checked, at `/0`, `/1` and so on.
impl<T: Validate> Validate for Vec<T> {
    fn validate(&self) -> Result<(), Invalid> {
        let all = self.iter().enumerate();
        all.fold(Invalid::new(), |invalid, (index, item)| {
            invalid.within(&format!("/{index}"), item.validate())
        })
        .into_result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Positive(i32);

    impl Validate for Positive {
        fn validate(&self) -> Result<(), Invalid> {
            let invalid = Invalid::new().require(self.0 > 0, "", "must be above 0");
            invalid.into_result()
        }
    }

    #[test]
    fn mistakes_within_others_keep_their_places() {
        let numbers = vec![Positive(1), Positive(0), Positive(-1)];
        let invalid = Invalid::new()
            .at("size", "is odd")
            .within("/numbers", numbers.validate())
            .within("/none", None::<Positive>.validate());
        let error = invalid.into_error(Stage::Body);
        assert_eq!(error.status(), 422);
        let places = error.inputs().iter().map(|bad| (&*bad.name, &*bad.pointer));
        let expected = [("size", ""), ("", "/numbers/1"), ("", "/numbers/2")];
        assert_eq!(places.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_no_body_is_a_parameter() {
        let error = Invalid::new()
            .at("size", "is odd")
            .into_error(Stage::Params);
        assert_eq!(error.status(), 400);
        assert_eq!(error.inputs()[0].part, Part::Query);
    }
}
