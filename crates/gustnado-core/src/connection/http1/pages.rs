//! Answers that go out again and again, head and all, in pages of the system: sent from there, they are not
//! copied. It must not know who asks, nor how much of one was sent.
//!
//! The pages are written once, and never changed: a socket may hold on to them for long. So those of one second
//! are not those of the next, which has another date, and making them has to pay within it.

use std::{cell::RefCell, fs::File};

use super::date::Line;
use crate::{
    limits::{CORK_COPY, PAGES, PAGES_AFTER, PAGES_TO},
    ready::{AsItIs, ReadyMade},
};

thread_local! {
    static OFTEN: RefCell<Often> = const { RefCell::new(Often { date: None, answers: Vec::new() }) };
}

/// What a worker has answered since the date changed.
struct Often {
    date: Option<Line>,
    answers: Vec<Counted>,
}

struct Counted {
    made: ReadyMade,
    times: u32,
    /// All of it, with this date.
    pages: Option<File>,
}

/// Whether answers with so many bytes are ever in pages, for a socket that takes such.
#[inline]
pub(super) fn are_for(length: usize) -> bool {
    cfg!(feature = "files") && (CORK_COPY + 1..=PAGES_TO).contains(&length)
}

/// Has an answer with this date sent from its pages, if it has any by now. Says what `send` says.
pub(super) fn send(answer: &AsItIs, date: &Line, send: impl FnOnce(&File) -> usize) -> usize {
    let Some(made) = answer.kept() else {
        return 0;
    };
    OFTEN.with_borrow_mut(|often| {
        let pages = often
            .find(made, date)
            .and_then(|counted| counted.pages(answer, date));
        pages.map_or(0, send)
    })
}

impl Often {
    /// What is counted of an answer; nothing where there are too many of them.
    fn find(&mut self, made: &ReadyMade, date: &Line) -> Option<&mut Counted> {
        if self.date.as_ref() != Some(date) {
            self.date = Some(*date);
            self.answers.clear();
        }
        let answers = &mut self.answers;
        let place = answers.iter().position(|counted| counted.made.is(made));
        if place.is_none() && answers.len() < PAGES {
            answers.push(Counted {
                made: made.clone(),
                times: 0,
                pages: None,
            });
            return answers.last_mut();
        }
        answers.get_mut(place?)
    }
}

impl Counted {
    /// The pages. They are made where it is asked for so often that they will pay.
    fn pages(&mut self, answer: &AsItIs, date: &Line) -> Option<&File> {
        if self.times < PAGES_AFTER {
            self.times += 1;
            if self.times == PAGES_AFTER {
                let made = make(&[answer.start(), date, answer.bytes()]);
                self.pages = made
                    .inspect_err(|error| tracing::debug!(%error, "no pages for an answer"))
                    .ok();
            }
        }
        self.pages.as_ref()
    }
}

/// New pages with these bytes.
#[cfg(all(target_os = "linux", feature = "files"))]
fn make(parts: &[&[u8]]) -> std::io::Result<File> {
    use std::io::Write as _;

    use rustix::{
        fs::{MemfdFlags, memfd_create},
        process::{Resource, getrlimit},
    };

    // Whoever writes more than a process may write to a file is ended by a signal, also where it is none of a disk.
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if getrlimit(Resource::Fsize)
        .current
        .is_some_and(|most| most < length as u64)
    {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    let mut file = File::from(memfd_create("gustnado", MemfdFlags::CLOEXEC)?);
    for part in parts {
        file.write_all(part)?;
    }
    Ok(file)
}

#[cfg(not(all(target_os = "linux", feature = "files")))]
fn make(_parts: &[&[u8]]) -> std::io::Result<File> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_pointer_width = "64", feature = "files"))]
mod tests {
    use std::{os::unix::fs::FileExt as _, sync::Arc};

    use http::{HeaderMap, StatusCode, header};

    use super::*;
    use crate::{defaults::Defaults, ready::ReadyHead};

    const NOW: &Line = b"date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
    const LATER: &Line = b"date: Sun, 06 Nov 1994 08:49:38 GMT\r\n\r\n";

    fn made(letter: u8) -> ReadyMade {
        let head = ReadyHead::new(StatusCode::OK, HeaderMap::new());
        ReadyMade::new(Arc::new(head), vec![letter; 10_000].into())
    }

    fn answer(made: &ReadyMade) -> AsItIs {
        AsItIs::of(made.clone(), &Defaults::default()).unwrap()
    }

    /// What its pages say, if it has any.
    fn sent(answer: &AsItIs, date: &Line) -> Option<String> {
        let mut bytes = vec![0; 20_000];
        let count = send(answer, date, |file| file.read_at(&mut bytes, 0).unwrap());
        bytes.truncate(count);
        (count > 0).then(|| String::from_utf8(bytes).unwrap())
    }

    fn whole(letter: &str, date: &Line) -> String {
        let date = str::from_utf8(date).unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n";
        format!("{head}{date}{}", letter.repeat(10_000))
    }

    #[test]
    fn what_is_asked_for_often_is_in_pages_with_the_date_of_each() {
        let (a, b) = (answer(&made(b'a')), answer(&made(b'b')));
        for date in [NOW, LATER] {
            for _ in 1..PAGES_AFTER {
                assert_eq!(sent(&a, date), None);
                assert_eq!(sent(&b, date), None);
            }
            for _ in 0..3 {
                assert_eq!(sent(&a, date), Some(whole("a", date)));
                assert_eq!(sent(&b, date), Some(whole("b", date)));
            }
        }
    }

    #[test]
    fn no_more_are_kept_than_a_worker_may_have() {
        let all: Vec<_> = (0..PAGES + 5).map(|_| answer(&made(b'a'))).collect();
        for _ in 0..PAGES_AFTER {
            for one in &all {
                sent(one, NOW);
            }
        }
        let has = |one| sent(one, NOW).is_some();
        assert!(all[..PAGES].iter().all(has));
        assert!(!all[PAGES..].iter().any(has));
        // What was asked for once does not stand in the way for long.
        sent(&all[0], LATER);
        assert_eq!(OFTEN.with_borrow(|often| often.answers.len()), 1);
    }

    #[test]
    fn what_a_second_mount_adds_is_not_in_them() {
        let made = made(b'a');
        answer(&made);
        let added = HeaderMap::from_iter([(header::SERVER, "b".parse().unwrap())]);
        let other = AsItIs::of(made, &Defaults::new(added)).unwrap();
        for _ in 0..=PAGES_AFTER {
            assert_eq!(sent(&other, NOW), None);
        }
    }

    #[test]
    fn small_and_very_large_answers_have_none() {
        for (length, expected) in [(0, false), (8192, false), (10_000, true), (1 << 20, false)] {
            assert_eq!(are_for(length), expected, "{length}");
        }
    }
}
