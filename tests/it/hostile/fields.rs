//! Malformed header fields: their grammar, Host, Connection, Expect and Upgrade.

use super::row::{row, run};

/// A request with this behind its Host.
fn with(line: impl AsRef<[u8]>) -> Vec<u8> {
    [b"GET / HTTP/1.1\r\nhost: a\r\n", line.as_ref(), b"\r\n\r\n"].concat()
}

#[test]
fn lines() {
    run(
        &[],
        vec![
            row("no colon", with("x"), "400 close"),
            row("no name", with(": x"), "400 close"),
            row("a blank before the colon", with("x : y"), "400 close"),
            row("a tab before the colon", with("x\t: y"), "400 close"),
            row("a blank in the name", with("x y: z"), "400 close"),
            row("a bracket in the name", with("x(: y"), "400 close"),
            row("a name that is not ASCII", with("\u{e9}: y"), "400 close"),
            row("NUL in the name", with("x\0: y"), "400 close"),
            row("NUL in the value", with("x: a\0b"), "400 close"),
            row(
                "a control character in the value",
                with("x: a\x01b"),
                "400 close",
            ),
            row("delete in the value", with("x: a\x7fb"), "400 close"),
            row("bare CR in the value", with("x: a\rb"), "400 close"),
            row("bare CR before the end", with("x: a\r"), "400 close"),
            row("folded by a blank", with("x: a\r\n b"), "400 close"),
            row("folded by a tab", with("x: a\r\n\tb"), "400 close"),
            row(
                "a first field that is folded",
                "GET / HTTP/1.1\r\n host: a\r\n\r\n",
                "400 close",
            ),
            row(
                "bytes above ASCII in the value",
                with(b"x: \xff\x80"),
                "200 open",
            ),
            row("an empty value", with("x:"), "200 open"),
            // RFC 9112 section 2.2 lets a line end in LF alone, and the parser does.
            row("bare LF", "GET / HTTP/1.1\nhost: a\n\n", "200 open"),
            row("bare LF then a blank", with("x: a\n b"), "400 close"),
            row(
                "a bare CR for a line end",
                "GET / HTTP/1.1\rhost: a\r\r",
                "400 close",
            ),
        ],
    );
}

#[test]
fn hosts() {
    let only = |fields: &str| format!("GET / HTTP/1.1\r\n{fields}\r\n\r\n");
    let host = |value: &str| only(&format!("host: {value}"));
    run(
        &[],
        vec![
            row("none", "GET / HTTP/1.1\r\n\r\n", "400 close"),
            row("two", only("host: a\r\nhost: b"), "400 close"),
            row("the same twice", only("host: a\r\nHost: a"), "400 close"),
            row("a list", host("a, b"), "400 close"),
            row("a blank", host("a b"), "400 close"),
            row("a path", host("a/b"), "400 close"),
            row("a scheme", host("http://a"), "400 close"),
            row("a user", host("u@a"), "400 close"),
            row("a port of letters", host("a:b"), "400 close"),
            row("two ports", host("a:80:80"), "400 close"),
            row("a bracket that stays open", host("[::1"), "400 close"),
            row("a name behind brackets", host("[::1]a"), "400 close"),
            row("a query", host("a?b"), "400 close"),
            row("a backslash", host("a\\b"), "400 close"),
            row("not ASCII", host("\u{e9}"), "400 close"),
            row("empty", host(""), "200 open"),
            row(
                "two in HTTP/1.0",
                "GET / HTTP/1.0\r\nhost: a\r\nhost: b\r\n\r\n",
                "400 close",
            ),
            row("none in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "200 close"),
            row(
                "as a trailer only",
                "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nhost: a\r\n\r\n",
                "400 close",
            ),
        ],
    );
}

#[test]
fn words_between_hops() {
    let post =
        |line: &str| format!("POST / HTTP/1.1\r\nhost: a\r\n{line}\r\ncontent-length: 2\r\n\r\nab");
    run(
        &[],
        vec![
            row("another expectation", post("expect: 200-ok"), "200 open"),
            row(
                "an expectation and more",
                post("expect: 100-continue, x"),
                "200 open",
            ),
            row(
                "an expectation twice",
                post("expect: 100-continue\r\nexpect: 100-continue"),
                "100 200 open",
            ),
            row(
                "an expectation without a body",
                with("expect: 100-continue"),
                "200 open",
            ),
            row(
                "an expectation in HTTP/1.0",
                "POST / HTTP/1.0\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\nab",
                "200 close",
            ),
            row(
                "an upgrade to HTTP/2",
                with(
                    "upgrade: h2c\r\nconnection: upgrade, http2-settings\r\nhttp2-settings: AAMAAABk",
                ),
                "200 open",
            ),
            row(
                "an upgrade to nothing we know",
                with("upgrade: x\r\nconnection: upgrade"),
                "200 open",
            ),
            row(
                "an upgrade with a body",
                post("upgrade: websocket\r\nconnection: upgrade"),
                "200 open",
            ),
            row(
                "close among others",
                with("connection: keep-alive, close"),
                "200 close",
            ),
            row(
                "close twice",
                with("connection: close\r\nconnection: close"),
                "200 close",
            ),
            row(
                "Host as a word of Connection",
                with("connection: host"),
                "200 open",
            ),
        ],
    );
}
