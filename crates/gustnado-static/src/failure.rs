//! Why a file is not had, and what the client is told of it. It must not know how it was looked
//! for.

use std::io;

use gustnado_core::{BoxError, Error};
use http::{HeaderValue, header};

/// Why a file is not had.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is not there, is no regular file, lies outside the root, or may not be read: a client
    /// cannot tell these apart.
    Missing,
    /// It was another one at every look.
    Changing,
    /// The system failed.
    Broken(BoxError),
}

/// Too many symbolic links. It has no stable `ErrorKind` yet.
const LOOP: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };

/// A socket, or a device that nothing is behind.
const NO_DEVICE: i32 = 6;

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{
            CrossesDevices, InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound,
            PermissionDenied,
        };
        match error.kind() {
            // The way leads out of the root, in the words of `openat2`.
            CrossesDevices => Self::Missing,
            NotFound | PermissionDenied | NotADirectory | IsADirectory | InvalidFilename
            | InvalidInput => Self::Missing,
            _ if cfg!(unix)
                && error
                    .raw_os_error()
                    .is_some_and(|code| [LOOP, NO_DEVICE].contains(&code)) =>
            {
                Self::Missing
            }
            _ => Self::Broken(error.into()),
        }
    }
}

impl From<tokio::task::JoinError> for Failure {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Broken(error.into())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Missing => nothing_here(),
            Failure::Changing => Self::new(503, "the file keeps changing while it is read")
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("1")),
            Failure::Broken(source) => Self::internal(source),
        }
    }
}

/// 404, in the words that the router uses.
pub(crate) fn nothing_here() -> Error {
    Error::new(404, "there is nothing at this path")
}
