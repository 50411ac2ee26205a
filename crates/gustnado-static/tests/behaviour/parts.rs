//! Several ranges in one answer: `multipart/byteranges`.

use crate::site::{Answer, Site, noise, settled, text};

/// A file in memory, and one that is streamed.
fn sizes(bytes: &[u8]) -> [(&'static str, Site); 2] {
    let mut small = settled();
    small.file = 100;
    [
        ("kept", Site::new(&[("a.bin", bytes)])),
        (
            "streamed",
            Site::with(&[("a.bin", bytes)], |files| {
                files.limits(|all| *all = small)
            }),
        ),
    ]
}

/// The boundary, and each part's head and bytes.
fn taken_apart(answer: &Answer) -> (String, Vec<(String, Vec<u8>)>) {
    let content_type = answer.field("content-type");
    let boundary = content_type
        .strip_prefix("multipart/byteranges; boundary=")
        .expect(content_type);
    let divider = format!("\r\n--{boundary}");
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|part| part == what);
    let mut parts = Vec::new();
    assert!(answer.body.starts_with(divider.as_bytes()));
    let mut rest = &answer.body[divider.len()..];
    while rest != b"--\r\n" {
        let end = find(rest, divider.as_bytes()).expect("another boundary");
        let part = rest[..end].strip_prefix(b"\r\n").expect("a line's end");
        let head = find(part, b"\r\n\r\n").expect("a head");
        let text = String::from_utf8(part[..head].to_vec()).unwrap();
        parts.push((text, part[head + 4..].to_vec()));
        rest = &rest[end + divider.len()..];
    }
    (boundary.to_owned(), parts)
}

// Rules 25, 33
#[test]
fn each_part_says_which_bytes_it_is() {
    let all = noise(200_000);
    for (name, site) in sizes(&all) {
        let whole = site.get("/a.bin", &[]);
        let range = ("range", "bytes=0-9, 100000-179999, -5");
        let answer = site.get("/a.bin", &[range]);
        assert_eq!(answer.status, 206, "{name}");
        assert!(!answer.has("content-range"));
        assert_eq!(
            answer.field("content-length"),
            answer.body.len().to_string()
        );
        for field in ["etag", "last-modified", "cache-control", "accept-ranges"] {
            assert_eq!(answer.field(field), whole.field(field), "{field}");
        }
        let (_, parts) = taken_apart(&answer);
        let expected = [(0, 9), (100_000, 179_999), (199_995, 199_999)];
        assert_eq!(parts.len(), expected.len());
        for ((head, bytes), (first, last)) in parts.iter().zip(expected) {
            let wanted = format!(
                "content-type: application/octet-stream\r\ncontent-range: bytes {first}-{last}/200000"
            );
            assert_eq!(*head, wanted, "{name}");
            assert!(*bytes == all[first..=last], "{name} {first}");
        }
    }
}

// Rule 26
#[test]
fn the_boundary_is_new_each_time_and_not_in_the_file() {
    let all = noise(5000);
    for (_, site) in sizes(&all) {
        let ask = || site.get("/a.bin", &[("range", "bytes=0-1,4000-4001")]);
        let (one, _) = taken_apart(&ask());
        let (other, _) = taken_apart(&ask());
        assert!(one != other && one.len() >= 32);
        let bytes = one.as_bytes();
        assert!(!all.windows(bytes.len()).any(|part| part == bytes));
    }
}

// Rule 27
#[test]
fn nothing_that_is_asked_for_costs_more_than_the_file() {
    let length = 300_000;
    let all = noise(length);
    let overlapping = format!("bytes={}", vec!["0-"; 50].join(","));
    let nearly: Vec<_> = (0..50).map(|first| format!("{first}-299998")).collect();
    let nearly = format!("bytes={}", nearly.join(","));
    let single: Vec<_> = (0..100).map(|at| format!("{0}-{0}", at * 3000)).collect();
    let single = format!("bytes={}", single.join(","));
    let halves = "bytes=0-149990,151400-299999";
    let too_many = format!("bytes={}", vec!["5-6"; 101].join(","));
    for (name, site) in sizes(&all) {
        for (range, status, bytes) in [
            (&*overlapping, 206, length),
            (&*nearly, 206, 299_999),
            (halves, 206, 0),
            (&*too_many, 200, length),
            (&*single, 206, 0),
        ] {
            let answer = site.get("/a.bin", &[("range", range)]);
            assert_eq!(answer.status, status, "{name} {range}");
            assert!(answer.body.len() <= length, "{name} {range}");
            assert!(bytes == 0 || answer.body.len() == bytes, "{name} {range}");
        }
        let (_, parts) = taken_apart(&site.get("/a.bin", &[("range", &single)]));
        assert_eq!(parts.len(), 100, "{name}");
    }
}

// Rules 25, 31
#[test]
fn of_a_coding_several_ranges_get_the_whole() {
    let site = Site::new(&[("a.js", &text(50_000))]);
    let br = ("accept-encoding", "br");
    let whole = site.get("/a.js", &[br]);
    let answer = site.get("/a.js", &[br, ("range", "bytes=0-1,100-101")]);
    assert_eq!((answer.status, answer.body), (200, whole.body));
    let plain = site.get("/a.js", &[("range", "bytes=0-1,40000-40001")]);
    assert_eq!(plain.status, 206);
    assert_eq!(plain.field("vary"), "accept-encoding");
}

// Rules 24, 29
#[test]
fn parts_have_the_conditions_of_a_single_range() {
    for (name, site) in sizes(&noise(5000)) {
        let range = ("range", "bytes=0-1,4000-4001");
        let tag = site.get("/a.bin", &[]).tag().to_owned();
        let if_range = |value| site.get("/a.bin", &[range, ("if-range", value)]).status;
        assert_eq!((if_range(&tag), if_range("\"x\"")), (206, 200), "{name}");
        let head = site.ask("HEAD", "/a.bin", &[range]);
        assert_eq!((head.status, head.field("content-length")), (200, "5000"));
        let not_modified = site.get("/a.bin", &[range, ("if-none-match", &tag)]);
        assert_eq!(not_modified.status, 304);
    }
}
