//! How a connection ends, so that the last answer arrives. It must not know why it ends.

use std::{
    mem::MaybeUninit,
    sync::Once,
    task::{Context, Poll, ready},
};

use tokio::io::ReadBuf;

use super::{Driver, Phase, Step};
use crate::{
    access::Access,
    connection::{
        clock::{NEVER, Tick},
        http1::{End, Fault},
        live::Live,
        refusal::Refusal,
    },
    limits::READ_LITTLE,
};

/// Writes what is left, says that nothing follows, and reads on for a while where the peer may
/// still be sending: closing before it stops would destroy the answer on its way.
pub(super) struct Closing {
    /// Bytes that may still be read and thrown away; 0 closes at once where none are there.
    linger: usize,
    /// Whether the end was said; from then on the peer's is waited for.
    said: Option<Tick>,
}

impl Driver {
    pub(super) fn closing(&self, linger: bool) -> Closing {
        Closing {
            linger: if linger {
                self.limits().linger_bytes
            } else {
                0
            },
            said: None,
        }
    }

    /// HTTP/1 has ended. Where what came is no request, the answer says why.
    pub(super) fn over(&mut self, end: End) -> Step {
        let Phase::Http1(http1) = &self.phase else {
            return Step::Done;
        };
        let linger = match end {
            End::Closed => http1.had_body(),
            // Its driver ends with an answer on its way, and sees to it that this shows.
            End::Cut if http1.would_look_whole() => return Step::Done,
            End::Cut => true,
            End::Refused(fault) => {
                let peer = self.vitals.arrival.peer;
                tracing::debug!(?fault, ?peer, "no request");
                if fault == Fault::Preface && !cfg!(feature = "http2") {
                    say_what_is_missing();
                }
                self.refuse(&Refusal::unreadable(fault, self.limits()));
                true
            }
            End::Leave(go_on) => return self.leave(go_on),
        };
        self.phase = Phase::Closing(self.closing(linger));
        Step::Again
    }

    /// Answers what is no request, which gets its line in the log as requests do.
    #[cold]
    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        let Some(live) = &mut self.live else {
            return;
        };
        let came = match &self.phase {
            Phase::Dormant(bytes) => bytes,
            Phase::Http1(http1) => http1.not_understood(),
            _ => &[][..],
        };
        let access = Access::of_none(&self.vitals.app, self.vitals.arrival, came);
        // A connection that was opened for later, and was not used, is nothing to look at.
        live.say(&refusal.words(access, came.is_empty()));
    }

    /// hyper has ended.
    #[cfg(feature = "http2")]
    pub(super) fn ended(&mut self, result: &hyper::Result<()>) -> Step {
        if let Err(error) = result {
            let peer = self.vitals.arrival.peer;
            tracing::debug!(%error, ?peer, "connection ended");
        }
        let linger = result.is_err() || self.vitals.had_body();
        self.phase = Phase::Closing(self.closing(linger));
        Step::Again
    }

    /// Closing: see [`Closing`].
    pub(super) fn close(&mut self, cx: &mut Context<'_>) -> Step {
        let limits = self.vitals.app.limits();
        let (linger_time, linger_bytes) = (limits.linger_time, limits.linger_bytes);
        let write_time = limits.write_time;
        let (Phase::Closing(closing), Some(live)) = (&mut self.phase, &mut self.live) else {
            return Step::Done;
        };
        let until = if let Some(until) = closing.said {
            until
        } else {
            match live.poll_shutdown(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Step::Done,
                Poll::Pending => {
                    if std::mem::take(&mut live.progressed) || self.time.stall == NEVER {
                        self.time.stall = self.clock.after(write_time);
                    }
                    return Step::Wait(self.time.stall);
                }
            }
            if closing.linger == 0 && live.poll_unread(cx) {
                closing.linger = linger_bytes;
            }
            *closing.said.insert(self.clock.after(linger_time))
        };
        match discard(live, closing, cx) {
            Poll::Ready(()) => Step::Done,
            Poll::Pending => Step::Wait(until),
        }
    }
}

/// A peer speaks HTTP/2 right away. It may be a proxy that will do so a thousand times a second, and
/// whoever set it up reads this once.
#[cold]
fn say_what_is_missing() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(
            "a client that begins with HTTP/2 was answered 505, as all will be: for HTTP/2 without TLS, \
             give `gustnado` the feature `http2` in Cargo.toml"
        );
    });
}

/// Reads and throws away until the peer ends or the bound is used up.
fn discard(live: &mut Live, closing: &mut Closing, cx: &mut Context<'_>) -> Poll<()> {
    let mut scratch = [MaybeUninit::uninit(); READ_LITTLE];
    while closing.linger > 0 {
        let mut buf = ReadBuf::uninit(&mut scratch);
        match ready!(live.poll_read_into(cx, &mut buf)) {
            Ok(0) | Err(_) => break,
            Ok(count) => closing.linger = closing.linger.saturating_sub(count),
        }
    }
    Poll::Ready(())
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::Shutdown,
        sync::{Arc, Mutex},
    };

    use tokio::net::TcpListener;
    use tracing::{Event, Id, Level, Metadata, Subscriber, field::Field, span};

    use crate::{
        application::Application,
        connection::{Clock, Socket, drive},
        tally::Tally,
    };

    /// Keeps what is warned of.
    #[derive(Clone, Default)]
    struct Warnings(Arc<Mutex<Vec<String>>>);

    impl Subscriber for Warnings {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() <= Level::WARN
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, event: &Event<'_>) {
            let mut text = String::new();
            event.record(&mut |field: &Field, value: &dyn std::fmt::Debug| {
                text += &format!("{field}={value:?} ");
            });
            self.0.lock().unwrap().push(text);
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    /// Sends this to a server that knows no path. Says what it answered and warned of.
    fn exchange(request: &str) -> (String, Vec<String>) {
        let warnings = Warnings::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let request = request.to_owned();
        let client = std::thread::spawn(move || {
            let mut socket = std::net::TcpStream::connect(addr).unwrap();
            socket.write_all(request.as_bytes()).unwrap();
            socket.shutdown(Shutdown::Write).unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).unwrap();
            answer
        });
        tracing::subscriber::with_default(warnings.clone(), || {
            runtime.block_on(async {
                listener.set_nonblocking(true).unwrap();
                let listener = TcpListener::from_std(listener).unwrap();
                let (socket, peer) = listener.accept().await.unwrap();
                let app = Application::new().build().unwrap();
                let socket = Socket::Tcp(socket);
                let clock = Arc::new(Clock::default());
                drive(socket, peer.into(), app, clock, Tally::default().add()).await;
            });
        });
        let answer = client.join().unwrap();
        let warnings = warnings.0.lock().unwrap().clone();
        (answer, warnings)
    }

    #[test]
    fn a_length_beside_chunks_is_logged_and_nothing_else_is() {
        let head = "POST / HTTP/1.1\r\nhost: a\r\n";
        let (length, chunked) = ("content-length: 5\r\n", "transfer-encoding: chunked\r\n");
        for (fields, is_logged) in [
            ([length, chunked].concat(), true),
            ([chunked, length].concat(), true),
            (chunked.to_owned(), false),
            (length.to_owned(), false),
        ] {
            let (answer, warnings) = exchange(&format!("{head}{fields}\r\n0\r\n\r\n"));
            assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
            assert_eq!(
                warnings.len(),
                usize::from(is_logged),
                "{fields}: {warnings:?}"
            );
            if let Some(warning) = warnings.first() {
                assert!(warning.contains("Content-Length and Transfer-Encoding"));
                assert!(warning.contains("peer=Some(127.0.0.1:"), "{warning}");
            }
        }
    }

    #[cfg(not(feature = "http2"))]
    #[test]
    fn http2_is_told_what_is_spoken_and_the_operator_once_what_is_missing() {
        let begin = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
        let behind = format!("GET / HTTP/1.1\r\nhost: a\r\n\r\n{begin}");
        let is_told = |answer: &str| {
            answer.starts_with("HTTP/1.1 505 HTTP Version Not Supported\r\n")
                && answer.contains("\r\nconnection: close\r\n")
                && answer
                    .ends_with(r#""this server speaks HTTP/1.1 and HTTP/1.0, and not HTTP/2"}"#)
        };
        let (answer, warnings) = exchange(begin);
        assert!(is_told(&answer), "{answer}");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("the feature `http2`"), "{warnings:?}");

        let (answers, warnings) = exchange(&behind);
        let last = answers.find("HTTP/1.1 505").map_or("", |at| &answers[at..]);
        assert!(answers.starts_with("HTTP/1.1 404 "), "{answers}");
        assert!(is_told(last), "{answers}");
        assert!(warnings.is_empty(), "{warnings:?}");
    }
}
