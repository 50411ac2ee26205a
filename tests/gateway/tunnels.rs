//! Connections that go on with another protocol: a `WebSocket`, there and back.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::{
    peer::{answer, run, run_real, serve},
    site::{Visitor, before, get, site, to},
};

const ASKS: &str = "GET /api/ws HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, Upgrade\r\n\
                    upgrade: websocket\r\nsec-websocket-key: k\r\n\r\n";

const OPENS: &str = "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\n\
                     upgrade: WebSocket\r\nsec-websocket-accept: a\r\n\r\n";

/// What comes next, as it comes; nothing when the other side has closed.
async fn some(stream: &mut TcpStream) -> String {
    let mut room = [0; 4096];
    let count = stream.read(&mut room).await.unwrap_or(0);
    String::from_utf8_lossy(&room[..count]).into_owned()
}

#[test]
fn a_websocket_goes_both_ways() {
    run_real(async {
        let upstream = serve(|_, mut peer| async move {
            let request = peer.request().await.unwrap();
            for field in [
                "connection: upgrade",
                "upgrade: websocket",
                "sec-websocket-key: k",
            ] {
                assert!(request.contains(&format!("\r\n{field}\r\n")), "{request}");
            }
            // What comes with the head is the protocol's, too.
            peer.say(format!("{OPENS}first")).await;
            let mut stream = peer.into_stream();
            let asked = some(&mut stream).await;
            stream
                .write_all(asked.to_uppercase().as_bytes())
                .await
                .unwrap();
        });
        let mut visitor = Visitor::new(before(upstream.await).await).await;
        visitor.say(ASKS).await;
        let answered = visitor.until("first").await;
        assert!(answered.starts_with("HTTP/1.1 101 "), "{answered}");
        assert!(
            answered.contains("\r\nsec-websocket-accept: a\r\n"),
            "{answered}"
        );
        assert!(
            answered.contains("\r\nupgrade: websocket\r\n"),
            "{answered}"
        );
        visitor.say("what").await;
        assert_eq!(visitor.until("WHAT").await, "WHAT");
        assert_eq!(visitor.rest().await, "");
    });
}

#[test]
fn a_websocket_that_the_upstream_refuses_is_its_answer() {
    run_real(async {
        let (upstream, _) = answer("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno").await;
        let fields = "upgrade: websocket\r\nconnection: upgrade\r\n";
        let answered = get(before(upstream).await, "/api/ws", fields).await;
        assert!(answered.starts_with("HTTP/1.1 403 "), "{answered}");
        assert!(answered.ends_with("no"), "{answered}");
    });
}

#[test]
fn a_websocket_that_says_nothing_either_way_is_closed_on_both_sides() {
    // Which side speaks, or neither; and for how long the tunnel is open by that.
    for (ours, theirs, open) in [(true, false, 400), (false, true, 400), (false, false, 60)] {
        run(async move {
            let (over, ended) = tokio::sync::oneshot::channel();
            let over = std::sync::Mutex::new(Some(over));
            let upstream = serve(move |_, mut peer| {
                let over = over.lock().unwrap().take();
                async move {
                    peer.request().await;
                    peer.say(OPENS).await;
                    for _ in 0..if theirs { 10 } else { 0 } {
                        peer.say("ping").await;
                        sleep(Duration::from_secs(40)).await;
                    }
                    peer.closed().await;
                    over.unwrap().send(()).unwrap();
                }
            });
            let proxy = to(upstream.await)
                .limits(|limits| limits.tunnel_idle_time = Duration::from_secs(60));
            let mut visitor = Visitor::new(site(proxy).await).await;
            visitor.say(ASKS).await;
            let begun = tokio::time::Instant::now();
            visitor.until("\r\n\r\n").await;
            for _ in 0..if ours { 10 } else { 0 } {
                visitor.say("ping").await;
                sleep(Duration::from_secs(40)).await;
            }
            visitor.rest().await;
            ended.await.unwrap();
            let took = begun.elapsed().as_secs();
            assert!((open..open + 70).contains(&took), "{ours} {theirs}: {took}");
        });
    }
}
