//! Where one message ends and the next begins.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use super::{lab::serve, peer::Peer};

#[test]
fn keep_alive_serves_one_after_another() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    for _ in 0..3 {
        let answer = peer.get("/hello");
        assert_eq!((answer.status, answer.text()), (200, "hello"));
        assert!(answer.header("date").is_some());
    }
}

#[test]
fn a_pipeline_is_answered_in_order() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    let request = |n| format!("GET /zeros?{n} HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.send((1..=40).map(request).collect::<String>());
    for length in 1..=40 {
        assert_eq!(peer.answer().body.len(), length);
    }
}

#[test]
fn a_slow_answer_holds_no_earlier_one_back() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    let fast = "GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n";
    let slow = "GET /slow?600 HTTP/1.1\r\nhost: lab\r\n\r\n";
    peer.send(format!("{fast}{fast}{fast}{slow}{fast}"));
    let early: Vec<Instant> = (0..3).map(|_| peer.answer().at).collect();
    let slow = peer.answer();
    assert_eq!(slow.text(), "slow");
    for at in early {
        assert!(slow.at - at > Duration::from_millis(300), "held back");
    }
    assert_eq!(peer.answer().text(), "hello");
}

#[test]
fn a_bad_request_is_answered_400() {
    let table = [
        "BAD\u{1}LINE\r\n\r\n",
        "GET /hello\r\n\r\n",
        "GET /hello HTTP/9.9\r\n\r\n",
        "GET /hello HTTP/1.1\r\nhost: lab\r\nbad header\r\n\r\n",
        "GET /hello HTTP/1.1\r\nhost: lab\r\nspace : x\r\n\r\n",
        "GET /hello HTTP/1.1\r\nhost: lab\r\nx: a\0b\r\n\r\n",
        "GET /hello HTTP/1.1\r\nhost: lab\r\nx: a\r\n folded\r\n\r\n",
        "POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ];
    let server = serve(|_| {});
    for bad in table {
        let mut peer = Peer::connect(server.addr);
        peer.send(bad);
        let rest = peer.rest();
        let text = String::from_utf8_lossy(&rest);
        assert!(
            text.starts_with("HTTP/1.1 400 Bad Request\r\n"),
            "{bad:?}: {text:?}"
        );
    }
}

#[test]
fn a_bad_request_behind_good_ones_is_answered_400() {
    let server = serve(|_| {});
    for good in [1, 3, 20] {
        let mut peer = Peer::connect(server.addr);
        let request = "GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n";
        peer.send(request.repeat(good) + "BAD\u{1}LINE\r\n\r\n");
        for _ in 0..good {
            assert_eq!(peer.answer().text(), "hello");
        }
        assert_eq!(peer.answer().status, 400);
        peer.closed();
    }
}

#[test]
fn head_has_the_length_and_no_body() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("HEAD /zeros?1234 HTTP/1.1\r\nhost: lab\r\n\r\n");
    let answer = peer.answer_to_head();
    assert_eq!(answer.header("content-length"), Some("1234"));
    // What follows is the next answer, not a body.
    assert_eq!(peer.get("/hello").text(), "hello");
}

#[test]
fn no_content_has_neither_body_nor_length() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    let answer = peer.get("/empty");
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.header("transfer-encoding"), None);
    assert_eq!(peer.get("/hello").text(), "hello");
}

#[test]
fn close_is_obeyed() {
    let server = serve(|_| {});
    for request in [
        "GET /hello HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n",
        "GET /hello HTTP/1.0\r\n\r\n",
    ] {
        let mut peer = Peer::connect(server.addr);
        peer.send(request);
        assert_eq!(peer.answer().text(), "hello");
        peer.closed();
    }
}

#[test]
fn whom_a_request_is_for_and_how_it_is_coded_is_said_once() {
    let server = serve(|_| {});
    let table = [
        ("GET /hello HTTP/1.1\r\n\r\n", 400, "Host field is missing"),
        (
            "GET /hello HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n",
            400,
            "more than one",
        ),
        (
            "GET /hello HTTP/1.0\r\nhost: a\r\nhost: b\r\n\r\n",
            400,
            "more than one",
        ),
        (
            "GET /hello HTTP/1.1\r\nhost: a/b\r\n\r\n",
            400,
            "not a host",
        ),
        (
            "GET http://a/hello HTTP/1.1\r\nhost: b c\r\n\r\n",
            400,
            "not a host",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            501,
            "request_id",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\
             transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "more than once",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, gzip\r\n\r\n",
            400,
            "",
        ),
    ];
    for (request, status, detail) in table {
        let mut peer = Peer::connect(server.addr);
        peer.send(request);
        peer.try_send("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n");
        let answer = peer.answer();
        assert_eq!(answer.status, status, "{request}");
        assert!(
            answer.text().contains(detail),
            "{request}: {}",
            answer.text()
        );
        assert_eq!(answer.header("connection"), Some("close"), "{request}");
        // The second is not answered: where it begins is in doubt.
        peer.closed();
    }
}

#[test]
fn what_is_said_once_is_answered() {
    let server = serve(|_| {});
    for request in [
        "GET /hello HTTP/1.0\r\n\r\n",
        "GET /hello HTTP/1.1\r\nhost:\r\n\r\n",
        "GET /hello HTTP/1.1\r\nhost: [::1]:80\r\n\r\n",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
    ] {
        let mut peer = Peer::connect(server.addr);
        peer.send(request);
        assert_eq!(peer.answer().status, 200, "{request}");
    }
}

#[test]
fn http_1_0_may_keep_alive() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    for _ in 0..2 {
        peer.send("GET /hello HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
        let answer = peer.answer();
        assert_eq!(answer.header("connection"), Some("keep-alive"));
    }
}

#[test]
fn a_head_may_come_byte_by_byte() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    for byte in "GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n".bytes() {
        peer.send([byte]);
    }
    assert_eq!(peer.answer().text(), "hello");
}

#[test]
fn bodies_come_with_a_length_or_in_chunks() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: 5\r\n\r\nhello");
    assert_eq!(peer.answer().text(), "hello");
    peer.send("POST /echo HTTP/1.1\r\nhost: lab\r\ntransfer-encoding: chunked\r\n\r\n");
    peer.send("3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\ntrailer: x\r\n\r\n");
    assert_eq!(peer.answer().text(), "hello");
    assert_eq!(peer.get("/hello").text(), "hello");
}

#[test]
fn a_request_that_is_still_coming_waits_for_no_earlier_answer() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    // The first answer must arrive although the second head is not whole.
    peer.send("GET /hello HTTP/1.1\r\nhost: lab\r\n\r\nGET /hello HT");
    assert_eq!(peer.answer().text(), "hello");
    peer.send("TP/1.1\r\nhost: lab\r\n\r\n");
    assert_eq!(peer.answer().text(), "hello");
}

#[test]
fn continue_is_sent_when_the_body_is_wanted_and_only_then() {
    let server = serve(|_| {});
    let head = "HTTP/1.1\r\nhost: lab\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    let mut peer = Peer::connect(server.addr);
    peer.send(format!("POST /echo {head}"));
    assert_eq!(peer.answer().status, 100);
    peer.send("hello");
    assert_eq!(peer.answer().text(), "hello");

    let mut peer = Peer::connect(server.addr);
    peer.send(format!("POST /hello {head}"));
    assert_eq!(peer.answer().status, 200);
}

#[test]
fn each_chunk_of_a_stream_leaves_at_once() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /drip?3 HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    let mut times = Vec::new();
    while let Some(chunk) = peer.chunk() {
        assert_eq!(chunk, format!("chunk {};", times.len()).as_bytes());
        times.push(Instant::now());
    }
    assert_eq!(times.len(), 3);
    assert!(
        times[2] - times[0] > Duration::from_millis(30),
        "sent together"
    );
}

#[test]
fn a_stream_that_breaks_does_not_look_whole() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /broken HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    let rest = peer.rest();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "{}", rest.escape_ascii());
}

/// An answer without a length ends with its connection there.
#[test]
fn a_stream_that_breaks_does_not_look_whole_in_http_1_0() {
    let server = serve(|_| {});
    for (path, whole) in [("/drip?2", true), ("/broken", false), ("/crumble", false)] {
        let mut peer = Peer::connect(server.addr);
        peer.send(format!("GET {path} HTTP/1.0\r\n\r\n"));
        peer.head();
        let end = peer.until_it_ends().map_err(|error| error.kind());
        let expected = whole.then_some(()).ok_or(ErrorKind::ConnectionReset);
        assert_eq!(end.map(|_| ()), expected, "{path}");
    }
}

#[test]
fn a_large_answer_reaches_a_late_reader_whole() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    let request = "GET /zeros?1000000 HTTP/1.1\r\nhost: lab\r\n\r\n";
    peer.send(request.repeat(8));
    std::thread::sleep(Duration::from_millis(100));
    for _ in 0..8 {
        assert_eq!(peer.answer().body.len(), 1_000_000);
    }
}

#[test]
fn a_panic_is_a_500_and_the_connection_lives() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    let answer = peer.get("/panic");
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert!(!answer.text().contains("as asked"));
    assert_eq!(peer.get("/hello").text(), "hello");
}

#[test]
fn a_panic_in_the_middle_of_an_answer_cuts_it_and_nothing_else() {
    let mut server = serve(|_| {});
    let mut other = Peer::connect(server.addr);
    other.send("GET /drip?10 HTTP/1.1\r\nhost: lab\r\n\r\n");
    other.head();
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /crumble HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    assert_eq!(peer.chunk(), Some(b"some".to_vec()));
    assert_eq!(peer.rest(), b"", "it looks whole");
    let mut chunks = 0;
    while other.chunk().is_some() {
        chunks += 1;
    }
    assert_eq!(chunks, 10);
    assert_eq!(other.get("/hello").text(), "hello");
    drop(other);
    assert_eq!(server.join(), 0, "it is counted as open");
}

#[test]
fn a_last_answer_survives_what_is_sent_behind_its_request() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    let last = "GET /zeros?5000000 HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n";
    let more = "GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n";
    peer.send(last.to_owned() + &more.repeat(1000));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(peer.answer().body.len(), 5_000_000);
}

/// What is refused before it is a request: with which status, and a word of why.
fn refused() -> [(String, &'static str, &'static str); 11] {
    let long = "x".repeat(10_000);
    [
        ("BAD\u{1}LINE\r\n\r\n", "400", "method"),
        ("GET /a b HTTP/1.1\r\n\r\n", "400", "version"),
        ("GET / HTTP/3.0\r\nhost: a\r\n\r\n", "400", "version"),
        ("GET /hello HTTP/1.1\r\nhost : a\r\n\r\n", "400", "header"),
        (
            "GET /hello HTTP/1.1\r\nhost: a\r\n fold\r\n\r\n",
            "400",
            "header",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: +2\r\n\r\nab",
            "400",
            "content-length",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            "400",
            "content-length",
        ),
        (
            "POST /echo HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "400",
            "transfer-encoding",
        ),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400", "preface"),
        (
            &format!("GET /hello HTTP/1.1\r\nhost: a\r\nlong: {long}\r\n\r\n"),
            "431",
            "at most 9000 bytes and 100 fields",
        ),
        (
            &format!("GET /{long} HTTP/1.1\r\nhost: a\r\n\r\n"),
            "431",
            "9000",
        ),
    ]
    .map(|(bad, status, why)| (bad.to_owned(), status, why))
}

#[test]
fn every_refusal_has_a_status_line_and_says_why() {
    let server = serve(|limits| limits.head_bytes = 9_000);
    for (bad, status, why) in refused() {
        for before in [0, 1, 3] {
            if before == 0 && bad.starts_with("PRI") {
                continue;
            }
            let mut peer = Peer::connect(server.addr);
            let good = "GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n";
            peer.send(good.repeat(before) + &bad);
            for _ in 0..before {
                assert_eq!(peer.answer().text(), "hello");
            }
            let rest = String::from_utf8(peer.rest()).expect("text");
            let (head, text) = rest.split_once("\r\n\r\n").unwrap_or((&rest, ""));
            let head = format!("{head}\r\n");
            assert!(
                head.starts_with(&format!("HTTP/1.1 {status} ")),
                "{bad}: {rest}"
            );
            let length = format!("content-length: {}", text.len());
            let problem = "content-type: application/problem+json";
            for field in ["connection: close", problem, &length] {
                assert!(head.contains(&format!("\r\n{field}\r\n")), "{rest}");
            }
            assert!(text.contains(why), "{bad}: {rest}");
        }
    }
}

#[test]
fn a_head_that_ends_early_is_answered_400() {
    let server = serve(|_| {});
    for before in ["", "GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n"] {
        let mut peer = Peer::connect(server.addr);
        peer.send(before.to_owned() + "GET /hello HTTP/1.1\r\nho");
        peer.end();
        if !before.is_empty() {
            assert_eq!(peer.answer().text(), "hello");
        }
        let answer = peer.answer();
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("ended within its head"));
        peer.closed();
    }
}

#[test]
fn a_length_beside_chunks_closes_behind_the_answer() {
    let server = serve(|_| {});
    let (length, chunked) = ("content-length: 3\r\n", "transfer-encoding: chunked\r\n");
    for fields in [[length, chunked], [chunked, length]] {
        for path in ["/echo", "/hello", "/forget?50"] {
            let mut peer = Peer::connect(server.addr);
            let fields = fields.concat();
            peer.send(format!(
                "POST {path} HTTP/1.1\r\nhost: a\r\n{fields}\r\n0\r\n\r\nGET /zeros?7 HTTP/1.1\r\nhost: a\r\n\r\n"
            ));
            let answer = peer.answer();
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("connection"), Some("close"), "{path}");
            peer.closed();
        }
    }
}

#[test]
fn a_refusal_behind_answers_that_fill_the_buffer_is_not_lost() {
    let server = serve(|_| {});
    let get = |bytes| format!("GET /zeros?{bytes} HTTP/1.1\r\nhost: lab\r\n\r\n");
    // Some of these leave less room in the 32 KiB that are gathered than a refusal takes.
    for last in (7_000..8_000).step_by(50) {
        let mut peer = Peer::connect(server.addr);
        peer.send(get(8_000).repeat(3) + &get(last) + "BAD\u{1}LINE\r\n\r\n");
        for length in [8_000, 8_000, 8_000, last] {
            assert_eq!(peer.answer().body.len(), length);
        }
        assert_eq!(peer.answer().status, 400, "behind {last}");
        peer.closed();
    }
}
