//! The places a handler's inputs are put in: what is wanted, how it is had, and in the end the
//! value. Everything that acts on them is written once, over `dyn`, so that a handler costs tables
//! and no code.

use std::{any::TypeId, fmt, panic::Location};

use super::{
    BoxFuture,
    bounds::Bounds,
    context::Cx,
    need::{Described, Need, Needed, Needs, Stage},
    text::{self, Source, Values, Wanted},
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
        bounds: Option<&'static Bounds>,
    },
    State {
        id: TypeId,
        type_name: &'static str,
        get: fn(&State) -> Option<T>,
    },
    Typed {
        stage: Stage,
        type_name: &'static str,
        needs: fn(&mut Needs),
        extract: for<'a> fn(&'a mut Cx) -> BoxFuture<'a, Result<T, Error>>,
    },
    /// Of slots of its own, each of which is filled in its stage.
    Group(Box<dyn Group<T>>),
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

    /// Fills a slot that is [`Kind::Plain`].
    fn fill(&mut self, cx: &Cx) -> Result<(), BadInput>;

    /// Fills a slot that is [`Kind::Typed`].
    fn fill_later<'a>(&'a mut self, cx: &'a mut Cx) -> BoxFuture<'a, Result<(), Error>>;
}

/// What is to be done to fill a slot.
#[doc(hidden)]
#[allow(
    missing_debug_implementations,
    reason = "slots have no form to be shown in"
)]
pub enum Kind<'s> {
    /// It is filled at once, in [`Stage::Params`].
    Plain,
    /// Its type says when, and how.
    Typed(Stage),
    /// It has slots of its own.
    Group(&'s mut dyn SlotList),
}

impl<T: Send> AnySlot for Slot<T> {
    fn kind(&mut self) -> Kind<'_> {
        match &mut self.how {
            How::Text { .. } | How::State { .. } => Kind::Plain,
            How::Typed { stage, .. } => Kind::Typed(*stage),
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
        match &mut self.how {
            How::Text {
                source,
                default,
                bounds,
                ..
            } => {
                if *source == Source::Path {
                    say(Vec::new(), Need::Path);
                }
                if let Some(problem) = bounds.and_then(Bounds::problem) {
                    say(Vec::new(), Need::BadOption(problem));
                }
                if let Some(Err(error)) = default.map(|default| default()) {
                    let problem = format!("its default cannot be used: {error}");
                    say(Vec::new(), Need::BadOption(problem));
                }
            }
            How::State { id, type_name, .. } => say(Vec::new(), Need::State(*id, type_name)),
            How::Typed {
                type_name, needs, ..
            } => {
                let mut list = Needs::default();
                list.through(type_name, *needs);
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

    fn fill(&mut self, cx: &Cx) -> Result<(), BadInput> {
        match &self.how {
            How::Text {
                source,
                read,
                default,
                bounds,
            } => {
                let wanted = Wanted {
                    source: *source,
                    name: self.name,
                    bounds: *bounds,
                };
                self.value = Some(text::read(cx, &wanted, *read, *default)?);
            }
            How::State { get, .. } => self.value = cx.state_with(*get),
            How::Typed { .. } | How::Group(_) => {}
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
        Some((self.0.take()?, self.1.take()?))
    }
}
