//! A descriptor kept for when there are no others, so that whoever connects then is sent away
//! instead of waiting for nobody knows how long. It must not know how sockets are accepted.

use std::{fs::File, future::Future, io};

use crate::connection::Socket;

/// A descriptor that can be given up for a moment.
pub(super) struct Reserve(Option<File>);

impl Default for Reserve {
    fn default() -> Self {
        Self(spare())
    }
}

impl Reserve {
    /// Where `error` says that no descriptor is left, gives the spare one up, accepts one
    /// connection and closes it. Says whether it did.
    pub(super) async fn shed<F>(&mut self, error: &io::Error, accept: impl FnOnce() -> F) -> bool
    where
        F: Future<Output = Option<Socket>>,
    {
        if !is_of_descriptors(error) {
            return false;
        }
        drop(self.0.take());
        let socket = accept().await;
        let shed = socket.is_some();
        drop(socket);
        self.0 = spare();
        shed
    }
}

fn spare() -> Option<File> {
    File::open(if cfg!(windows) { "NUL" } else { "/dev/null" }).ok()
}

#[cfg(unix)]
fn is_of_descriptors(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let code = error.raw_os_error();
    [Errno::MFILE, Errno::NFILE]
        .map(|errno| Some(errno.raw_os_error()))
        .contains(&code)
}

#[cfg(not(unix))]
fn is_of_descriptors(_error: &io::Error) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn a_process_and_a_system_without_descriptors_are_told_from_other_errors() {
        let table = [
            (Errno::MFILE, true),
            (Errno::NFILE, true),
            (Errno::NOBUFS, false),
            (Errno::CONNABORTED, false),
        ];
        for (errno, expected) in table {
            assert_eq!(is_of_descriptors(&errno.into()), expected, "{errno:?}");
        }
    }
}
