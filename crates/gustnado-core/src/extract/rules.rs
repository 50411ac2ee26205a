//! Inputs that are checked by the rules of garde, a crate of such rules. It must not know them.

use super::{
    context::Cx,
    need::{Needs, Stage},
    pointer,
    typed::FromRequest,
    valid::{Invalid, read_checked},
};
#[cfg(feature = "json")]
use crate::respond::Json;
use crate::{describe::Operation, error::Error};

/// An input that is read as `I` and then checked by its `garde::Validate`, which that crate (0.23)
/// derives.
///
/// Its paths become JSON pointers, for a body, or names. A field that serde knows by another name is
/// told by the one it has in Rust.
///
/// ```ignore
/// #[derive(Deserialize, garde::Validate)]
/// struct NewUser {
///     #[garde(length(min = 1, max = 64))]
///     name: String,
/// }
///
/// // async fn post(self, Garde(Json(user)): Garde<Json<NewUser>>)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Garde<I>(pub I);

impl<I> FromRequest for Garde<I>
where
    I: FromRequest + garde::Validate,
    I::Context: Default,
{
    const STAGE: Stage = I::STAGE;

    fn needs(needs: &mut Needs) {
        I::needs(needs);
    }

    fn describe(operation: &mut Operation) {
        I::describe(operation);
        Invalid::describe(I::STAGE, operation);
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        let check = |input: &I| {
            input.validate().map_err(|report| {
                // A group of fields of a form is a body, but its fields have names.
                let pointers = I::STAGE == Stage::Body && !I::FORM;
                invalid(&report, pointers)
            })
        };
        read_checked(cx, check).await.map(Self)
    }
}

fn invalid(report: &garde::Report, pointers: bool) -> Invalid {
    let mistakes = report.iter();
    mistakes.fold(Invalid::new(), |invalid, (path, error)| {
        let place = if pointers {
            pointer_of(path)
        } else {
            path.to_string()
        };
        invalid.at(place, error.message().to_owned())
    })
}

/// What garde writes as `items[3].price`. That text cannot be told apart from a key that looks like
/// it, so the parts are asked for; the method is hidden, as it is there for a macro of garde's.
fn pointer_of(path: &garde::Path) -> String {
    let mut pointer = String::new();
    for (kind, part) in path.__iter().rev() {
        // A wrapper has no key of its own.
        if !matches!(kind, garde::error::Kind::None) {
            pointer::push(&mut pointer, part);
        }
    }
    pointer
}

#[cfg(feature = "json")]
impl<T: garde::Validate> garde::Validate for Json<T> {
    type Context = T::Context;

    fn validate_into(
        &self,
        context: &T::Context,
        parent: &mut dyn FnMut() -> garde::Path,
        report: &mut garde::Report,
    ) {
        self.0.validate_into(context, parent, report);
    }
}

#[cfg(test)]
mod tests {
    use garde::error::NoKey;

    use super::*;

    #[test]
    fn paths_are_pointers_in_a_body_and_names_elsewhere() {
        let path = garde::Path::new("items").join(3).join(NoKey::default());
        let path = path.join("a/b.c[0]");
        let mut report = garde::Report::new();
        report.append(path, garde::Error::new("is odd"));
        for (pointers, pointer, name) in [
            (true, "/items/3/a~1b.c[0]", ""),
            (false, "", "items[3].a/b.c[0]"),
        ] {
            let error = invalid(&report, pointers).into_error(Stage::Body);
            let [bad] = error.inputs() else {
                panic!("{error:?}");
            };
            assert_eq!((&*bad.pointer, &*bad.name), (pointer, name));
            assert_eq!(bad.detail, "is odd");
        }
    }
}
