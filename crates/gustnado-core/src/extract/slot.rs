//! The places a handler's inputs are put in: what is wanted, how it is had, and in the end the
//! value. Everything that acts on them is written once, over `dyn`, so that a handler costs tables
//! and no code.

use std::{any::TypeId, fmt, panic::Location};

use super::{
    BoxFuture,
    context::Cx,
    form::Form,
    need::{Described, Need, Needs, Stage},
    text::{self, Source, Values},
    unreadable::{ParamError, ValueError},
};
use crate::{
    error::{BadInput, Error},
    state::State,
};

/// The place of one input.
#[doc(hidden)]
pub struct Slot<T> {
    name: &'static str,
    at: &'static Location<'static>,
    how: How<T>,
    value: Option<T>,
}

/// How the value of a slot is had. The functions are stored, so that a bound on `T` is asked for
/// in one place only and a wrong type is one error.
pub(super) enum How<T> {
    Text {
        source: Source,
        read: fn(&mut Values<'_>) -> Result<T, ValueError>,
        default: Option<fn() -> Result<T, ParamError>>,
    },
    Form {
        read: fn(&mut Form, &str) -> Result<T, ValueError>,
        default: Option<fn() -> Result<T, ParamError>>,
    },
    State {
        id: TypeId,
        type_name: &'static str,
        get: fn(&State) -> Option<T>,
    },
    Typed {
        stage: Stage,
        needs: fn(&mut Needs),
        extract: for<'a> fn(&'a mut Cx) -> BoxFuture<'a, Result<T, Error>>,
    },
}

impl<T> Slot<T> {
    #[track_caller]
    pub(super) fn new(name: &'static str, how: How<T>) -> Self {
        Self {
            name,
            at: Location::caller(),
            how,
            value: None,
        }
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({} at {})", self.name, self.at)
    }
}

/// A slot, whatever its type.
#[doc(hidden)]
pub trait AnySlot: Send {
    fn stage(&self) -> Stage;

    fn describe(&self, into: &mut Vec<Described>);

    /// Fills a slot of [`Stage::Params`].
    fn fill(&mut self, cx: &Cx) -> Result<(), BadInput>;

    /// The name of the field that it is, in the form that is the body.
    fn form_name(&self) -> Option<&'static str>;

    /// Fills a slot that is a field of a form.
    fn fill_form(&mut self, form: &mut Form) -> Result<(), BadInput>;

    /// Fills a slot of any other stage.
    fn fill_later<'a>(&'a mut self, cx: &'a mut Cx) -> BoxFuture<'a, Result<(), Error>>;
}

impl<T: Send> AnySlot for Slot<T> {
    fn stage(&self) -> Stage {
        match &self.how {
            How::Text { .. } | How::State { .. } => Stage::Params,
            How::Form { .. } => Stage::Body,
            How::Typed { stage, .. } => *stage,
        }
    }

    fn describe(&self, into: &mut Vec<Described>) {
        let (name, at) = (self.name, self.at);
        let mut say = |need| into.push(Described { name, at, need });
        match &self.how {
            How::Text {
                source, default, ..
            } => {
                if *source == Source::Path {
                    say(Need::Path);
                }
                if let Some(Err(error)) = default.map(|default| default()) {
                    say(Need::BadDefault(error));
                }
            }
            How::Form { default, .. } => {
                if let Some(Err(error)) = default.map(|default| default()) {
                    say(Need::BadDefault(error));
                }
            }
            How::State { id, type_name, .. } => say(Need::State(*id, type_name)),
            How::Typed { needs, .. } => {
                let mut list = Needs::default();
                needs(&mut list);
                for (id, type_name) in list.states() {
                    say(Need::State(id, type_name));
                }
            }
        }
    }

    fn fill(&mut self, cx: &Cx) -> Result<(), BadInput> {
        match &self.how {
            How::Text {
                source,
                read,
                default,
            } => self.value = Some(text::read(cx, (*source, self.name), *read, *default)?),
            How::State { get, .. } => self.value = cx.state_with(*get),
            How::Form { .. } | How::Typed { .. } => {}
        }
        Ok(())
    }

    fn form_name(&self) -> Option<&'static str> {
        matches!(self.how, How::Form { .. }).then_some(self.name)
    }

    fn fill_form(&mut self, form: &mut Form) -> Result<(), BadInput> {
        if let How::Form { read, default } = &self.how {
            self.value = Some(form.field(self.name, *read, *default)?);
        }
        Ok(())
    }

    fn fill_later<'a>(&'a mut self, cx: &'a mut Cx) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            if let How::Typed { extract, .. } = &self.how {
                self.value = Some(extract(cx).await?);
            }
            Ok(())
        })
    }
}

/// Slots, one after another.
#[doc(hidden)]
pub trait SlotList: Send + 'static {
    fn slot(&mut self, index: usize) -> Option<&mut dyn AnySlot>;
}

/// Slots that turn into values once they are filled: `()` or `(Slot<A>, rest)`.
#[doc(hidden)]
pub trait Slots: SlotList + Sized {
    type Values: Send;

    /// The values, or `None` where a slot is empty.
    fn take(self) -> Option<Self::Values>;
}

impl SlotList for () {
    fn slot(&mut self, _index: usize) -> Option<&mut dyn AnySlot> {
        None
    }
}

impl Slots for () {
    type Values = ();

    fn take(self) -> Option<()> {
        Some(())
    }
}

impl<T: Send + 'static, R: SlotList> SlotList for (Slot<T>, R) {
    fn slot(&mut self, index: usize) -> Option<&mut dyn AnySlot> {
        match index {
            0 => Some(&mut self.0),
            index => self.1.slot(index - 1),
        }
    }
}

impl<T: Send + 'static, R: Slots> Slots for (Slot<T>, R) {
    type Values = (T, R::Values);

    fn take(self) -> Option<Self::Values> {
        Some((self.0.value?, self.1.take()?))
    }
}
