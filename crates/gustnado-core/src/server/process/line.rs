//! The line between two processes of a program: what is said on it, and both of its ends. That one
//! end is closed says that its process is gone. It must not know what follows from what is said.

use std::{
    fmt,
    io::{self, Write as _},
    os::unix::net::UnixStream as StdStream,
};

use tokio::net::UnixStream;

use crate::{control::Ask, limits::LINE};

/// What the process that was started says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// It serves.
    Ready,
    /// It ends, and had to cut so many connections.
    Cut(usize),
    /// One of its handlers asks this of the program.
    Asks(Ask),
}

/// What the process that has started it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Drain,
    Cut,
    Reload,
}

impl Report {
    fn read(line: &str) -> Option<Self> {
        Some(match line {
            "ready" => Self::Ready,
            "stop" => Self::Asks(Ask::Stop),
            "reload" => Self::Asks(Ask::Reload),
            "restart" => Self::Asks(Ask::Restart),
            _ => Self::Cut(line.strip_prefix("cut ")?.parse().ok()?),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("ready"),
            Self::Cut(count) => write!(f, "cut {count}"),
            Self::Asks(Ask::Stop) => f.write_str("stop"),
            Self::Asks(Ask::Reload) => f.write_str("reload"),
            Self::Asks(Ask::Restart) => f.write_str("restart"),
        }
    }
}

impl Order {
    fn read(line: &str) -> Option<Self> {
        Some(match line {
            "drain" => Self::Drain,
            "cut" => Self::Cut,
            "reload" => Self::Reload,
            _ => return None,
        })
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Drain => "drain",
            Self::Cut => "cut",
            Self::Reload => "reload",
        })
    }
}

/// One end, to hear by. The line is open while there is this or the [`Mouth`].
#[derive(Debug)]
pub(super) struct Ear {
    stream: UnixStream,
    heard: Vec<u8>,
}

/// The same end, to speak by. It asks no runtime, which would not know at first that it can.
#[derive(Debug)]
pub(super) struct Mouth(StdStream);

/// Takes up one end. To be called inside a runtime.
pub(super) fn take_up(stream: StdStream) -> io::Result<(Ear, Mouth)> {
    stream.set_nonblocking(true)?;
    let mouth = Mouth(stream.try_clone()?);
    let ear = Ear {
        stream: UnixStream::from_std(stream)?,
        heard: Vec::new(),
    };
    Ok((ear, mouth))
}

impl Mouth {
    /// Says something. That nobody hears it is noticed by the [`Ear`].
    pub(super) fn say(&self, what: impl fmt::Display) {
        // Short, and not much else was said: the buffer takes it whole.
        if let Err(error) = (&self.0).write_all(format!("{what}\n").as_bytes()) {
            tracing::debug!(%error, "nobody hears");
        }
    }
}

impl Ear {
    /// The next report of a process that was started; none when it is gone.
    pub(super) async fn report(&mut self) -> Option<Report> {
        self.next(Report::read).await
    }

    /// The next order of the process that has started this one; none when it is gone.
    pub(super) async fn order(&mut self) -> Option<Order> {
        self.next(Order::read).await
    }

    async fn next<T>(&mut self, read: fn(&str) -> Option<T>) -> Option<T> {
        loop {
            while let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line[..end]);
                if let Some(said) = read(&line) {
                    return Some(said);
                }
                // Of a version of the program that has more to say.
                tracing::debug!(%line, "not understood");
            }
            if self.heard.len() > LINE {
                return None;
            }
            self.stream.readable().await.ok()?;
            let mut chunk = [0; LINE];
            match self.stream.try_read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => self.heard.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let reports = [
            Report::Ready,
            Report::Cut(0),
            Report::Cut(usize::MAX),
            Report::Asks(Ask::Stop),
            Report::Asks(Ask::Reload),
            Report::Asks(Ask::Restart),
        ];
        for report in reports {
            let line = report.to_string();
            assert_eq!(Report::read(&line), Some(report));
            assert!(line.len() < LINE);
        }
        for order in [Order::Drain, Order::Cut, Order::Reload] {
            assert_eq!(Order::read(&order.to_string()), Some(order));
        }
        for line in ["", "cut", "cut -1", "cut x", "readyready", "Ready"] {
            assert_eq!(Report::read(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_line_carries_what_is_said_until_its_other_end_is_gone() {
        run(async {
            let (one, other) = StdStream::pair().unwrap();
            let (ear, mouth) = take_up(one).unwrap();
            let mut other = take_up(other).unwrap().0;
            mouth.say("something else");
            mouth.say(Report::Ready);
            mouth.say(Report::Cut(3));
            drop((ear, mouth));
            assert_eq!(other.report().await, Some(Report::Ready));
            assert_eq!(other.report().await, Some(Report::Cut(3)));
            assert_eq!(other.report().await, None);
        });
    }

    #[test]
    fn a_line_without_end_is_none() {
        run(async {
            let (one, other) = StdStream::pair().unwrap();
            let one = take_up(one).unwrap();
            let mut other = take_up(other).unwrap().0;
            one.1.say("x".repeat(LINE * 3));
            assert_eq!(other.order().await, None);
        });
    }

    fn run(test: impl Future<Output = ()>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_io().build().unwrap().block_on(test);
    }
}
