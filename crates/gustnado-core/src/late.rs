//! A body that comes too slowly: what its reader is told. It must not know clocks.

use std::{fmt, time::Duration};

/// Which bound on the time of a body has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooSlow {
    /// Not one byte came for this long.
    Silent(Duration),
    /// Fewer bytes a second, on average, than these.
    Slow(usize),
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(time) => write!(f, "no byte of the body came for {time:?}"),
            Self::Slow(rate) => write!(
                f,
                "the body came slower than the {rate} bytes a second it has to come with"
            ),
        }
    }
}

impl std::error::Error for TooSlow {}
