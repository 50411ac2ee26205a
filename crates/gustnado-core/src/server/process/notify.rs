//! What a service manager is told, by the protocol of systemd (`sd_notify`): datagrams to the
//! socket named in `NOTIFY_SOCKET`. Where there is none, nobody is told. It must not know why.

use std::{
    env,
    ffi::OsStr,
    io,
    os::unix::{ffi::OsStrExt, net::UnixDatagram},
    process,
    time::Duration,
};

/// What is told of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// It serves.
    Ready,
    /// It starts its next version.
    Reloading,
    /// From here on it is this process that serves.
    MainPid(u32),
    Stopping,
    /// It is alive.
    Watchdog,
}

/// Tells it. That it cannot be told is no reason to stop serving.
pub(super) fn tell(news: News) {
    let Some(socket) = env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    if let Err(error) = send(&socket, text(news, monotonic).as_bytes()) {
        tracing::warn!(%error, ?socket, "cannot tell the service manager");
    }
}

/// How often it wants to hear that this process is alive: within half of what it waits for.
pub(super) fn watchdog() -> Option<Duration> {
    let number = |name| env::var(name).ok()?.parse().ok();
    watchdog_every(
        number("WATCHDOG_USEC"),
        number("WATCHDOG_PID"),
        process::id(),
    )
}

fn watchdog_every(micros: Option<u64>, whose: Option<u64>, own: u32) -> Option<Duration> {
    let ours = whose.is_none_or(|whose| whose == u64::from(own));
    let micros = micros.filter(|micros| ours && *micros > 1)?;
    Some(Duration::from_micros(micros / 2))
}

fn text(news: News, now: impl Fn() -> u128) -> String {
    match news {
        News::Ready => "READY=1\n".into(),
        // `Type=notify-reload` compares the time with that of its request.
        News::Reloading => format!("RELOADING=1\nMONOTONIC_USEC={}\n", now()),
        News::MainPid(pid) => format!("MAINPID={pid}\nREADY=1\n"),
        News::Stopping => "STOPPING=1\n".into(),
        News::Watchdog => "WATCHDOG=1\n".into(),
    }
}

fn monotonic() -> u128 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let seconds = u128::try_from(now.tv_sec).unwrap_or(0);
    seconds * 1_000_000 + u128::try_from(now.tv_nsec).unwrap_or(0) / 1000
}

fn send(socket: &OsStr, text: &[u8]) -> io::Result<()> {
    let sender = UnixDatagram::unbound()?;
    match socket.as_bytes().strip_prefix(b"@") {
        Some(name) => send_abstract(&sender, name, text)?,
        None => sender.send_to(text, socket)?,
    };
    Ok(())
}

/// A name that is no path; Linux has them.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn send_abstract(sender: &UnixDatagram, name: &[u8], text: &[u8]) -> io::Result<usize> {
    #[cfg(target_os = "android")]
    use std::os::android::net::SocketAddrExt as _;
    #[cfg(target_os = "linux")]
    use std::os::linux::net::SocketAddrExt as _;
    let addr = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
    sender.send_to_addr(text, &addr)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn send_abstract(_: &UnixDatagram, _: &[u8], _: &[u8]) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_told_as_systemd_reads_them() {
        let table = [
            (News::Ready, "READY=1\n"),
            (News::Reloading, "RELOADING=1\nMONOTONIC_USEC=7\n"),
            (News::MainPid(12), "MAINPID=12\nREADY=1\n"),
            (News::Stopping, "STOPPING=1\n"),
            (News::Watchdog, "WATCHDOG=1\n"),
        ];
        for (news, expected) in table {
            assert_eq!(text(news, || 7), expected);
        }
    }

    #[test]
    fn the_watchdog_is_fed_twice_in_its_time_by_whom_it_watches() {
        let millis = |millis| Some(Duration::from_millis(millis));
        let table = [
            (None, None, None),
            (Some(2_000_000), None, millis(1000)),
            (Some(2_000_000), Some(5), millis(1000)),
            (Some(2_000_000), Some(6), None),
            (Some(0), None, None),
        ];
        for (micros, whose, expected) in table {
            assert_eq!(watchdog_every(micros, whose, 5), expected);
        }
    }

    #[test]
    fn a_socket_is_named_by_path_or_not() {
        let name = format!("gustnado-notify-{}", process::id());
        let path = env::temp_dir().join(&name);
        let receiver = UnixDatagram::bind(&path).unwrap();
        send(path.as_os_str(), b"one").unwrap();
        std::fs::remove_file(&path).unwrap();
        let mut text = [0; 8];
        assert_eq!(receiver.recv(&mut text).unwrap(), 3);
        #[cfg(target_os = "linux")]
        {
            use std::os::linux::net::SocketAddrExt as _;
            let addr = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
            let receiver = UnixDatagram::bind_addr(&addr).unwrap();
            send(format!("@{name}").as_ref(), b"two").unwrap();
            assert_eq!(receiver.recv(&mut text).unwrap(), 3);
        }
    }
}
