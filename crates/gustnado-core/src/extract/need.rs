//! What an input says of itself before there is a request: when it is read, and what it needs. It
//! must not know how it is read.

use std::{any::TypeId, panic::Location};

use super::{bounds::Bounds, unreadable::ParamError};
use crate::describe::{Count, Operation, Parameter, Place, TextKind};

/// When an input is read. A stage is finished before the next begins, so that a 401 comes before
/// a 400, and the body is not touched until everything else is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Who is asking.
    Auth,
    /// Values in the head of the request. An error that lists bad inputs is told together with
    /// those of the handler's other inputs.
    Params,
    /// Anything that waits, such as a look-up in a database.
    Async,
    /// The body. One input of a verb at most.
    Body,
}

impl Stage {
    /// The last of these stages: when an input that is made of others can be read by itself.
    #[doc(hidden)]
    #[must_use]
    pub const fn latest(stages: &[Self]) -> Self {
        let mut latest = Self::Auth;
        let mut index = 0;
        while index < stages.len() {
            if stages[index] as u8 > latest as u8 {
                latest = stages[index];
            }
            index += 1;
        }
        latest
    }
}

/// What an input uses.
#[derive(Debug, Default)]
pub struct Needs {
    list: Vec<Needed>,
    through: Vec<&'static str>,
}

/// One thing that is needed, and the types of the inputs that lead to it.
#[derive(Debug)]
pub(super) struct Needed {
    pub(super) through: Vec<&'static str>,
    pub(super) need: Need,
}

impl Needed {
    /// What is needed by the input itself.
    pub(super) fn of(need: Need) -> Self {
        let through = Vec::new();
        Self { through, need }
    }
}

impl Needs {
    /// Shared state of this type is used.
    pub fn state<T: 'static>(&mut self) {
        let need = Need::State(TypeId::of::<T>(), std::any::type_name::<T>());
        self.push(Needed::of(need));
    }

    /// Notes what the input of this type needs as needed by way of it.
    pub(super) fn through(&mut self, type_name: &'static str, needs: fn(&mut Self)) {
        self.through.push(type_name);
        needs(self);
        self.through.pop();
    }

    pub(super) fn push(&mut self, mut needed: Needed) {
        needed.through.splice(..0, self.through.iter().copied());
        self.list.push(needed);
    }

    pub(super) fn into_list(self) -> Vec<Needed> {
        self.list
    }
}

/// What an input says of itself at start-up.
#[doc(hidden)]
#[derive(Debug)]
pub(crate) struct Described {
    /// The field or argument; behind a dot, the field of the group it is.
    pub(crate) name: String,
    pub(crate) at: &'static Location<'static>,
    /// The types of the inputs that lead to what is needed.
    pub(crate) through: Vec<&'static str>,
    pub(crate) need: Need,
}

/// What an input needs to be there, what is wrong with it, or what it says of itself.
#[derive(Debug, Clone)]
pub(crate) enum Need {
    State(TypeId, &'static str),
    BadOption(String),
    /// Nothing more than text, of which this is said.
    Text(Said),
    /// Nothing more than its type knows, which says what it is.
    Typed(fn(&mut Operation)),
}

/// A value that is read from text: what is said of it, and what is wrong with its options.
pub(super) struct AboutText {
    pub(super) said: Said,
    pub(super) problems: Vec<String>,
}

impl AboutText {
    /// `file`: it is one, which no bounds hold for. `default`: why its default cannot be used.
    pub(super) fn new(said: Said, file: bool, default: Option<ParamError>) -> Self {
        let mut problems = Vec::new();
        if file && said.bounds.is_some_and(Bounds::bound_something) {
            problems.push("bounds hold for text, and it is a file".into());
        }
        problems.extend(said.bounds.and_then(Bounds::problem));
        problems.extend(default.map(|error| format!("its default cannot be used: {error}")));
        Self { said, problems }
    }
}

/// What is said of a value that is read from text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) place: Place,
    /// Its name there.
    pub(crate) name: &'static str,
    pub(super) kind: fn() -> TextKind,
    pub(super) count: Count,
    pub(super) has_default: bool,
    pub(super) bounds: Option<&'static Bounds>,
}

impl Said {
    /// The same in full.
    pub(crate) fn parameter(self) -> Parameter {
        let kind = (self.kind)();
        let (default, doc) = self.bounds.map(Bounds::said).unwrap_or_default();
        Parameter {
            place: self.place,
            name: self.name.into(),
            kind: match self.bounds {
                Some(bounds) => bounds.narrow(kind),
                None => kind,
            },
            count: self.count,
            has_default: self.has_default,
            default,
            doc,
        }
    }
}
