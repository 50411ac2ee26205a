//! Malformed bodies: lengths, codings, chunks, trailers, and those that end early.

use super::row::{row, run};

/// A request with these fields behind its Host, and what follows its head.
fn with(fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("POST / HTTP/1.1\r\nhost: a\r\n{fields}\r\n\r\n");
    [head.as_bytes(), body.as_ref()].concat()
}

fn chunked(body: impl AsRef<[u8]>) -> Vec<u8> {
    with("transfer-encoding: chunked", body)
}

#[test]
fn lengths() {
    let of = |value: &str| with(&format!("content-length: {value}"), "abcde");
    run(
        &[],
        vec![
            row("negative", of("-5"), "400 close"),
            row("a sign", of("+5"), "400 close"),
            row("hexadecimal", of("0x5"), "400 close"),
            row("a fraction", of("5.0"), "400 close"),
            row("an exponent", of("5e0"), "400 close"),
            row("empty", of(""), "400 close"),
            row("two numbers", of("5 5"), "400 close"),
            row("a unit", of("5b"), "400 close"),
            row("an underscore", of("0_5"), "400 close"),
            row("other digits", of("\u{665}"), "400 close"),
            row("a list that differs", of("5, 6"), "400 close"),
            row("a list", of("5, 5"), "400 close"),
            row("a list with nothing in it", of("5,"), "400 close"),
            row("more than 64 bits", of("18446744073709551621"), "400 close"),
            row("64 bits", of("18446744073709551615"), "431 close"),
            row("63 bits", of("9223372036854775807"), "413 cut"),
            row(
                "two that differ",
                with("content-length: 5\r\ncontent-length: 6", "abcde"),
                "400 close",
            ),
            row(
                "two alike",
                with("content-length: 5\r\ncontent-length: 5", "abcde"),
                "200 open",
            ),
            row(
                "a blank in the name",
                with("content-length : 5", "abcde"),
                "400 close",
            ),
            row("zeros first", of("0005"), "200 open"),
            row("blanks around", of(" \t5 "), "200 open"),
            row(
                "on a GET",
                "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nab",
                "200 open",
            ),
        ],
    );
}

#[test]
fn codings() {
    let of = |value: &str| with(&format!("transfer-encoding: {value}"), "0\r\n\r\n");
    run(
        &[],
        vec![
            row("twice in a list", of("chunked, chunked"), "400 close"),
            row(
                "twice in two lines",
                of("chunked\r\ntransfer-encoding: chunked"),
                "400 close",
            ),
            row("another one first", of("gzip, chunked"), "501 close"),
            row("another one last", of("chunked, gzip"), "400 close"),
            row("another one", of("gzip"), "400 close"),
            row("identity", of("identity"), "400 close"),
            row(
                "chunked, then identity",
                of("chunked, identity"),
                "400 close",
            ),
            row(
                "identity in a second line",
                of("chunked\r\ntransfer-encoding: identity"),
                "400 close",
            ),
            row("a letter more", of("xchunked"), "400 close"),
            row("a letter behind", of("chunkedx"), "400 close"),
            row("a parameter", of("chunked;q=1"), "400 close"),
            row("quotes", of("\"chunked\""), "400 close"),
            row("empty", of(""), "400 close"),
            row("a comma first", of(", chunked"), "501 close"),
            row("a control character first", of("\x0bchunked"), "400 close"),
            row(
                "a blank before the colon",
                with("transfer-encoding : chunked", "0\r\n\r\n"),
                "400 close",
            ),
            row("folded", of("\r\n chunked"), "400 close"),
            row(
                "in HTTP/1.0",
                "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                "400 close",
            ),
            row(
                "beside a length",
                with(
                    "content-length: 5\r\ntransfer-encoding: chunked",
                    "0\r\n\r\n",
                ),
                "200 close",
            ),
            row(
                "before a length",
                with(
                    "transfer-encoding: chunked\r\ncontent-length: 5",
                    "0\r\n\r\n",
                ),
                "200 close",
            ),
            row("capitals", of("CHUNKED"), "200 open"),
        ],
    );
}

#[test]
fn chunks() {
    run(
        &[],
        vec![
            row("a size of nothing", chunked("\r\n\r\n"), "400 cut"),
            row(
                "a negative size",
                chunked("-1\r\na\r\n0\r\n\r\n"),
                "400 cut",
            ),
            row("a sign", chunked("+1\r\na\r\n0\r\n\r\n"), "400 cut"),
            row("a prefix", chunked("0x1\r\na\r\n0\r\n\r\n"), "400 cut"),
            row("no digit", chunked("g\r\na\r\n0\r\n\r\n"), "400 cut"),
            row("a blank first", chunked(" 1\r\na\r\n0\r\n\r\n"), "400 cut"),
            row(
                "an underscore",
                chunked("1_0\r\n0123456789abcdef\r\n0\r\n\r\n"),
                "400 cut",
            ),
            row(
                "more than 64 bits",
                chunked("10000000000000001\r\na\r\n0\r\n\r\n"),
                "400 cut",
            ),
            row(
                "64 bits",
                chunked("ffffffffffffffff\r\na\r\n0\r\n\r\n"),
                "400 cut",
            )
            .then_end(),
            row(
                "bare LF behind the size",
                chunked("1\na\r\n0\r\n\r\n"),
                "400 cut",
            ),
            row(
                "bare CR behind the size",
                chunked("1\ra\r\n0\r\n\r\n"),
                "400 cut",
            ),
            row(
                "bare LF behind the bytes",
                chunked("1\r\na\n0\r\n\r\n"),
                "400 cut",
            ),
            row(
                "nothing behind the bytes",
                chunked("1\r\na0\r\n\r\n"),
                "400 cut",
            ),
            row(
                "more bytes than said",
                chunked("1\r\nabc\r\n0\r\n\r\n"),
                "400 cut",
            ),
            row(
                "a bare LF in an extension",
                chunked("1;a\nb\r\na\r\n0\r\n\r\n"),
                "400 cut",
            ),
            row(
                "NUL in an extension",
                chunked("1;a\0b\r\na\r\n0\r\n\r\n"),
                "200 open",
            ),
            row(
                "an extension without end",
                chunked(format!("1;{}", "x".repeat(40_000))),
                "400 cut",
            ),
            row(
                "extensions on each chunk",
                chunked("1;xxxxxxxx\r\na\r\n".repeat(4000)),
                "400 cut",
            ),
            row(
                "a bare LF at the end",
                chunked("1\r\na\r\n0\r\n\n"),
                "400 cut",
            )
            .then_end(),
            row("an end that is cut", chunked("1\r\na\r\n0\r\n"), "400 cut").then_end(),
            row("a size that is cut", chunked("1"), "400 cut").then_end(),
            row("bytes that are cut", chunked("5\r\nabc"), "400 cut").then_end(),
            row(
                "a length that is cut",
                with("content-length: 10", "abcd"),
                "400 cut",
            )
            .then_end(),
            row(
                "nothing of a length",
                with("content-length: 10", ""),
                "400 cut",
            )
            .then_end(),
            row(
                "an extension",
                chunked("1;a=\"b\"\r\na\r\n0\r\n\r\n"),
                "200 open",
            ),
            row(
                "zeros first",
                chunked("0000001\r\na\r\n0000\r\n\r\n"),
                "200 open",
            ),
        ],
    );
}

#[test]
fn trailers() {
    let of = |lines: &str| chunked(format!("1\r\na\r\n0\r\n{lines}\r\n\r\n"));
    run(
        &[],
        vec![
            row("no colon", of("x"), "400 cut"),
            row("a blank before the colon", of("x : y"), "400 cut"),
            row("a bare LF", of("x: y\nz: a"), "400 cut"),
            row("NUL", of("x: \0"), "400 cut"),
            row("folded", of("x: y\r\n z"), "400 cut"),
            row(
                "too large",
                of(&format!("x: {}", "y".repeat(40_000))),
                "400 cut",
            ),
            row("too many", of(&"x: y\r\n".repeat(2000)), "400 cut"),
            row("a length", of("content-length: 50"), "200 open"),
            row("a coding", of("transfer-encoding: gzip"), "200 open"),
            row("ordinary", of("x-sum: 1"), "200 open"),
        ],
    );
}
