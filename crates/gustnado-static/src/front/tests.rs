//! The front of one thread: what it remembers of clients, and who may ask it.

use http::{HeaderMap, HeaderValue, StatusCode};

use super::*;

#[test]
fn a_value_is_read_once_and_told_from_others_of_its_length() {
    let mut front = Front::default();
    let read = |front: &mut Front, text: &str| {
        let line = text.as_bytes();
        assert_eq!(front.preferences(Some(line)), Preferences::of_line(line));
    };
    for text in ["br", "*;", "gzip", "zstd", "br", "gzip;q=0"] {
        read(&mut front, text);
        read(&mut front, text);
    }
    assert_eq!(front.preferences(None), Preferences::default());
}

#[test]
fn a_front_that_another_thread_has_is_not_waited_for() {
    let fronts = Fronts(Box::new([Mutex::default()]));
    let mine = fronts.mine().unwrap();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| fronts.mine().is_none());
        assert!(other.join().unwrap());
    });
    drop(mine);
    assert!(fronts.mine().is_some());
}

#[test]
fn heads_count() {
    let mut fields = HeaderMap::new();
    let empty = ReadyHead::new(StatusCode::OK, fields.clone()).weight();
    fields.insert("etag", HeaderValue::from_static("\"a\""));
    assert!(ReadyHead::new(StatusCode::OK, fields).weight() > empty);
}
