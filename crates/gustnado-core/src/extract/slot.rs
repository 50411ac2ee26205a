//! The places a handler's inputs are put in: what is wanted, how it is had, and in the end the
//! value. Everything that acts on them is written once, over `dyn`, so that a handler costs tables
//! and no code.

use std::{any::TypeId, fmt, panic::Location};

use super::{
    BoxFuture,
    bounds::Bounds,
    context::Cx,
    form::{Form, Wish},
    need::{AboutText, Described, Need, Needed, Needs, Stage},
    text::{DefaultOf, Reader, Source, TellText, Wanted},
};
use crate::{
    describe::{Operation, Place},
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
/// in one place only and a wrong type is one error; and what they are made of is compiled for the types
/// that are had that way, and no others.
pub(super) enum How<T: 'static> {
    Text {
        source: Source,
        reader: &'static Reader<T>,
        default: Option<DefaultOf<T>>,
        bounds: Option<&'static Bounds>,
    },
    /// A field of a form.
    Form {
        reader: &'static FormReader<T>,
        default: Option<DefaultOf<T>>,
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
    pub(super) read: ReadForm<T>,
    pub(super) tell: TellText<T>,
}

/// Reads an input. What cannot be used is put on the list.
type ReadForm<T> = fn(&mut Form, &Wish, Option<DefaultOf<T>>, &mut Vec<BadInput>) -> Option<T>;

/// What a type that is an input knows.
pub(super) struct Typed<T> {
    pub(super) of_input: OfInput,
    pub(super) at_once: fn(&mut Cx) -> Option<Result<T, Error>>,
    pub(super) extract: Extract<T>,
}

/// Reads an input, and puts it where it is wanted.
type Extract<T> = for<'a> fn(&'a mut Cx, &'a mut Option<T>) -> BoxFuture<'a, Result<(), Error>>;

/// What a type that is an input says of itself.
pub(super) struct OfInput {
    pub(super) stage: Stage,
    pub(super) type_name: fn() -> &'static str,
    pub(super) needs: fn(&mut Needs),
    pub(super) describe: fn(&mut Operation),
}

/// The slots of a group, and what becomes of them.
pub(super) trait Group<T>: Send {
    fn slots(&mut self) -> &mut dyn SlotList;

    /// The group, once its slots are filled.
    fn take(&mut self) -> T;
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
            How::Typed(typed) => typed.of_input.stage == Stage::Auth,
            How::Group(group) => group.slots().asks_who(),
            How::Text { .. } | How::Form { .. } | How::State { .. } => false,
        }
    }

    fn take(&mut self) -> T {
        match &mut self.how {
            How::Group(group) => group.take(),
            _ => match self.value.take() {
                Some(value) => value,
                None => left_empty(self.name),
            },
        }
    }
}

/// Does not happen where inputs say what they need: `build()` refuses what would be missing, and what cannot
/// be read ends the request. A panic, as what could be an error is compiled for each verb.
#[cold]
fn left_empty(name: &str) -> ! {
    panic!("the input `{name}` was left empty")
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({} at {})", self.name, self.at)
    }
}

/// A slot, whatever its type. What is here is compiled for each type, so it is little.
#[doc(hidden)]
pub trait AnySlot: Send {
    fn kind(&mut self) -> Kind<'_>;

    /// What it says of itself at start-up.
    fn about(&mut self) -> About<'_>;

    /// Fills a slot that is [`Single::Plain`]: `None`, also where it is put on the list of what
    /// cannot be used. Says what is to be done to fill another.
    fn fill(&mut self, cx: &Cx, bad: &mut Vec<BadInput>) -> Option<Kind<'_>>;

    /// Fills a slot that is [`Single::Form`], or puts it on the list of what cannot be used.
    fn fill_form(&mut self, form: &mut Form, bad: &mut Vec<BadInput>);

    /// Fills a slot that is [`Single::Typed`] without waiting. `None`: it cannot be.
    fn fill_now(&mut self, cx: &mut Cx) -> Option<Result<(), Error>>;

    /// Fills a slot that is [`Single::Typed`]. `None`: it is none.
    fn fill_later<'a>(&'a mut self, cx: &'a mut Cx) -> Option<BoxFuture<'a, Result<(), Error>>>;
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

/// What a slot says of itself at start-up.
#[doc(hidden)]
#[allow(
    missing_debug_implementations,
    reason = "slots have no form to be shown in"
)]
pub struct About<'s> {
    name: &'static str,
    at: &'static Location<'static>,
    told: Told<'s>,
}

/// What there is to say of it, as its value is had.
enum Told<'s> {
    Text(AboutText),
    State(TypeId, &'static str),
    Typed(&'static OfInput),
    Group(&'s mut dyn SlotList),
}

impl<T: Send + 'static> AnySlot for Slot<T> {
    fn kind(&mut self) -> Kind<'_> {
        match &mut self.how {
            How::Text { .. } | How::State { .. } => Kind::Single(Single::Plain),
            How::Form { .. } => Kind::Single(Single::Form(self.name)),
            How::Typed(typed) => Kind::Single(Single::Typed(typed.of_input.stage)),
            How::Group(group) => Kind::Group(group.slots()),
        }
    }

    fn about(&mut self) -> About<'_> {
        let (name, at) = (self.name, self.at);
        let told = match &mut self.how {
            How::Text {
                source,
                reader,
                default,
                bounds,
            } => {
                let place = source.place();
                Told::Text((reader.tell)(place, name, *default, *bounds))
            }
            How::Form {
                reader,
                default,
                bounds,
            } => {
                let place = Place::Form;
                Told::Text((reader.tell)(place, name, *default, *bounds))
            }
            How::State { id, type_name, .. } => Told::State(*id, type_name),
            How::Typed(typed) => Told::Typed(&typed.of_input),
            How::Group(group) => Told::Group(group.slots()),
        };
        About { name, at, told }
    }

    fn fill(&mut self, cx: &Cx, bad: &mut Vec<BadInput>) -> Option<Kind<'_>> {
        self.value = match &self.how {
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
                (reader.read)(cx, &wanted, *default, bad)
            }
            How::State { get, .. } => get(cx.shared_state()),
            How::Form { .. } | How::Typed(_) | How::Group(_) => return Some(self.kind()),
        };
        None
    }

    fn fill_form(&mut self, form: &mut Form, bad: &mut Vec<BadInput>) {
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
            self.value = (reader.read)(form, &wish, *default, bad);
        }
    }

    fn fill_now(&mut self, cx: &mut Cx) -> Option<Result<(), Error>> {
        let How::Typed(typed) = &self.how else {
            return None;
        };
        match (typed.at_once)(cx) {
            Some(Ok(value)) => {
                self.value = Some(value);
                Some(Ok(()))
            }
            Some(Err(error)) => Some(Err(error)),
            None => None,
        }
    }

    fn fill_later<'a>(&'a mut self, cx: &'a mut Cx) -> Option<BoxFuture<'a, Result<(), Error>>> {
        match &self.how {
            How::Typed(typed) => Some((typed.extract)(cx, &mut self.value)),
            _ => None,
        }
    }
}

/// What slots say of themselves at start-up.
pub(super) fn describe(slots: &mut dyn SlotList) -> Vec<Described> {
    let mut described = Vec::new();
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        tell(slot.about(), &mut described);
        index += 1;
    }
    described
}

fn tell(about: About<'_>, into: &mut Vec<Described>) {
    let About { name, at, told } = about;
    let mut say = |through, need| {
        let name = name.into();
        into.push(Described {
            name,
            at,
            through,
            need,
        });
    };
    match told {
        Told::Text(AboutText { said, problems }) => {
            say(Vec::new(), Need::Text(said));
            for problem in problems {
                say(Vec::new(), Need::BadOption(problem));
            }
        }
        Told::State(id, type_name) => say(Vec::new(), Need::State(id, type_name)),
        Told::Typed(typed) => {
            let mut list = Needs::default();
            list.through((typed.type_name)(), typed.needs);
            say(Vec::new(), Need::Typed(typed.describe));
            for Needed { through, need } in list.into_list() {
                say(through, need);
            }
        }
        Told::Group(slots) => {
            let inner = describe(slots).into_iter();
            into.extend(inner.map(|described| Described {
                name: format!("{name}.{}", described.name),
                ..described
            }));
        }
    }
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

    /// The values. They are there once the slots are filled, and once only.
    fn take(&mut self) -> Self::Values;
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

    fn take(&mut self) {}
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

    fn take(&mut self) -> Self::Values {
        (self.0.take(), self.1.take())
    }
}
