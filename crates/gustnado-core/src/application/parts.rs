//! What an application is put together from, as it was given. It must not know what is wrong with
//! it.

use std::{panic::Location, sync::Arc};

use crate::{handler::Verb, mount::Mount};

/// A handler as it was added.
pub(super) struct AddedHandler {
    pub(super) name: &'static str,
    pub(super) template: String,
    pub(super) verbs: &'static [Verb],
    /// Where its struct is written.
    pub(super) at: &'static Location<'static>,
}

/// A mount as it was added.
pub(super) struct AddedMount {
    pub(super) prefix: String,
    pub(super) mount: Arc<dyn Mount>,
    /// Where it was added.
    pub(super) at: &'static Location<'static>,
}
