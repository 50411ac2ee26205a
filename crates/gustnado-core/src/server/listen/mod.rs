//! What a program listens on, as it is said. It must not know who accepts.
//!
//! - [`text`]: from a line of configuration.
//! - [`open`]: from all that was said to sockets, or to all that is wrong with it.
//! - [`tcp`], [`unix`], [`inherited`]: the ways to a socket.
//! - [`listener`]: a socket that listens, of whatever kind.

mod inherited;
mod listener;
mod open;
mod tcp;
mod text;
#[cfg(unix)]
mod unix;

use std::{
    fmt::{self, Display},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6},
    path::PathBuf,
};

use super::arrive::Wanted;
#[cfg(feature = "tls")]
use super::tls::Tls;
use crate::to_https::HttpsRedirect;

#[cfg(unix)]
pub(super) use inherited::{HANDED, LINE, WITH_FILE, passed_line};
pub(super) use listener::{Acceptor, Listener, Stream};
pub(super) use open::{Opened, open};
#[cfg(unix)]
pub(super) use unix::SocketFile;
pub use {listener::ListenAddr, open::ListenError};

/// Something to listen on: [`run`](crate::Application::run) takes one, or several.
///
/// Most are said as text, so that they can come from configuration:
///
/// | text | listens on |
/// |---|---|
/// | `127.0.0.1:8888`, `[::1]:8888` | this address; port 0 takes a free one |
/// | `0.0.0.0:8888` | all of IPv4 |
/// | `[::]:8888` | all of IPv6, and of IPv4 unless `0.0.0.0` is said for the same port |
/// | `localhost:8888` | every address that the name has |
/// | `unix:/run/app.sock` | a Unix socket |
/// | `systemd`, `systemd:http` | the sockets that systemd passes, all or those of a name |
/// | `fd:3` | one of them by its number |
///
/// ```no_run
/// # use gustnado_core as gustnado;
/// use gustnado::{Application, Listen};
///
/// # fn app() -> Application { Application::new() }
/// app().run("localhost:8888")?;
/// app().run(["0.0.0.0:80", "unix:/run/app.sock"])?;
/// app().run([Listen::tcp("[::]:80"), Listen::unix("/run/app.sock").mode(0o660)])?;
/// # Ok::<(), gustnado::RunError>(())
/// ```
///
/// # Passed sockets
///
/// A socket that was passed to the program (`LISTEN_FDS`, as systemd does for a socket unit) is
/// used wherever the program asks for the address it has, so that a program that listens on
/// `0.0.0.0:80` works under a socket unit as it is. A passed socket that nothing asks for is
/// closed, with a warning.
#[derive(Clone)]
#[must_use = "nothing listens until it is given to `run` or `bind`"]
pub struct Listen {
    what: What,
    mode: Option<u32>,
    wanted: Wanted,
}

#[derive(Clone)]
enum What {
    /// Read when it is opened, so that all mistakes are told at once.
    Text(String),
    Tcp(String),
    Unix(PathBuf),
    Inherited(Option<String>),
}

impl Listen {
    /// Listens on `host:port`, as text or as a [`SocketAddr`]: on every address that the host has.
    /// Port 0 takes a free one, the same for all.
    pub fn tcp(address: impl Display) -> Self {
        What::Tcp(address.to_string()).into()
    }

    /// Listens on a Unix socket at this path.
    ///
    /// What a server that is gone has left there is replaced; where one lives, that is an error.
    /// The socket is removed when the server ends.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        What::Unix(path.into()).into()
    }

    /// Listens on all sockets that were passed to the program (`LISTEN_FDS`), such as those of a
    /// socket unit of systemd's. That none were is an error.
    pub fn inherited() -> Self {
        What::Inherited(None).into()
    }

    /// Listens on those of the passed sockets that have this name (`LISTEN_FDNAMES`): what a
    /// socket unit says as `FileDescriptorName=`, or its own name.
    pub fn inherited_named(name: impl Into<String>) -> Self {
        What::Inherited(Some(name.into())).into()
    }

    /// Sets who may connect to a Unix socket, as the mode of its file: who may write. The default
    /// is what the umask leaves, as a rule the user that the server runs as.
    ///
    /// `0o660` lets in its group, `0o666` everybody. It is set before anyone can connect.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Speaks HTTPS, with these certificates. What comes in plain HTTP is told so by a 400.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.wanted.tls = Some(tls);
        self
    }

    /// Answers by sending everybody to HTTPS, whatever the application has.
    pub fn redirect(mut self, redirect: HttpsRedirect) -> Self {
        self.wanted.redirect = Some(redirect);
        self
    }

    /// Takes the word of balancers on where connections come from: the PROXY protocol, version 1 or
    /// 2, before anything else. The balancers are in these networks, such as `10.0.0.0/8` or `::1`;
    /// `unix` is whoever connects to a Unix socket.
    ///
    /// Every connection must begin with it then. One that does not, or that comes from elsewhere, is
    /// closed without an answer, as there is no HTTP yet that could give one; the log tells of it once
    /// a second at most. A header may have 4 KiB and takes the
    /// [`head_time`](crate::Limits::head_time) at most. The
    /// [`connections_per_address`](crate::Limits::connections_per_address) are those of the balancer.
    ///
    /// It is what [`Client`](crate::Client) and [`Peer`](crate::Peer) tell from then on. The request
    /// counts as secure where the balancer says that TLS came as far as itself (version 2).
    pub fn proxy_protocol<T: Into<String>>(
        mut self,
        balancers: impl IntoIterator<Item = T>,
    ) -> Self {
        let balancers = balancers.into_iter().map(Into::into);
        self.wanted.balancers = Some(balancers.collect());
        self
    }
}

impl From<What> for Listen {
    fn from(what: What) -> Self {
        Self {
            what,
            mode: None,
            wanted: Wanted::default(),
        }
    }
}

/// As the text that says the same.
impl Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Text(text) | What::Tcp(text) => f.write_str(text),
            What::Unix(path) => write!(f, "unix:{}", path.display()),
            What::Inherited(None) => f.write_str("systemd"),
            What::Inherited(Some(name)) => write!(f, "systemd:{name}"),
        }
    }
}

impl fmt::Debug for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listen({self})")
    }
}

/// What [`run`](crate::Application::run) and [`bind`](crate::App::bind) take: an address as text,
/// as a [`SocketAddr`] or as a host and a port, a [`Listen`], or several of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing to listen on",
    label = "neither an address nor a `Listen`",
    note = "an address is text such as \"127.0.0.1:8888\" or \"unix:/run/app.sock\", a `SocketAddr`, \
            or a host and a port; several stand in an array"
)]
pub trait IntoListen {
    #[doc(hidden)]
    fn add_to(self, all: &mut sealed::Listens);
}

/// All that was said.
pub(super) fn listens(said: impl IntoListen) -> Vec<Listen> {
    let mut all = sealed::Listens(Vec::new());
    said.add_to(&mut all);
    all.0
}

mod sealed {
    /// What only this crate can add to.
    #[derive(Debug)]
    pub struct Listens(pub(super) Vec<super::Listen>);
}

impl IntoListen for Listen {
    fn add_to(self, all: &mut sealed::Listens) {
        all.0.push(self);
    }
}

impl<T: IntoListen, const N: usize> IntoListen for [T; N] {
    fn add_to(self, all: &mut sealed::Listens) {
        self.into_iter().for_each(|one| one.add_to(all));
    }
}

impl<T: IntoListen> IntoListen for Vec<T> {
    fn add_to(self, all: &mut sealed::Listens) {
        self.into_iter().for_each(|one| one.add_to(all));
    }
}

impl<T: IntoListen + Clone> IntoListen for &[T] {
    fn add_to(self, all: &mut sealed::Listens) {
        self.iter().for_each(|one| one.clone().add_to(all));
    }
}

impl<T: IntoListen + Clone> IntoListen for &Vec<T> {
    fn add_to(self, all: &mut sealed::Listens) {
        self.as_slice().add_to(all);
    }
}

macro_rules! into_listen {
    ($($type:ty, $said:ident => $what:expr;)+) => {
        $(impl IntoListen for $type {
            fn add_to(self, all: &mut sealed::Listens) {
                let $said = self;
                all.0.push($what.into());
            }
        })+
    };
}

into_listen! {
    &str, text => What::Text(text.to_owned());
    String, text => What::Text(text);
    &String, text => What::Text(text.clone());
    SocketAddr, addr => What::Tcp(addr.to_string());
    SocketAddrV4, addr => What::Tcp(addr.to_string());
    SocketAddrV6, addr => What::Tcp(addr.to_string());
    (IpAddr, u16), addr => What::Tcp(SocketAddr::from(addr).to_string());
    (Ipv4Addr, u16), addr => What::Tcp(SocketAddr::from(addr).to_string());
    (Ipv6Addr, u16), addr => What::Tcp(SocketAddr::from(addr).to_string());
    (&str, u16), pair => What::Tcp(text::pair(pair.0, pair.1));
    (String, u16), pair => What::Tcp(text::pair(&pair.0, pair.1));
}
