//! From all that was said to sockets that listen, or to all that is wrong with it. It must not know
//! how a socket of one kind is had.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr, ToSocketAddrs},
    sync::Arc,
};

#[cfg(unix)]
use super::unix::{self, SocketFile};
use super::{
    Acceptor, Listen, ListenAddr, Listener, What,
    inherited::{Lock, Passed},
    tcp::{self, Manner},
    text::{self, Said},
};
#[cfg(feature = "tls")]
use crate::server::tls::Tls;
use crate::{limits::Limits, server::arrive::Way};

/// Why there is nothing to listen on: all that is wrong, each with what was asked for.
///
/// Its `Display` and its `Debug` are the same list.
pub struct ListenError {
    problems: Vec<(String, io::Error)>,
}

/// What was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Each with the place of what asked for it.
    pub(crate) listeners: Vec<(usize, Listener)>,
    /// The address of each.
    pub(crate) addrs: Vec<ListenAddr>,
    /// What connections to each go through.
    pub(crate) ways: Vec<Arc<Way>>,
    /// The certificates that are in use.
    #[cfg(feature = "tls")]
    pub(crate) tls: Vec<Tls>,
    /// The files that we made and are to remove, each with that place.
    #[cfg(unix)]
    pub(crate) files: Vec<(usize, SocketFile)>,
}

impl Opened {
    /// All listeners inside the runtime that this is called in; the files stay.
    pub(crate) fn enter(&mut self) -> io::Result<Vec<Acceptor>> {
        let listeners = std::mem::take(&mut self.listeners).into_iter();
        listeners.map(|(_, listener)| listener.enter()).collect()
    }
}

/// Opens all that was said.
pub(crate) fn open(listens: &[Listen], limits: &Limits) -> Result<Opened, ListenError> {
    let mut lock = Lock::take();
    let mut opening = Opening {
        passed: lock.passed(),
        backlog: limits.backlog,
        v4: Vec::new(),
        opened: Opened {
            listeners: Vec::new(),
            addrs: Vec::new(),
            ways: Vec::new(),
            #[cfg(feature = "tls")]
            tls: listens
                .iter()
                .filter_map(|listen| listen.wanted.tls.clone())
                .collect(),
            #[cfg(unix)]
            files: Vec::new(),
        },
    };
    let said: Vec<_> = listens.iter().map(read).collect();
    opening.v4 = said
        .iter()
        .filter_map(|said| all_of_v4(said.as_ref().ok()?))
        .collect();
    let mut problems = Vec::new();
    for (place, (listen, said)) in listens.iter().zip(said).enumerate() {
        let way = listen.wanted.open(limits).unwrap_or_else(|wrong| {
            let wrong = wrong
                .into_iter()
                .map(|text| (listen.to_string(), invalid(text)));
            problems.extend(wrong);
            Way::default()
        });
        if let Err(error) = said.and_then(|said| opening.add(place, listen, said, way)) {
            problems.push((listen.to_string(), error));
        }
    }
    if listens.is_empty() {
        problems.push(("nothing".into(), invalid("no address was given")));
    }
    if !problems.is_empty() {
        return Err(ListenError { problems });
    }
    opening.passed.warn_of_rest();
    Ok(opening.opened)
}

struct Opening<'a> {
    passed: &'a mut Passed,
    backlog: i32,
    /// The ports that are asked for on all of IPv4.
    v4: Vec<u16>,
    opened: Opened,
}

impl Opening<'_> {
    fn add(&mut self, place: usize, listen: &Listen, said: Said, way: Way) -> io::Result<()> {
        let way = Arc::new(way);
        let (mut handed, with_file) = self.passed.take_handed(place).map_err(invalid)?;
        let fits = |listener: &Listener| listener.addr().is_ok_and(|addr| fits(&said, &addr));
        if !handed.iter().all(fits) {
            // A program that was restarted asks for something else than before.
            handed.clear();
        }
        #[cfg(unix)]
        if with_file
            && !handed.is_empty()
            && let Said::Unix(path) = &said
        {
            self.opened.files.push((place, SocketFile::of(path)?));
        }
        let listeners = if handed.is_empty() {
            self.get(place, listen, said)?
        } else {
            handed
        };
        for listener in listeners {
            self.opened.addrs.push(listener.addr()?);
            self.opened.ways.push(Arc::clone(&way));
            self.opened.listeners.push((place, listener));
        }
        Ok(())
    }

    fn get(&mut self, place: usize, listen: &Listen, said: Said) -> io::Result<Vec<Listener>> {
        match said {
            Said::Addr(addr) => self.tcp(&[addr]),
            Said::Host(host, port) => {
                let mut addrs = Vec::new();
                for addr in (&*host, port).to_socket_addrs()? {
                    if let Err(at) = addrs.binary_search(&addr) {
                        addrs.insert(at, addr);
                    }
                }
                if addrs.is_empty() {
                    return Err(invalid("the name has no address"));
                }
                self.tcp(&addrs)
            }
            Said::Inherited(name) => self.passed.take_named(name.as_deref()).map_err(invalid),
            Said::Fd(number) => self.passed.take_number(number).map_err(invalid),
            #[cfg(unix)]
            Said::Unix(path) => {
                if let Some(listener) = self.passed.take_addr(&ListenAddr::Unix(path.clone())) {
                    return Ok(vec![listener]);
                }
                let (listener, file) = unix::listen(&path, listen.mode, self.backlog)?;
                self.opened.files.push((place, file));
                Ok(vec![listener])
            }
            #[cfg(not(unix))]
            Said::Unix(_) => Err(invalid(format!("{listen} is for Unix"))),
        }
    }

    fn tcp(&mut self, addrs: &[SocketAddr]) -> io::Result<Vec<Listener>> {
        let manner = Manner {
            backlog: self.backlog,
            only_v6: addrs.iter().any(|addr| self.v4.contains(&addr.port())),
        };
        tcp::listen(addrs, manner, self.passed)
    }
}

fn read(listen: &Listen) -> io::Result<Said> {
    let said = match &listen.what {
        What::Text(text) => text::read(text),
        What::Tcp(text) => text::read_tcp(text),
        What::Unix(path) => Ok(Said::Unix(path.clone())),
        What::Inherited(name) => Ok(Said::Inherited(name.clone())),
    };
    let said = said.map_err(invalid)?;
    match (&said, listen.mode) {
        (Said::Unix(_), Some(mode)) if mode > 0o777 => Err(invalid(format!(
            "the mode {mode:#o} is none: it has three digits of octal"
        ))),
        (Said::Unix(_), _) | (_, None) => Ok(said),
        (_, Some(_)) => Err(invalid("only a Unix socket that we make has a `mode`")),
    }
}

/// Whether a socket at this address is what is asked for.
fn fits(said: &Said, addr: &ListenAddr) -> bool {
    match (said, addr) {
        (Said::Addr(asked), ListenAddr::Tcp(addr)) => {
            asked.ip() == addr.ip() && [0, addr.port()].contains(&asked.port())
        }
        (Said::Host(_, port), ListenAddr::Tcp(addr)) => [0, addr.port()].contains(port),
        (Said::Unix(asked), ListenAddr::Unix(path)) => asked == path,
        (Said::Addr(_) | Said::Host(..), ListenAddr::Unix(_)) => false,
        (Said::Unix(_), ListenAddr::Tcp(_)) => false,
        (Said::Fd(_) | Said::Inherited(_), _) => true,
    }
}

fn all_of_v4(said: &Said) -> Option<u16> {
    match said {
        Said::Addr(addr) if addr.ip() == Ipv4Addr::UNSPECIFIED && addr.port() != 0 => {
            Some(addr.port())
        }
        _ => None,
    }
}

fn invalid(text: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text.into())
}

impl ListenError {
    /// Each thing that is wrong: what was asked for, and why it cannot be had.
    pub fn problems(&self) -> impl Iterator<Item = (&str, &io::Error)> {
        self.problems.iter().map(|(asked, error)| (&**asked, error))
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [(asked, error)] = &self.problems[..] {
            return write!(f, "cannot listen on {asked}: {error}");
        }
        f.write_str("cannot listen:")?;
        for (asked, error) in &self.problems {
            write!(f, "\n  - on {asked}: {error}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ListenError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_over_has_to_fit_what_is_asked_for() {
        let tcp = ListenAddr::Tcp("127.0.0.1:80".parse().unwrap());
        let unix = ListenAddr::Unix("/run/app.sock".into());
        let table = [
            ("127.0.0.1:80", true, false),
            ("127.0.0.1:0", true, false),
            ("127.0.0.1:81", false, false),
            ("0.0.0.0:80", false, false),
            ("localhost:80", true, false),
            ("localhost:81", false, false),
            ("unix:/run/app.sock", false, true),
            ("unix:/run/other.sock", false, false),
            ("systemd:http", true, true),
        ];
        for (text, fits_tcp, fits_unix) in table {
            let said = text::read(text).unwrap();
            assert_eq!(fits(&said, &tcp), fits_tcp, "{text}");
            assert_eq!(fits(&said, &unix), fits_unix, "{text}");
        }
    }
}
