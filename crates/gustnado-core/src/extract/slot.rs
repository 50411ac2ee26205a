//! The places a handler's inputs are put in: what is wanted, how it is had, and in the end the
//! value. Everything that acts on them is written once, over `dyn`, so that a handler costs tables
//! and no code.

use std::{any::TypeId, fmt, panic::Location};

use super::{
    BoxFuture,
    bounds::Bounds,
    context::Cx,
    form::{Form, Wish},
    need::{Described, Need, Needed, Needs, Said, Stage},
    text::{self, Reader, Source, Wanted},
    unreadable::{ParamError, ValueError},
};
use crate::{
    describe::{Count, Operation, Place, TextKind},
    error::{BadInput, Error},
    state::State,
};

/// The place of one input.
#[doc(hidden)]
pub struct Slot<T: 'static> {
    name: &'static str,
    at: &'static Location<'static>,
    how: How<T>,
    value: Option<T>,
}

/// How the value of a slot is had. The functions are stored, so that a bound on `T` is asked for
/// in one place only and a wrong type is one error.
pub(super) enum How<T: 'static> {
    Text {
        source: Source,
        reader: &'static Reader<T>,
        default: Option<fn() -> Result<T, ParamError>>,
        bounds: Option<&'static Bounds>,
    },
    /// A field of a form.
    Form {
        reader: &'static FormReader<T>,
        default: Option<fn() -> Result<T, ParamError>>,
        bounds: Option<&'static Bounds>,
    },
    State {
        id: TypeId,
        type_name: &'static str,
        get: fn(&State) -> Option<T>,
    },
    Typed(&'static Typed<T>),
    /// Of slots of its own, each of which is filled in its stage.
    Group(Box<dyn Group<T>>),
}

/// What a type that is read from fields of a form knows.
pub(super) struct FormReader<T> {
    pub(super) read: fn(&mut Form, &Wish) -> Result<T, ValueError>,
    pub(super) kind: fn() -> TextKind,
    pub(super) count: Count,
    /// Whether it is a file, which no bounds hold for.
    pub(super) file: bool,
}

/// What a type that is an input knows.
pub(super) struct Typed<T> {
    pub(super) stage: Stage,
    pub(super) type_name: fn() -> &'static str,
    pub(super) needs: fn(&mut Needs),
    pub(super) describe: fn(&mut Operation),
    pub(super) at_once: fn(&mut Cx) -> Option<Result<T, Error>>,
    pub(super) extract: for<'a> fn(&'a mut Cx) -> BoxFuture<'a, Result<T, Error>>,
}

/// The slots of a group, and what becomes of them.
pub(super) trait Group<T>: Send {
    fn slots(&mut self) -> &mut dyn SlotList;

    /// The group, or `None` where a slot is empty.
    fn take(self: Box<Self>) -> Option<T>;
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

    /// Whether it is read in [`Stage::Auth`], or a slot of the group that it is.
    #[inline]
    fn asks_who(&mut self) -> bool {
        match &mut self.how {
            How::Typed(typed) => typed.stage == Stage::Auth,
            How::Group(group) => group.slots().asks_who(),
            How::Text { .. } | How::Form { .. } | How::State { .. } => false,
        }
    }

    fn take(self) -> Option<T> {
        match self.how {
            How::Group(group) => group.take(),
            _ => self.value,
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
    fn kind(&mut self) -> Kind<'_>;

    fn describe(&mut self, into: &mut Vec<Described>);

    /// Fills a slot that is [`Single::Plain`]: `None`, also where it is put on the list of what
    /// cannot be used. Says what is to be done to fill another.
    fn fill(&mut self, cx: &Cx, bad: &mut Vec<BadInput>) -> Option<Kind<'_>>;

    /// Fills a slot that is [`Single::Form`].
    fn fill_form(&mut self, form: &mut Form) -> Result<(), BadInput>;

    /// Fills a slot that is [`Single::Typed`] without waiting. `None`: it cannot be.
    fn fill_now(&mut self, cx: &mut Cx) -> Option<Result<(), Error>>;

    /// Fills a slot that is [`Single::Typed`].
    fn fill_later<'a>(&'a mut self, cx: &'a mut Cx) -> BoxFuture<'a, Result<(), Error>>;
}

/// What is to be done to fill a slot.
#[doc(hidden)]
#[allow(
    missing_debug_implementations,
    reason = "slots have no form to be shown in"
)]
pub enum Kind<'s> {
    Single(Single),
    /// It has slots of its own.
    Group(&'s mut dyn SlotList),
}

/// What is to be done to fill a slot that is no group.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Single {
    /// It is filled at once, in [`Stage::Params`].
    Plain,
    /// It is filled in [`Stage::Body`], out of the field of this name.
    Form(&'static str),
    /// Its type says when, and how.
    Typed(Stage),
}

impl<T: Send + 'static> AnySlot for Slot<T> {
    fn kind(&mut self) -> Kind<'_> {
        match &mut self.how {
            How::Text { .. } | How::State { .. } => Kind::Single(Single::Plain),
            How::Form { .. } => Kind::Single(Single::Form(self.name)),
            How::Typed(typed) => Kind::Single(Single::Typed(typed.stage)),
            How::Group(group) => Kind::Group(group.slots()),
        }
    }

    fn describe(&mut self, into: &mut Vec<Described>) {
        let (name, at) = (self.name, self.at);
        let mut say = |through, need| {
            let name = name.into();
            into.push(Described {
                name,
                at,
                through,
                need,
            });
        };
        if let Some((said, problems)) = self.how.said(name) {
            say(Vec::new(), Need::Text(said));
            for problem in problems {
                say(Vec::new(), Need::BadOption(problem));
            }
        }
        match &mut self.how {
            How::Text { .. } | How::Form { .. } => {}
            How::State { id, type_name, .. } => say(Vec::new(), Need::State(*id, type_name)),
            How::Typed(typed) => {
                let mut list = Needs::default();
                list.through((typed.type_name)(), typed.needs);
                say(Vec::new(), Need::Typed(typed.describe));
                for Needed { through, need } in list.into_list() {
                    say(through, need);
                }
            }
            How::Group(group) => {
                let inner = describe(group.slots()).into_iter();
                into.extend(inner.map(|described| Described {
                    name: format!("{name}.{}", described.name),
                    ..described
                }));
            }
        }
    }

    fn fill(&mut self, cx: &Cx, bad: &mut Vec<BadInput>) -> Option<Kind<'_>> {
        match &self.how {
            How::Text {
                source,
                reader,
                default,
                bounds,
            } => {
                let wanted = Wanted {
                    source: *source,
                    name: self.name,
                    bounds: *bounds,
                };
                match text::read(cx, &wanted, reader, *default) {
                    Ok(value) => self.value = Some(value),
                    Err(error) => bad.push(error),
                }
                None
            }
            How::State { get, .. } => {
                self.value = cx.state_with(*get);
                None
            }
            How::Form { .. } | How::Typed(_) | How::Group(_) => Some(self.kind()),
        }
    }

    fn fill_form(&mut self, form: &mut Form) -> Result<(), BadInput> {
        if let How::Form {
            reader,
            default,
            bounds,
        } = &self.how
        {
            let wish = Wish {
                name: self.name,
                bounds: *bounds,
            };
            self.value = Some(form.field(&wish, reader.read, *default)?);
        }
        Ok(())
    }

    fn fill_now(&mut self, cx: &mut Cx) -> Option<Result<(), Error>> {
        let How::Typed(typed) = &self.how else {
            return None;
        };
        let read = (typed.at_once)(cx)?;
        Some(read.map(|value| self.value = Some(value)))
    }

    fn fill_later<'a>(&'a mut self, cx: &'a mut Cx) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            if let How::Typed(typed) = &self.how {
                self.value = Some((typed.extract)(cx).await?);
            }
            Ok(())
        })
    }
}

impl<T> How<T> {
    /// What is said of a value that is read from text, and what is wrong with its options.
    fn said(&self, name: &'static str) -> Option<(Said, Vec<String>)> {
        let (place, (kind, count, file), default, bounds) = match self {
            Self::Text {
                source,
                reader,
                default,
                bounds,
            } => {
                let of_type = (reader.kind, reader.count, false);
                (source.place(), of_type, *default, *bounds)
            }
            Self::Form {
                reader,
                default,
                bounds,
            } => {
                let of_type = (reader.kind, reader.count, reader.file);
                (Place::Form, of_type, *default, *bounds)
            }
            Self::State { .. } | Self::Typed(_) | Self::Group(_) => return None,
        };
        let said = Said {
            place,
            name,
            kind,
            count,
            has_default: default.is_some(),
            bounds,
        };
        let mut problems = Vec::new();
        if file && bounds.is_some_and(Bounds::bound_something) {
            problems.push("bounds hold for text, and it is a file".into());
        }
        problems.extend(bounds.and_then(Bounds::problem));
        let default = default.and_then(|default| default().err());
        problems.extend(default.map(|error| format!("its default cannot be used: {error}")));
        Some((said, problems))
    }
}

/// What slots say of themselves at start-up.
pub(super) fn describe(slots: &mut dyn SlotList) -> Vec<Described> {
    let mut described = Vec::new();
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        slot.describe(&mut described);
        index += 1;
    }
    described
}

/// Does this with each slot, and in place of a group with each slot in it.
pub(super) fn each<F>(slots: &mut dyn SlotList, act: &mut F)
where
    F: FnMut(&mut dyn AnySlot, Single),
{
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        match slot.kind() {
            Kind::Single(single) => act(slot, single),
            Kind::Group(slots) => each(slots, act),
        }
        index += 1;
    }
}

/// Slots, one after another.
#[doc(hidden)]
pub trait SlotList: Send + 'static {
    fn slot(&mut self, index: usize) -> Option<&mut dyn AnySlot>;

    /// Whether one of them is read in [`Stage::Auth`].
    fn asks_who(&mut self) -> bool;
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

    fn asks_who(&mut self) -> bool {
        false
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

    fn asks_who(&mut self) -> bool {
        self.0.asks_who() || self.1.asks_who()
    }
}

impl<T: Send + 'static, R: Slots> Slots for (Slot<T>, R) {
    type Values = (T, R::Values);

    fn take(self) -> Option<Self::Values> {
        Some((self.0.take()?, self.1.take()?))
    }
}
