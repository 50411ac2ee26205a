//! Malformed request lines: methods, targets, versions, and what is no HTTP at all.

use super::row::{row, run};

const REST: &str = " HTTP/1.1\r\nhost: a\r\n\r\n";

#[test]
fn what_is_no_request() {
    run(
        &[],
        vec![
            row("nothing but an end", "", "cut").then_end(),
            row("zeros", [0; 64], "400 close"),
            row(
                "a TLS hello",
                b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
                "400 close",
            ),
            row("another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "400 close"),
            row("an answer", "HTTP/1.1 200 OK\r\n\r\n", "400 close"),
            row(
                "blank lines first",
                format!("\r\n\r\nGET /{REST}"),
                "200 open",
            ),
            row("a blank first", format!(" GET /{REST}"), "400 close"),
            row("HTTP/0.9", "GET /\r\n\r\n", "400 close"),
            row(
                "a preface gone wrong",
                "PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n",
                "400 close",
            ),
            row(
                "a preface with fields",
                "PRI * HTTP/2.0\r\nhost: a\r\n\r\n",
                "400 close",
            ),
            row("a line that ends", "GET /", "cut").then_end(),
            row("a head that ends", "GET / HTTP/1.1\r\nhost:", "cut").then_end(),
            row("half a preface that ends", "PRI * HT", "cut").then_end(),
            row(
                "a head that ends behind a request",
                "GET / HTTP/1.1\r\nhost: a\r\n\r\nGET",
                "200 cut",
            )
            .then_end(),
        ],
    );
}

#[test]
fn methods() {
    run(
        &[],
        vec![
            row("none", format!(" /{REST}"), "400 close"),
            row(
                "a control character",
                format!("G\x01T /{REST}"),
                "400 close",
            ),
            row("NUL", format!("G\0ET /{REST}"), "400 close"),
            row("a separator", format!("G(T /{REST}"), "400 close"),
            row("a colon", format!("GET: /{REST}"), "400 close"),
            row("not ASCII", format!("G\u{c9}T /{REST}"), "400 close"),
            row("a tab behind it", format!("GET\t/{REST}"), "400 close"),
            row(
                "small letters are another method",
                format!("get /{REST}"),
                "200 open",
            ),
            row("a name of its own", format!("BREW-IT /{REST}"), "200 open"),
            row(
                "a tunnel",
                "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\n",
                "501 close",
            ),
            row(
                "a tunnel to a path",
                format!("CONNECT /{REST}"),
                "501 close",
            ),
        ],
    );
}

#[test]
fn versions() {
    let version = |version| format!("GET / {version}\r\nhost: a\r\n\r\n");
    let mut rows = vec![
        row("none", "GET /\r\nhost: a\r\n\r\n", "400 close"),
        row("1.0", version("HTTP/1.0"), "200 close"),
        row("more behind it", version("HTTP/1.1 x"), "400 close"),
        row("a blank behind it", version("HTTP/1.1 "), "400 close"),
    ];
    for wrong in [
        "HTTP/1.2",
        "HTTP/2.0",
        "HTTP/3",
        "HTTP/0.9",
        "HTTP/1.10",
        "HTTP/11",
        "HTTP/1",
        "HTTP/1,1",
        "HTTP/01.1",
        "HTTP/+1.1",
        "http/1.1",
        "HTP/1.1",
        "HTTP /1.1",
        "HTTP/1.1\0",
        "HTTP/1.1\x0b",
    ] {
        rows.push(row(wrong, version(wrong), "400 close"));
    }
    run(&[], rows);
}

#[test]
fn targets() {
    let target = |target: &str| format!("GET {target}{REST}");
    run(
        &[],
        vec![
            row("none", "GET HTTP/1.1\r\nhost: a\r\n\r\n", "400 close"),
            row("two blanks before it", target(" /"), "400 close"),
            row("a blank in it", target("/a b"), "400 close"),
            row("a relative path", target("hello"), "400 close"),
            row("NUL", target("/\0"), "400 close"),
            row("a control character", target("/\x01"), "400 close"),
            row("delete", target("/\x7f"), "400 close"),
            row("bare CR", target("/\ra"), "400 close"),
            row("UTF-8", target("/\u{e9}"), "200 open"),
            row(
                "Latin-1",
                [b"GET /\xe9", REST.as_bytes()].concat(),
                "400 close",
            ),
            row("a fragment", target("/#a"), "200 open"),
            row("a backslash", target("/a\\b"), "200 open"),
            row("an asterisk that is no OPTIONS", target("*"), "400 close"),
            row("an asterisk", format!("OPTIONS *{REST}"), "204 open"),
            row(
                "an authority that is no CONNECT",
                target("a:80"),
                "400 close",
            ),
            row("absolute", target("http://a/"), "200 open"),
            row("absolute and another host", target("http://b/"), "200 open"),
            row("absolute without a host", target("http:///"), "400 close"),
            row("absolute with a user", target("http://u:p@a/"), "400 close"),
            row(
                "absolute in another scheme",
                target("ftp://a/"),
                "400 close",
            ),
            row(
                "absolute and no Host",
                "GET http://a/ HTTP/1.1\r\n\r\n",
                "400 close",
            ),
            row("two slashes", target("//b/"), "200 open"),
            row("%00", target("/name/%00"), "200 open"),
            row("%0d%0a", target("/name/%0d%0ax:y"), "200 open"),
            row("no UTF-8 when decoded", target("/name/%ff"), "404 open"),
            row("half an escape", target("/name/%f"), "200 open"),
            row("an escape of no digits", target("/name/%zz"), "200 open"),
            row("dots", target("/../../etc/passwd"), "200 open"),
        ],
    );
}
