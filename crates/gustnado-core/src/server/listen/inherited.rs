//! Sockets that were passed to the program: [handed over](crate::server::handover) by another process
//! of it, or by the protocol of systemd, where `LISTEN_FDS` says how many, from descriptor 3 on,
//! `LISTEN_FDNAMES` their names and `LISTEN_PID` whom they are for. It must not know what the program
//! asked for.

use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(unix)]
use std::{
    iter,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::net::UnixStream,
    },
    sync::OnceLock,
};

use super::{ListenAddr, Listener};
#[cfg(unix)]
use crate::server::handover;

/// Begins the names under which one of our own programs passes sockets to the next: what follows
/// is the place of what was asked for, among all that was.
pub(in crate::server) const HANDED: &str = "gustnado.";

/// Ends such a name where the socket has a file that the one who passes it has made.
pub(in crate::server) const WITH_FILE: &str = ".file";

/// Begins the name under which one of our own programs passes the line to itself, which is no socket
/// that listens: what follows is what it starts the other one as.
pub(in crate::server) const LINE: &str = "gustnado-line.";

/// Open until the process ends, which says that it has.
#[cfg(unix)]
static PASSED_LINE: OnceLock<(String, UnixStream)> = OnceLock::new();

/// The line to the process that has started this one, and as what, if that is one of ours and the
/// sockets were looked at.
#[cfg(unix)]
pub(in crate::server) fn passed_line() -> Option<(&'static str, &'static UnixStream)> {
    PASSED_LINE.get().map(|(name, line)| (&**name, line))
}

/// The name that systemd gives to what has none.
#[cfg(unix)]
const NO_NAME: &str = "unknown";

/// The passed sockets that nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct Passed {
    sockets: Vec<PassedSocket>,
    /// Why those that another process of the program has handed over are not there.
    lost: Option<String>,
}

#[derive(Debug)]
struct PassedSocket {
    number: u32,
    name: String,
    /// Or why it is none.
    listener: Result<Listener, String>,
}

static PASSED: Mutex<Option<Passed>> = Mutex::new(None);

/// The lock on what was passed. The environment is read the first time only: from then on the
/// descriptors are ours, and not to be taken by numbers a second time.
pub(super) struct Lock(MutexGuard<'static, Option<Passed>>);

impl Lock {
    pub(super) fn take() -> Self {
        Self(PASSED.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn passed(&mut self) -> &mut Passed {
        self.0.get_or_insert_with(Passed::from_environment)
    }
}

impl Passed {
    #[cfg(unix)]
    fn from_environment() -> Self {
        match handover::take() {
            Ok(Some(handed)) => Self::handed(handed),
            Ok(None) => Self::by_systemd(),
            Err(error) => Self {
                sockets: Vec::new(),
                lost: Some(error.to_string()),
            },
        }
    }

    #[cfg(unix)]
    fn handed(handed: Vec<(String, OwnedFd)>) -> Self {
        let mut passed = Self::default();
        for (name, socket) in handed {
            if let Some(name) = name.strip_prefix(LINE) {
                let _ = PASSED_LINE.set((name.to_owned(), socket.into()));
                continue;
            }
            passed.sockets.push(PassedSocket {
                number: u32::try_from(socket.as_raw_fd()).unwrap_or(u32::MAX),
                name,
                listener: handed_listener(socket),
            });
        }
        passed
    }

    #[cfg(unix)]
    fn by_systemd() -> Self {
        use std::env;
        let names = env::var("LISTEN_FDNAMES").unwrap_or_default();
        let first = env::var("LISTEN_FDS_FIRST_FD").ok();
        let first = first.and_then(|first| first.parse().ok()).unwrap_or(3);
        // Takes the variables away, so that no child of ours believes that they are for it.
        let mut descriptors = listenfd::ListenFd::from_env();
        let numbers = (first..).take(descriptors.len());
        let names = names.split(':').chain(iter::repeat(NO_NAME));
        let mut passed = Self::default();
        for (index, (number, name)) in numbers.zip(names).enumerate() {
            let name = if name.is_empty() { NO_NAME } else { name };
            passed.sockets.push(PassedSocket {
                number,
                name: name.to_owned(),
                listener: listener(&mut descriptors, index),
            });
        }
        passed
    }

    #[cfg(not(unix))]
    fn from_environment() -> Self {
        Self::default()
    }

    /// The one that has this address.
    pub(super) fn take_addr(&mut self, addr: &ListenAddr) -> Option<Listener> {
        let has_it = |listener: &Listener| listener.addr().is_ok_and(|own| own == *addr);
        let found = |socket: &PassedSocket| socket.listener.as_ref().is_ok_and(has_it);
        let index = self.sockets.iter().position(found)?;
        self.sockets.remove(index).listener.ok()
    }

    /// Those that an earlier program of ours had opened for what is at this place, and whether it
    /// leaves their file to this one.
    pub(super) fn take_handed(&mut self, place: usize) -> Result<(Vec<Listener>, bool), String> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        let name = format!("{HANDED}{place}");
        let handed = self.take(|socket| socket.name == name)?;
        if !handed.is_empty() {
            return Ok((handed, false));
        }
        let name = name + WITH_FILE;
        let handed = self.take(|socket| socket.name == name)?;
        let with_file = !handed.is_empty();
        Ok((handed, with_file))
    }

    pub(super) fn take_number(&mut self, number: u32) -> Result<Vec<Listener>, String> {
        let taken = self.take(|socket| socket.number == number)?;
        self.some_of(taken, || format!("descriptor {number}"))
    }

    /// Those of this name, or all.
    pub(super) fn take_named(&mut self, name: Option<&str>) -> Result<Vec<Listener>, String> {
        let taken = self.take(|socket| name.is_none_or(|name| socket.name == name))?;
        self.some_of(taken, || match name {
            Some(name) => format!("a socket named {name:?}"),
            None => "a socket".to_owned(),
        })
    }

    fn some_of(
        &self,
        taken: Vec<Listener>,
        what: impl Fn() -> String,
    ) -> Result<Vec<Listener>, String> {
        if !taken.is_empty() {
            return Ok(taken);
        }
        let what = what();
        let names = self
            .sockets
            .iter()
            .map(|socket| format!("fd:{} ({})", socket.number, socket.name));
        let names: Vec<String> = names.collect();
        Err(if names.is_empty() {
            format!(
                "{what} was not passed to this process: LISTEN_FDS is not set for it, or used up"
            )
        } else {
            format!(
                "{what} was not passed to this process, but {}",
                names.join(", ")
            )
        })
    }

    fn take(&mut self, wanted: impl Fn(&PassedSocket) -> bool) -> Result<Vec<Listener>, String> {
        let (taken, left) = std::mem::take(&mut self.sockets)
            .into_iter()
            .partition(wanted);
        self.sockets = left;
        let taken: Vec<PassedSocket> = taken;
        taken.into_iter().map(|socket| socket.listener).collect()
    }

    /// Says which nobody has asked for: as a rule, an address that is meant to be the same is not.
    pub(super) fn warn_of_rest(&self) {
        for PassedSocket {
            number,
            name,
            listener,
        } in &self.sockets
        {
            let addr = match listener.as_ref().map(Listener::addr) {
                Ok(Ok(addr)) => addr.to_string(),
                Ok(Err(error)) => error.to_string(),
                Err(problem) => problem.clone(),
            };
            tracing::warn!(number, name, addr, "a passed socket was not asked for");
        }
    }
}

/// What another process of the program had opened.
#[cfg(unix)]
fn handed_listener(socket: OwnedFd) -> Result<Listener, String> {
    let addr = socket2::SockRef::from(&socket).local_addr();
    let addr = addr.map_err(|error| format!("cannot be asked for its address: {error}"))?;
    Ok(if addr.is_unix() {
        Listener::Unix(socket.into())
    } else {
        Listener::Tcp(socket.into())
    })
}

/// Takes a descriptor, if it listens. It closes when the program executes another.
#[cfg(unix)]
fn listener(descriptors: &mut listenfd::ListenFd, index: usize) -> Result<Listener, String> {
    let none = |_| "is no socket that listens for streams".to_owned();
    let listener = if let Ok(Some(listener)) = descriptors.take_tcp_listener(index) {
        Listener::Tcp(listener)
    } else {
        let listener = descriptors.take_unix_listener(index).map_err(none)?;
        Listener::Unix(listener.ok_or("was taken already")?)
    };
    let socket = socket2::SockRef::from(&listener);
    // Not on all systems can this be asked.
    if let Ok(false) = socket.is_listener() {
        return Err("is a socket that does not listen".to_owned());
    }
    let not_blocking = socket.set_nonblocking(true);
    not_blocking.map_err(|error| format!("cannot be made not to block: {error}"))?;
    Ok(listener)
}
