//! A connection's way out of its future and back. It must not know where it is meanwhile.

use std::sync::Arc;

use super::{Driven, Driver, Guard, driver};
use crate::connection::{
    clock::{Clock, NEVER, Tick, later},
    lot::Parked,
};

impl Driver {
    /// When a connection that sleeps gives its future back, if it can.
    pub(super) fn park_at(&self) -> Option<Tick> {
        let can = self
            .live
            .as_ref()
            .is_some_and(|live| live.socket().can_park());
        let can = can && self.clock.lot.is_open(self.clock.now()) && !self.clock.is_draining();
        can.then(|| later(self.time.since, self.limits().park_time))
    }
}

/// Gives the connection to the lot, and takes it back where that has no room.
pub(super) fn park(mut driver: Driver, guard: Guard) {
    let Some(live) = driver.live.take() else {
        return;
    };
    let Ok(socket) = live.into_socket().park() else {
        return;
    };
    let parked = Parked {
        socket,
        app: driver.vitals.app.clone(),
        arrival: driver.vitals.arrival,
        guard,
        until: driver.time.idle.min(driver.time.head.unwrap_or(NEVER)),
        begun: driver.vitals.begun(),
        age: driver.time.age,
    };
    if let Err(parked) = driver.clock.lot.park(parked, &driver.clock) {
        resume(parked, &[], Arc::clone(&driver.clock));
    }
}

/// Drives a connection on that was parked. `first` are bytes that it was woken by.
pub(in crate::connection) fn resume(parked: Parked, first: &[u8], clock: Arc<Clock>) {
    let Ok(socket) = parked.socket.wake() else {
        return;
    };
    let vitals = clock.register(parked.app, parked.arrival, parked.begun);
    let mut driver = driver(socket, clock, vitals, parked.age);
    if parked.begun == 0 {
        driver.time.head = Some(parked.until);
    } else {
        driver.time.idle = parked.until;
    }
    if !first.is_empty() {
        driver.hear(first);
    }
    tokio::spawn(Driven::new(driver, parked.guard));
}
