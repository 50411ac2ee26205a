//! The pool's books, by connections that are none: what is opened, given and closed, and in which
//! order.

use std::sync::Arc;

use proptest::prelude::*;
use tokio::{
    runtime::{Handle, Id},
    sync::oneshot,
    time::Instant,
};

use super::{
    pooled::Pooled,
    state::{Deeds, State, Taken},
};
use crate::{
    error::{Error, ErrorKind, Result},
    limits::Limits,
    url::{Origin, Scheme},
};

/// A connection by its number; one of those below 100 has one user at a time.
#[derive(Debug, PartialEq, Eq)]
struct Fake(u32);

impl Pooled for Fake {
    fn share(&self) -> Option<Self> {
        (self.0 >= 100).then_some(Self(self.0))
    }

    fn used(&self) -> bool {
        false
    }

    fn is_open(&mut self) -> bool {
        true
    }

    fn seems_open(&self) -> bool {
        true
    }

    fn is_old(&self, _now: Instant) -> bool {
        false
    }

    fn unused_since(&self) -> Option<Instant> {
        None
    }

    fn runtime(&self) -> Id {
        Handle::current().id()
    }
}

/// The books of a pool, and what they said is to be done.
struct Books {
    state: State<Fake>,
    /// All that were begun, and those of them that are neither open nor failed.
    opening: Vec<(String, u64)>,
    under_way: Vec<(String, u64)>,
    closed: Vec<u32>,
}

type Place = oneshot::Receiver<Result<Fake>>;

fn host(name: &str) -> Arc<Origin> {
    let scheme = if name.starts_with('s') {
        Scheme::Https
    } else {
        Scheme::Http
    };
    Arc::new(Origin::new(scheme, name.into(), 1))
}

impl Books {
    fn new(set: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        set(&mut limits);
        Self {
            state: State::new(&limits),
            opening: Vec::new(),
            under_way: Vec::new(),
            closed: Vec::new(),
        }
    }

    fn with<T>(&mut self, change: impl FnOnce(&mut State<Fake>, &mut Deeds<Fake>) -> T) -> T {
        let mut deeds = Deeds::default();
        let value = change(&mut self.state, &mut deeds);
        for opening in deeds.open {
            let begun = (opening.origin.host.to_string(), opening.number);
            self.opening.push(begun.clone());
            self.under_way.push(begun);
        }
        self.closed
            .extend(deeds.close.into_iter().map(|fake| fake.0));
        value
    }

    fn take(&mut self, name: &str) -> Taken<Fake> {
        self.take_one(name, false)
    }

    fn fresh(&mut self, name: &str) -> Place {
        match self.take_one(name, true) {
            Taken::Line(_, place) => place,
            Taken::Kept(fake, _) => panic!("{fake:?} is not fresh"),
        }
    }

    fn take_one(&mut self, name: &str, fresh: bool) -> Taken<Fake> {
        let handle = Handle::current();
        self.with(|state, deeds| state.take(&host(name), fresh, &handle, Instant::now(), deeds))
            .unwrap()
    }

    fn line(&mut self, name: &str) -> Place {
        match self.take(name) {
            Taken::Line(_, place) => place,
            Taken::Kept(fake, _) => panic!("{fake:?} was kept"),
        }
    }

    fn kept(&mut self, name: &str) -> u32 {
        match self.take(name) {
            Taken::Kept(fake, _) => fake.0,
            Taken::Line(..) => panic!("nothing is kept"),
        }
    }

    /// The first that was begun, of those under way, is this one.
    fn opened(&mut self, name: &str, fake: u32) {
        let number = self.ended(name, |_| true).unwrap();
        self.with(|state, deeds| {
            state.opened(&host(name), number, Fake(fake), Instant::now(), deeds);
        });
    }

    /// The one that was begun for this ticket is this one.
    fn opened_as(&mut self, name: &str, number: u64, fake: u32) {
        assert_eq!(self.ended(name, |it| it == number), Some(number));
        self.with(|state, deeds| {
            state.opened(&host(name), number, Fake(fake), Instant::now(), deeds);
        });
    }

    fn failed(&mut self, name: &str, number: u64) {
        assert_eq!(self.ended(name, |it| it == number), Some(number));
        let error = Error::new(ErrorKind::Connect, "no");
        self.with(|state, deeds| {
            state.closed(&host(name), deeds);
            state.failed(&host(name), number, error, deeds);
        });
    }

    fn ended(&mut self, name: &str, which: impl Fn(u64) -> bool) -> Option<u64> {
        let mut under_way = self.under_way.iter();
        let place = under_way.position(|(host, number)| host == name && which(*number))?;
        Some(self.under_way.remove(place).1)
    }

    fn put(&mut self, name: &str, number: u32) {
        let now = Instant::now();
        self.with(|state, deeds| state.put(&host(name), Fake(number), now, deeds));
    }

    fn closed(&mut self, name: &str) {
        self.with(|state, deeds| state.closed(&host(name), deeds));
    }
}

fn given(place: &mut Place) -> Option<u32> {
    place.try_recv().ok().map(|given| given.unwrap().0)
}

fn run(test: impl FnOnce()) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async { test() });
}

#[test]
fn whoever_is_first_has_whatever_is_free_first() {
    run(|| {
        let mut books = Books::new(|_| {});
        let (mut one, mut two) = (books.line("a"), books.line("a"));
        assert_eq!(books.opening, [("a".into(), 0), ("a".into(), 1)]);
        // What was opened for the second is ready first.
        books.opened_as("a", 1, 7);
        assert_eq!((given(&mut one), given(&mut two)), (Some(7), None));
        books.put("a", 7);
        assert_eq!(given(&mut two), Some(7));
        // Nobody needs the other any more.
        books.opened("a", 8);
        assert_eq!(books.state.counts(), (2, 1, 0));
        assert_eq!(books.kept("a"), 8);
    });
}

#[test]
fn the_one_used_last_is_used_next() {
    run(|| {
        let mut books = Books::new(|_| {});
        let _places = [books.line("a"), books.line("a")];
        books.opened("a", 1);
        books.opened("a", 2);
        books.put("a", 2);
        books.put("a", 1);
        assert_eq!((books.kept("a"), books.kept("a")), (1, 2));
    });
}

#[test]
fn a_host_at_its_bound_does_not_hold_up_another() {
    run(|| {
        let mut books = Books::new(|limits| (limits.connections, limits.host_connections) = (2, 1));
        let _one = books.line("a");
        let _two = books.line("a");
        let _three = books.line("b");
        assert_eq!(books.opening, [("a".into(), 0), ("b".into(), 2)]);
        books.closed("a");
        assert_eq!(books.opening[2..], [("a".into(), 1)]);
    });
}

#[test]
fn idle_connections_are_kept_where_only_a_full_host_waits() {
    run(|| {
        let mut books = Books::new(|limits| (limits.connections, limits.host_connections) = (2, 1));
        let _places = [books.line("a"), books.line("b"), books.line("b")];
        books.opened("a", 1);
        books.opened("b", 2);
        // Closing it would help nobody: `b` has as many as it may.
        books.put("a", 1);
        assert!(books.closed.is_empty());
        assert_eq!(books.state.counts(), (2, 1, 1));
    });
}

#[test]
fn it_is_found_out_once_whether_requests_can_share() {
    run(|| {
        let mut books = Books::new(|_| {});
        let mut places = [books.line("s"), books.line("s"), books.line("s")];
        assert_eq!(books.opening.len(), 1);
        books.opened("s", 100);
        assert!(places.iter_mut().all(|place| given(place) == Some(100)));
        assert_eq!(books.kept("s"), 100);
        assert_eq!(books.state.counts(), (1, 0, 0));
        // One that does not share lets the others open theirs.
        let mut places = [books.line("t"), books.line("t")];
        books.opening.clear();
        let mut more = [books.line("sole"), books.line("sole"), books.line("sole")];
        assert_eq!(books.opening.len(), 1);
        books.opened("sole", 1);
        assert_eq!(books.opening.len(), 3);
        assert_eq!(given(&mut more[0]), Some(1));
        assert_eq!(given(&mut places[0]), None);
    });
}

#[test]
fn a_failure_is_told_to_the_one_it_was_for() {
    run(|| {
        let mut books = Books::new(|_| {});
        let (mut one, mut two) = (books.line("s"), books.line("s"));
        books.failed("s", 0);
        assert!(one.try_recv().unwrap().is_err());
        assert!(two.try_recv().is_err());
        // The second tries for itself.
        assert_eq!(books.opening[1..], [("s".into(), 1)]);
    });
}

#[test]
fn nothing_is_left_of_a_host_that_is_gone() {
    run(|| {
        let mut books = Books::new(|_| {});
        let place = books.line("a");
        drop(place);
        let left = books.state.leave(&host("a"), 0);
        assert!(left.is_some());
        books.closed("a");
        assert_eq!(books.state.counts(), (0, 0, 0));
        assert_eq!(books.state.hosts(), 0);
    });
}

#[test]
fn whoever_wants_a_new_connection_is_given_no_used_one() {
    run(|| {
        let mut books = Books::new(|limits| limits.host_connections = 2);
        let _place = books.line("a");
        books.opened("a", 1);
        let (mut fresh, mut other) = (books.fresh("a"), books.line("a"));
        assert_eq!(books.opening.len(), 2);
        books.put("a", 1);
        assert_eq!((given(&mut fresh), given(&mut other)), (None, Some(1)));
        books.opened("a", 2);
        assert_eq!(given(&mut fresh), Some(2));
        // Where there is no room, one that was used makes some.
        let mut fresh = books.fresh("a");
        assert_eq!(books.opening.len(), 2);
        books.put("a", 1);
        assert_eq!(books.closed, [1]);
        books.closed("a");
        assert_eq!(books.opening.len(), 3);
        books.opened("a", 3);
        assert_eq!(given(&mut fresh), Some(3));
    });
}

#[test]
fn what_is_being_opened_for_nobody_is_for_the_next() {
    run(|| {
        let mut books = Books::new(|_| {});
        let _first = books.line("a");
        books.opened("a", 1);
        // The second has the one that becomes free; the third has what was begun for the second.
        let mut second = books.line("a");
        books.put("a", 1);
        assert_eq!(given(&mut second), Some(1));
        let mut third = books.line("a");
        assert_eq!(books.opening.len(), 2);
        assert!(books.state.is_served(&host("a"), 2));
        books.opened("a", 2);
        assert_eq!(given(&mut third), Some(2));
        // Whoever leaves leaves it, too; and one that nobody used before is one.
        drop(books.line("a"));
        books.state.leave(&host("a"), 3);
        let mut fresh = books.fresh("a");
        assert_eq!(books.opening.len(), 3);
        books.opened("a", 3);
        assert_eq!(given(&mut fresh), Some(3));
    });
}

#[test]
fn whoever_waits_for_what_another_began_tries_for_himself_when_that_fails() {
    run(|| {
        let mut books = Books::new(|_| {});
        let (mut one, mut two) = (books.line("a"), books.line("a"));
        books.opened_as("a", 1, 7);
        assert_eq!(given(&mut one), Some(7));
        books.failed("a", 0);
        assert!(two.try_recv().is_err());
        assert_eq!(books.opening[2..], [("a".into(), 1)]);
        books.failed("a", 1);
        assert!(two.try_recv().unwrap().is_err());
        assert_eq!(books.state.counts(), (1, 0, 0));
    });
}

#[test]
fn what_is_being_opened_is_not_for_another_runtime() {
    let other = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    run(|| {
        let mut books = Books::new(|_| {});
        drop(books.line("a"));
        books.state.leave(&host("a"), 0);
        let handle = other.handle();
        let taken =
            books.with(|state, deeds| state.take(&host("a"), false, handle, Instant::now(), deeds));
        assert!(matches!(taken, Ok(Taken::Line(1, _))));
        assert_eq!(books.opening.len(), 2);
    });
}

proptest! {
    /// Whatever happens in whichever order: nobody waits while there is room, none is opened too many, and
    /// at the end everybody has a connection or is told why not.
    #[test]
    fn nobody_is_forgotten(steps in proptest::collection::vec((0..7, 0usize..8), 0..60)) {
        const MOST: usize = 3;
        run(|| {
            let mut books = Books::new(|limits| limits.host_connections = MOST);
            let (mut waiting, mut used): (Vec<(u64, Place)>, Vec<u32>) = Default::default();
            let mut made = 0;
            let ends = std::iter::repeat_n((2, 0), 200).chain(std::iter::repeat_n((4, 0), 200));
            let ends = ends.cycle().take(2_000);
            for (step, which) in steps.into_iter().chain(ends) {
                let under_way = books.under_way.get(which).map(|it| it.1);
                match step {
                    0 | 1 => match books.take_one("a", step == 1) {
                        Taken::Line(ticket, place) => waiting.push((ticket, place)),
                        Taken::Kept(fake, _) => used.push(fake.0),
                    },
                    2 => if let Some(number) = under_way {
                        books.opened_as("a", number, made);
                        made = (made + 1) % 100;
                    },
                    3 => if let Some(number) = under_way {
                        books.failed("a", number);
                    },
                    4 if which < used.len() => {
                        let fake = used.swap_remove(which);
                        books.put("a", fake);
                    }
                    5 if which < used.len() => {
                        used.swap_remove(which);
                        books.closed("a");
                    }
                    6 if which < waiting.len() => {
                        let (ticket, place) = waiting.swap_remove(which);
                        drop(place);
                        drop(books.state.leave(&host("a"), ticket));
                    }
                    _ => {}
                }
                for _ in std::mem::take(&mut books.closed) {
                    books.closed("a");
                }
                waiting.retain_mut(|(_, place)| match place.try_recv() {
                    Ok(Ok(fake)) => {
                        used.push(fake.0);
                        false
                    }
                    Ok(Err(_)) => false,
                    Err(_) => true,
                });
                let (open, idle, line) = books.state.counts();
                assert_eq!(open, used.len() + idle + books.under_way.len());
                assert_eq!(line, waiting.len());
                assert!(open <= MOST, "{open}");
                assert!(books.state.unserved() == 0 || open == MOST, "{open}");
            }
            assert!(waiting.is_empty(), "{waiting:?}");
        });
    }
}
