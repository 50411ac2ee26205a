//! What an application is put together from, as it was given. It must not know what is wrong with
//! it.

use std::{panic::Location, sync::Arc};

use crate::{handler::Definition, mount::Mount};

/// A handler as it was added.
pub(super) struct AddedHandler {
    pub(super) handler: Definition,
    pub(super) template: String,
}

/// A mount as it was added.
pub(super) struct AddedMount {
    pub(super) prefix: String,
    pub(super) mount: Arc<dyn Mount>,
    /// Where it was added.
    pub(super) at: &'static Location<'static>,
}
