//! What an input says of itself before there is a request: when it is read, and what it needs. It
//! must not know how it is read.

use std::{any::TypeId, panic::Location};

use super::unreadable::ParamError;

/// When an input is read. A stage is finished before the next begins, so that a 401 comes before
/// a 400, and the body is not touched until everything else is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Who is asking.
    Auth,
    /// Values in the head of the request.
    Params,
    /// Anything that waits, such as a look-up in a database.
    Async,
    /// The body. One input of a verb at most.
    Body,
}

/// The shared state that an input uses.
#[derive(Debug, Default)]
pub struct Needs {
    states: Vec<(TypeId, &'static str)>,
}

impl Needs {
    /// Shared state of this type is used.
    pub fn state<T: 'static>(&mut self) {
        self.states
            .push((TypeId::of::<T>(), std::any::type_name::<T>()));
    }

    pub(super) fn states(self) -> impl Iterator<Item = (TypeId, &'static str)> {
        self.states.into_iter()
    }
}

/// What an input says of itself at start-up.
#[doc(hidden)]
#[derive(Debug)]
pub struct Described {
    pub(crate) name: &'static str,
    pub(crate) at: &'static Location<'static>,
    pub(crate) need: Need,
}

/// What an input needs to be there, or is wrong with it.
#[derive(Debug, Clone)]
pub(crate) enum Need {
    Path,
    State(TypeId, &'static str),
    BadDefault(ParamError),
}
