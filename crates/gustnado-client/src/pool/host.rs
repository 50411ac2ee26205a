//! The connections to one host: those that are idle, the one that is shared, and the line for them. It
//! must not know other hosts, nor who is next among all.

use std::collections::VecDeque;

use tokio::{runtime, time::Instant};

use super::{line::Line, pooled::Pooled};
use crate::url::{Origin, Scheme};

#[derive(Debug)]
pub(super) struct Host<C> {
    /// Connections, those that are being opened included.
    pub(super) open: usize,
    pub(super) opening: usize,
    /// Open one at a time: it may turn out that several requests can share it.
    pub(super) one_by_one: bool,
    pub(super) shared: Option<C>,
    /// The one that was used last is at the back.
    pub(super) idle: VecDeque<Idle<C>>,
    pub(super) line: Line<C>,
}

#[derive(Debug)]
pub(super) struct Idle<C> {
    pub(super) connection: C,
    pub(super) since: Instant,
}

impl<C> Host<C> {
    pub(super) fn new(origin: &Origin) -> Self {
        Self {
            open: 0,
            opening: 0,
            one_by_one: origin.scheme == Scheme::Https,
            shared: None,
            idle: VecDeque::new(),
            line: Line::default(),
        }
    }

    /// Whether one more may be opened, of which it may have this many.
    pub(super) fn may_open(&self, most: usize) -> bool {
        self.open < most && !(self.one_by_one && self.opening > 0)
    }

    /// Whether nothing is left of it.
    pub(super) fn is_gone(&self) -> bool {
        self.open == 0 && self.idle.is_empty() && self.line.is_empty() && self.shared.is_none()
    }
}

impl<C: Pooled> Host<C> {
    /// The one that was used last by this runtime, or else by any: its socket's wake-ups come from
    /// where it was made.
    pub(super) fn take_idle(&mut self, runtime: runtime::Id) -> Option<Idle<C>> {
        let near = self
            .idle
            .iter()
            .rposition(|idle| idle.connection.runtime() == runtime);
        match near {
            Some(near) => self.idle.remove(near),
            None => self.idle.pop_back(),
        }
    }
}
