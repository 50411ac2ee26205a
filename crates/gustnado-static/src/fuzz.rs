//! What must hold of paths, ranges, lists of tags, dates and codings, whatever was sent. It must not
//! know who makes them up.

use std::path::{Component, Path};

use gustnado_core::tag;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{
    coding::Coding,
    decide::{Plan, Validators, Verb, decide},
    dictionary::{DictionaryHash, Family},
    negotiate::Preferences,
    resolve::{Names, resolve},
    validator::{Seconds, Tag},
};

/// What is found for a path is below the root.
pub fn path(bytes: &[u8]) {
    let Ok(tail) = std::str::from_utf8(bytes) else {
        return;
    };
    for names in [Names::Unix, Names::Windows] {
        let Some(found) = resolve(tail, names) else {
            continue;
        };
        let path = Path::new(&*found.path);
        let normal = |part| matches!(part, Component::Normal(_));
        assert!(path.components().all(normal), "{path:?}");
        assert!(Path::new("/root").join(path).starts_with("/root"));
        assert!(!found.path.contains(['\\', '\0', '\r', '\n']));
        assert!(!found.path.contains("//") && !found.path.ends_with('/'));
    }
}

/// A slice lies within the file; parts do, and are not more than it.
pub fn range(bytes: &[u8]) {
    let Some((length, line)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let length = u64::from(u16::from_le_bytes(*length));
    let slices = match plan(&[(header::RANGE, line)], length) {
        Plan::Slice(slice) => vec![slice],
        Plan::Parts(slices) => slices,
        _ => return,
    };
    assert!(slices.iter().all(|slice| slice.first <= slice.last));
    assert!(slices.iter().all(|slice| slice.last < length));
    assert!(slices.iter().map(|slice| slice.length()).sum::<u64>() <= length);
}

/// What matches strongly matches weakly, and what does so is found or is `*`; what was read of a date is written so that it is read so.
pub fn validators(bytes: &[u8]) {
    let Ok(line) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let ours = HeaderValue::from_static("\"ours\"");
    let strongly = tag::matches_strongly(&ours, &line);
    let weakly = tag::matches_weakly(&ours, &line);
    assert!(!strongly || weakly);
    let found = tag::find(line.as_bytes(), |tag| tag == ours.as_bytes());
    assert_eq!(
        found.is_some() || line.as_bytes().trim_ascii() == b"*",
        weakly
    );
    if let Some(date) = Seconds::read(&line) {
        let written = date.header().expect("a date that was read");
        assert_eq!(Seconds::read(&written), Some(date));
    }
    for name in [
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::IF_MODIFIED_SINCE,
        header::IF_UNMODIFIED_SINCE,
        header::IF_RANGE,
    ] {
        let asked = [(name, bytes), (header::RANGE, b"bytes=0-9")];
        assert_ne!(plan(&asked, 10), Plan::NotSatisfiable);
    }
}

/// What was not there is not chosen, nor a dictionary by what is none; a pattern for the versions of any
/// file begins where it is served.
pub fn codings(bytes: &[u8]) {
    let headers = headers(&[(header::ACCEPT_ENCODING, bytes)]);
    let none = crate::coding::Codings::default();
    let chosen = Preferences::of(&headers).choose(none);
    assert!(matches!(chosen, None | Some(Coding::Identity)));
    let known = DictionaryHash::read(bytes);
    assert!(known.is_none() || bytes.trim_ascii().starts_with(b":"));
    if let Some(family) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|path| Family::of("/static", path))
    {
        assert!(family.offer().as_bytes().starts_with(b"match=\"/static/"));
    }
}

fn plan(fields: &[(HeaderName, &[u8])], length: u64) -> Plan {
    let tag = Tag::of_file(length, (5, 1), None, Coding::Identity);
    let validators = Validators {
        tag: &tag,
        modified: Seconds::of(784_111_777),
        length,
        part_head: Some(100),
        content: None,
    };
    decide(Verb::Get, &headers(fields), &validators, Seconds::now)
}

fn headers(fields: &[(HeaderName, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name.clone(), value);
        }
    }
    headers
}
