//! Requests that are too large, in each of their parts.

use super::row::{row, run};

fn fields(count: usize) -> String {
    let field = |n| format!("x{n}: y\r\n");
    (0..count).map(field).collect()
}

#[test]
fn sizes() {
    let get =
        |target: &str, fields: &str| format!("GET {target} HTTP/1.1\r\nhost: a\r\n{fields}\r\n");
    let x = |count| "x".repeat(count);
    let post = |length| format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
    let chunks = |count| {
        let chunk = format!("800\r\n{}\r\n", x(0x0800));
        format!(
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{}",
            chunk.repeat(count)
        )
    };
    run(
        &["body=32768"],
        vec![
            row(
                "a target at the limit",
                get(&format!("/{}", x(8191)), ""),
                "200 open",
            ),
            row(
                "a target above",
                get(&format!("/{}", x(8192)), ""),
                "414 open",
            ),
            row(
                "a target above the head",
                get(&format!("/{}", x(40_000)), ""),
                "431 close",
            ),
            row(
                "a target above all",
                get(&format!("/{}", x(90_000)), ""),
                "431 close",
            ),
            row(
                "a method above the head",
                format!("{} / HTTP/1.1\r\nhost: a\r\n\r\n", x(40_000)),
                "431 close",
            ),
            row(
                "a name above the head",
                get("/", &format!("{}: y\r\n", x(40_000))),
                "431 close",
            ),
            row(
                "a value above the head",
                get("/", &format!("y: {}\r\n", x(40_000))),
                "431 close",
            ),
            row(
                "fields above the head",
                get("/", &format!("y: {}\r\n", x(1000)).repeat(40)),
                "431 close",
            ),
            row("100 fields", get("/", &fields(99)), "200 open"),
            row("101 fields", get("/", &fields(100)), "431 close"),
            row("10,000 fields", get("/", &fields(3000)), "431 close"),
            row(
                "blank lines without end",
                "\r\n".repeat(40_000),
                "431 close",
            ),
            row(
                "a Host above the head",
                format!("GET / HTTP/1.1\r\nhost: {}\r\n\r\n", x(40_000)),
                "431 close",
            ),
            row(
                "a length at the limit",
                post(32_768) + &x(32_768),
                "200 open",
            ),
            row("a length above", post(32_769), "413 cut"),
            row(
                "a length above, and the bytes",
                post(32_769) + &x(32_769),
                "413 cut",
            ),
            row("chunks at the limit", chunks(16) + "0\r\n\r\n", "200 open"),
            row("chunks above", chunks(17), "413 cut"),
            row("chunks far above", chunks(32), "413 cut"),
        ],
    );
}
