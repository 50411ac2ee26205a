//! HTTP/2 with prior knowledge, on the same port.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::Poll,
    time::Duration,
};

use gustnado::prelude::*;
use h2::{SendStream, client::SendRequest};
use tokio::net::TcpStream;

use super::{
    lab::{Lab, serve, serve_app},
    peer::Peer,
};

type Client = SendRequest<bytes::Bytes>;

/// Runs a test with a client of this server.
pub(super) fn with_client<F: Future<Output = ()>>(
    addr: SocketAddr,
    test: impl FnOnce(Client) -> F,
) {
    gustnado_tests::runtime().block_on(async {
        let socket = TcpStream::connect(addr).await.expect("a connection");
        let mut client = h2::client::Builder::new();
        // What one stream does not read is not to stop the others.
        client.initial_connection_window_size(1 << 20);
        let (client, connection) = client.handshake(socket).await.expect("a handshake");
        tokio::spawn(connection);
        let test = test(client.ready().await.expect("ready"));
        let limit = Duration::from_secs(20);
        tokio::time::timeout(limit, test).await.expect("in time");
    });
}

async fn request(
    client: &mut Client,
    method: &str,
    path: &str,
    body: Option<&'static str>,
) -> (u16, Vec<u8>) {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://lab{path}"))
        .body(())
        .expect("a request");
    let (answer, mut sender): (_, SendStream<_>) =
        client.send_request(request, body.is_none()).expect("sent");
    if let Some(body) = body {
        sender.send_data(body.into(), true).expect("sent");
    }
    let (head, mut body) = answer.await.expect("an answer").into_parts();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.expect("a chunk");
        let _ = body.flow_control().release_capacity(chunk.len());
        bytes.extend_from_slice(&chunk);
    }
    (head.status.as_u16(), bytes)
}

#[test]
fn prior_knowledge_is_understood() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        let (status, body) = request(&mut client, "GET", "/hello", None).await;
        assert_eq!((status, body.as_slice()), (200, b"hello".as_slice()));
        let (_, body) = request(&mut client, "POST", "/echo", Some("said")).await;
        assert_eq!(body, b"said");
        let (status, _) = request(&mut client, "GET", "/none", None).await;
        assert_eq!(status, 404);
    });
}

#[test]
fn streams_do_not_wait_for_each_other() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        let mut other = client.clone();
        let slow = tokio::spawn(async move { request(&mut other, "GET", "/slow?400", None).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let (_, body) = request(&mut client, "GET", "/hello", None).await;
        assert_eq!(body, b"hello");
        assert!(!slow.is_finished(), "the slow one was first");
        assert_eq!(slow.await.expect("an answer").1, b"slow");
    });
}

#[test]
fn a_large_answer_passes_the_windows() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        let (_, body) = request(&mut client, "GET", "/zeros?3000000", None).await;
        assert_eq!(body.len(), 3_000_000);
    });
}

#[test]
fn a_panic_is_a_500_and_the_connection_lives() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        assert_eq!(request(&mut client, "GET", "/panic", None).await.0, 500);
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
    });
}

#[test]
fn a_panic_in_the_middle_of_an_answer_resets_its_stream_only() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        let mut other = client.clone();
        let drip = tokio::spawn(async move { request(&mut other, "GET", "/drip?10", None).await });
        let get = http::Request::get("http://lab/crumble");
        let (answer, _) = client
            .send_request(get.body(()).expect("a request"), true)
            .expect("sent");
        let mut body = answer.await.expect("an answer").into_body();
        let some = body.data().await.expect("a piece").expect("a piece");
        assert_eq!(&some[..], b"some");
        let error = body.data().await.expect("no end").expect_err("no more");
        assert!(error.is_reset(), "{error}");
        let (status, whole) = drip.await.expect("an answer");
        assert_eq!((status, whole.len()), (200, 80));
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
    });
}

/// A body that panics when it is first asked for.
#[derive(RequestHandler)]
#[route("/dust")]
struct Dust {}

#[verbs]
impl Dust {
    async fn get(self) -> Response {
        let panics = futures_util::stream::poll_fn(|_| -> Poll<Option<Result<_, Infallible>>> {
            panic!("as asked");
        });
        Response::new(200).with_body(Body::stream(panics))
    }
}

#[test]
fn a_panic_at_the_start_of_an_answer_resets_its_stream_only() {
    let app = Application::new().handler::<Dust>().mount("/", Lab);
    let server = serve_app(app.build().expect("an application"));
    with_client(server.addr, |mut client| async move {
        let get = http::Request::get("http://lab/dust");
        let (answer, _) = client
            .send_request(get.body(()).expect("a request"), true)
            .expect("sent");
        let error = match answer.await {
            Ok(answer) => answer.into_body().data().await.expect("no end").err(),
            Err(error) => Some(error),
        };
        assert!(error.expect("no bytes").is_reset());
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
    });
}

#[test]
fn as_many_streams_as_there_may_be_are_answered() {
    let server = serve(|_| {});
    with_client(server.addr, |client| async move {
        // Of those that are answered at once, more than one connection begins in its turn.
        let all = (0..100).map(|number| {
            let mut client = client.clone();
            let path = ["/hello", "/hello", "/hello", "/slow?20", "/drip?2"][number % 5];
            async move { request(&mut client, "GET", path, None).await.0 }
        });
        let statuses = futures_util::future::join_all(all).await;
        assert_eq!(statuses, [200; 100]);
    });
}

/// Answers 200 if it is asked by two at once, each of whom holds a thread.
#[derive(RequestHandler)]
#[route("/meet")]
struct Meet {
    #[state]
    place: Place,
}

#[derive(Clone, Default)]
struct Place(Arc<(Mutex<u32>, Condvar)>);

#[verbs]
impl Meet {
    async fn get(self) -> Response {
        let (here, changed) = &*self.place.0;
        let mut here = here.lock().expect("a lock");
        *here += 1;
        changed.notify_all();
        let alone = |here: &mut u32| *here < 2;
        let limit = Duration::from_secs(10);
        let met = changed.wait_timeout_while(here, limit, alone);
        let (_here, waited) = met.expect("a lock");
        Response::new(if waited.timed_out() { 503 } else { 200 })
    }
}

#[test]
fn threads_that_share_their_work_share_streams() {
    let app = Application::new().state(Place::default());
    let app = app.handler::<Meet>().build().expect("an application");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(3)
        .enable_all()
        .build()
        .expect("a runtime");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (said, addr) = std::sync::mpsc::channel();
    let server = runtime.spawn(async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        said.send(listener.local_addr().expect("an address"))
            .expect("heard");
        let until = async {
            let _ = stopped.await;
        };
        app.serve(listener).until(until).await.expect("served")
    });
    with_client(addr.recv().expect("an address"), |client| async move {
        let (mut one, mut other) = (client.clone(), client);
        let both = futures_util::future::join(
            request(&mut one, "GET", "/meet", None),
            request(&mut other, "GET", "/meet", None),
        );
        let (one, other) = both.await;
        assert_eq!((one.0, other.0), (200, 200));
    });
    drop(stop);
    runtime.block_on(server).expect("no panic");
}

/// Says how many bytes were taken of it.
#[derive(RequestHandler)]
#[route("/endless")]
struct Endless {
    #[state]
    taken: Taken,
}

#[derive(Clone, Default)]
struct Taken(Arc<AtomicUsize>);

#[verbs]
impl Endless {
    async fn get(self) -> Response {
        let pieces = std::iter::repeat_with(move || {
            self.taken.0.fetch_add(10_000, Relaxed);
            Ok::<_, Infallible>(vec![0; 10_000].into())
        });
        Response::new(200).with_body(Body::stream(futures_util::stream::iter(pieces)))
    }
}

#[test]
fn what_a_peer_does_not_take_is_not_made() {
    let taken = Taken::default();
    let app = Application::new().state(taken.clone()).handler::<Endless>();
    let server = serve_app(app.build().expect("an application"));
    gustnado_tests::runtime().block_on(async {
        let socket = TcpStream::connect(server.addr).await.expect("a connection");
        let mut shut = h2::client::Builder::new();
        shut.initial_window_size(0);
        let (client, connection) = shut.handshake(socket).await.expect("a handshake");
        tokio::spawn(connection);
        let mut client: Client = client.ready().await.expect("ready");
        let get = http::Request::get("http://lab/endless");
        let (answer, _) = client
            .send_request(get.body(()).expect("a request"), true)
            .expect("sent");
        let _open = answer.await.expect("an answer");
        // The server has its turn again and again meanwhile.
        for _ in 0..50 {
            assert_eq!(request(&mut client, "HEAD", "/none", None).await.0, 404);
        }
    });
    let taken = taken.0.load(Relaxed);
    // The send buffer, and what was taken to fill it.
    assert!(taken <= 64 * 1024 + 3 * 10_000, "{taken} bytes");
}

#[test]
fn what_nobody_reads_is_not_taken_beyond_the_window() {
    let server = serve(|limits| limits.stream_window = 100_000);
    with_client(server.addr, |mut client| async move {
        // What the server allows is known once it has said something.
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
        let post = http::Request::post("http://lab/slow?300");
        let (answer, mut sender) = client
            .send_request(post.body(()).expect("a request"), false)
            .expect("sent");
        sender.reserve_capacity(10_000_000);
        let mut sent = 0;
        while sent < 100_000 {
            let more = std::future::poll_fn(|cx| sender.poll_capacity(cx)).await;
            let more = more.expect("open").expect("room");
            sender.send_data(vec![0; more].into(), false).expect("sent");
            sent += more;
        }
        assert_eq!(sent, 100_000);
        assert_eq!(answer.await.expect("an answer").status(), 200);
        assert_eq!(sender.capacity(), 0, "more was allowed");
    });
}

#[test]
fn a_drain_finishes_what_is_being_answered() {
    let mut server = serve(|_| {});
    let addr = server.addr;
    with_client(addr, |mut client| async move {
        let slow = request(&mut client, "GET", "/slow?400", None);
        let stop = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            server.stop();
        };
        let (answer, ()) = futures_util::future::join(slow, stop).await;
        assert_eq!(answer.1, b"slow");
        drop(client);
        assert_eq!(server.join(), 0);
    });
}

#[test]
fn an_idle_connection_is_ended() {
    let server = serve(|limits| limits.idle_time = Duration::from_millis(200));
    with_client(server.addr, |mut client| async move {
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
        // Ready fails once the server has said GOAWAY.
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            match client.clone().ready().await {
                Ok(ready) => client = ready,
                Err(error) => {
                    assert!(!error.is_io() || error.is_go_away(), "{error}");
                    break;
                }
            }
        }
    });
}

#[test]
fn limits_beyond_the_protocol_are_its_own() {
    let server = serve(|limits| {
        limits.stream_window = u32::MAX;
        limits.stream_send_buffer = usize::MAX;
        limits.head_bytes = usize::MAX;
    });
    with_client(server.addr, |mut client| async move {
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
    });
    assert_eq!(Peer::connect(server.addr).get("/hello").status, 200);
}

#[test]
fn a_body_that_stops_is_answered_408_and_others_go_on() {
    let server = serve(|limits| limits.body_idle_time = Duration::from_millis(300));
    with_client(server.addr, |mut client| async move {
        let stops = http::Request::post("http://lab/echo")
            .body(())
            .expect("a request");
        let (answer, mut sender) = client.send_request(stops, false).expect("sent");
        sender.send_data("he".into(), false).expect("sent");
        let (slow, other) = futures_util::future::join(answer, async {
            request(&mut client, "GET", "/slow?900", None).await.0
        })
        .await;
        assert_eq!(slow.expect("an answer").status(), 408);
        assert_eq!(other, 200);
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
    });
}

#[test]
fn a_stream_whose_window_stays_shut_is_reset_and_others_go_on() {
    let server = serve(|limits| limits.write_time = Duration::from_millis(300));
    with_client(server.addr, |mut client| async move {
        for path in ["/zeros?1000000", "/zeros?70000"] {
            let get = http::Request::get(format!("http://lab{path}"));
            let (answer, _) = client
                .send_request(get.body(()).expect("a request"), true)
                .expect("sent");
            let mut body = answer.await.expect("an answer").into_body();
            // What comes is not released.
            let mut got = 0;
            let error = loop {
                match body.data().await {
                    Some(Ok(data)) => got += data.len(),
                    Some(Err(error)) => break error,
                    None => panic!("all {got} bytes came"),
                }
            };
            assert!(error.is_reset(), "{path}: {error}");
            assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
        }
        // What makes its answer slowly is not cut.
        assert_eq!(
            request(&mut client, "GET", "/slow?900", None).await.1,
            b"slow"
        );
    });
}

#[test]
fn fields_are_counted() {
    let server = serve(|limits| limits.headers = 20);
    with_client(server.addr, |mut client| async move {
        for (count, status) in [(20, 200), (21, 431)] {
            let mut get = http::Request::get("http://lab/hello");
            for n in 0..count {
                get = get.header(format!("x{n}"), "y");
            }
            let (answer, _) = client
                .send_request(get.body(()).expect("a request"), true)
                .expect("sent");
            assert_eq!(answer.await.expect("an answer").status(), status);
        }
    });
}
