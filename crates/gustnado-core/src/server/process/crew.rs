//! What a supervisor does with its worker processes, decided: a table of them and of what is due.
//! Pure; it must not know processes.

use std::time::{Duration, Instant};

use super::{
    super::worker::Phase,
    budget::{Budget, pause},
};
use crate::limits::{CRASH_STEADY, KILL_AFTER, Limits};

/// The worker processes of a program, by number.
#[derive(Debug)]
pub(super) struct Crew {
    slots: Vec<Slot>,
    budget: Budget,
    phase: Phase,
    start_time: Duration,
    drain_time: Duration,
    /// When those still there are killed.
    patience: Option<Instant>,
    announced: bool,
    gave_up: bool,
}

#[derive(Debug)]
struct Slot {
    state: State,
    /// Starts in a row that came to nothing.
    failures: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not there; to be started then.
    Down(Instant),
    /// Started, not ready; killed then.
    Starting(Instant),
    /// Ready since then.
    Up(Instant),
    /// Killed; its end will be told.
    Killed,
    /// Not there, and not to be started again.
    Gone,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Start(usize),
    Kill(usize),
    /// All are ready, for the first time.
    Announce,
    /// There were too many crashes: the rest is to drain.
    GiveUp,
    /// None is left, nor will there be.
    End,
}

impl Crew {
    pub(super) fn new(count: usize, limits: &Limits, now: Instant) -> Self {
        let slot = |_| Slot {
            state: State::Down(now),
            failures: 0,
        };
        Self {
            slots: (0..count).map(slot).collect(),
            budget: Budget::new(),
            phase: Phase::Serving,
            start_time: limits.start_time,
            drain_time: limits.drain_time,
            patience: None,
            announced: false,
            gave_up: false,
        }
    }

    /// What is due by now. To be asked for again after everything that is told.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Act> {
        let mut acts = Vec::new();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let out_of_patience = self.patience.is_some_and(|at| at <= now);
            match slot.state {
                State::Down(at) if at <= now && !self.gave_up => {
                    slot.state = State::Starting(now + self.start_time);
                    acts.push(Act::Start(index));
                }
                State::Starting(until) if until <= now || out_of_patience => {
                    slot.state = State::Killed;
                    acts.push(Act::Kill(index));
                }
                State::Up(_) if out_of_patience => {
                    slot.state = State::Killed;
                    acts.push(Act::Kill(index));
                }
                _ => {}
            }
        }
        let all = |is: fn(&State) -> bool| self.slots.iter().all(|slot| is(&slot.state));
        if all(|state| matches!(state, State::Up(_))) {
            self.budget.well();
            if !self.announced {
                self.announced = true;
                acts.push(Act::Announce);
            }
        }
        if all(|state| *state == State::Gone) {
            acts.push(Act::End);
        }
        if self.gave_up && self.phase == Phase::Serving {
            acts.push(Act::GiveUp);
        }
        acts
    }

    /// When something is due next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let slots = self.slots.iter().filter_map(|slot| match slot.state {
            State::Down(at) => Some(at),
            State::Starting(at) => Some(self.patience.map_or(at, |patience| at.min(patience))),
            State::Up(_) => self.patience,
            State::Killed | State::Gone => None,
        });
        slots.min()
    }

    /// A worker has said that it is ready.
    pub(super) fn ready(&mut self, index: usize, now: Instant) {
        let slot = &mut self.slots[index];
        if let State::Starting(_) = slot.state {
            slot.state = State::Up(now);
        }
    }

    /// A worker is not there any more, or could not be started.
    pub(super) fn ended(&mut self, index: usize, now: Instant) {
        let slot = &mut self.slots[index];
        if self.phase > Phase::Serving {
            slot.state = State::Gone;
            return;
        }
        slot.failures = match slot.state {
            State::Up(since) if now.saturating_duration_since(since) >= CRASH_STEADY => 0,
            _ => slot.failures.saturating_add(1),
        };
        slot.state = State::Down(now + pause(slot.failures));
        self.gave_up |= self.budget.crash(now);
    }

    /// The program is in another phase.
    pub(super) fn enter(&mut self, phase: Phase, now: Instant) {
        self.phase = self.phase.max(phase);
        let Some(patience) = self.phase.patience(self.drain_time) else {
            return;
        };
        // The workers have the same, and say what they have left behind.
        self.patience = now.checked_add(patience.saturating_add(KILL_AFTER));
        for slot in &mut self.slots {
            if let State::Down(_) = slot.state {
                slot.state = State::Gone;
            }
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    pub(super) fn has_given_up(&self) -> bool {
        self.gave_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{CRASH_PAUSE, CRASHES, CRASHES_AT_START};

    const STEADY: Duration = CRASH_STEADY;

    fn crew(count: usize) -> (Crew, Instant) {
        let now = Instant::now();
        (Crew::new(count, &Limits::default(), now), now)
    }

    fn started(count: usize) -> (Crew, Instant) {
        let (mut crew, now) = crew(count);
        crew.due(now);
        (0..count).for_each(|index| crew.ready(index, now));
        assert_eq!(crew.due(now), [Act::Announce]);
        (crew, now)
    }

    #[test]
    fn all_are_started_and_announced_once() {
        let (mut crew, now) = crew(2);
        assert_eq!(crew.due(now), [Act::Start(0), Act::Start(1)]);
        assert_eq!(crew.due(now), []);
        crew.ready(1, now);
        assert_eq!(crew.due(now), []);
        crew.ready(0, now);
        assert_eq!(crew.due(now), [Act::Announce]);
        assert_eq!(crew.due(now), []);
        assert_eq!(crew.deadline(), None);
    }

    #[test]
    fn one_that_has_worked_is_back_at_once() {
        let (mut crew, begin) = started(2);
        for crashes in 1..CRASHES {
            let now = begin + STEADY * crashes;
            crew.ended(1, now);
            assert_eq!(crew.due(now), [Act::Start(1)]);
            crew.ready(1, now);
            assert_eq!(crew.due(now), []);
        }
        let now = begin + STEADY * CRASHES;
        crew.ended(1, now);
        assert!(crew.has_given_up());
    }

    #[test]
    fn one_that_does_not_work_has_to_wait() {
        let (mut crew, begin) = started(1);
        crew.ended(0, begin);
        assert_eq!(crew.due(begin), []);
        let again = begin + CRASH_PAUSE.0;
        assert_eq!(crew.deadline(), Some(again));
        assert_eq!(crew.due(again), [Act::Start(0)]);
        crew.ended(0, again);
        assert_eq!(crew.deadline(), Some(again + CRASH_PAUSE.0 * 2));
        // It works, for a while: what came before is forgotten.
        let again = again + CRASH_PAUSE.0 * 2;
        crew.due(again);
        crew.ready(0, again);
        crew.ended(0, again + STEADY);
        assert_eq!(crew.deadline(), Some(again + STEADY));
    }

    #[test]
    fn one_that_is_never_ready_is_killed() {
        let (mut crew, begin) = crew(1);
        crew.due(begin);
        let late = begin + Limits::default().start_time;
        assert_eq!(crew.deadline(), Some(late));
        assert_eq!(crew.due(late), [Act::Kill(0)]);
        assert_eq!(crew.due(late), []);
        crew.ready(0, late);
        crew.ended(0, late);
        assert_eq!(crew.deadline(), Some(late + CRASH_PAUSE.0));
    }

    #[test]
    fn a_program_that_cannot_start_gives_up_soon() {
        let (mut crew, mut now) = crew(1);
        for _ in 0..CRASHES_AT_START {
            assert!(!crew.has_given_up());
            assert_eq!(crew.due(now), [Act::Start(0)]);
            crew.ended(0, now);
            now = crew.deadline().unwrap();
        }
        assert_eq!(crew.due(now), [Act::GiveUp]);
        crew.enter(Phase::Draining, now);
        assert_eq!(crew.due(now), [Act::End]);
    }

    #[test]
    fn a_drain_starts_none_and_ends_with_the_last() {
        let (mut crew, now) = started(3);
        crew.ended(0, now);
        crew.enter(Phase::Draining, now);
        assert_eq!(crew.due(now), []);
        crew.ended(1, now);
        assert_eq!(crew.due(now), []);
        crew.ended(2, now);
        assert_eq!(crew.due(now), [Act::End]);
        assert!(!crew.has_given_up());
    }

    #[test]
    fn what_does_not_end_is_killed() {
        let (mut crew, now) = started(2);
        crew.enter(Phase::Draining, now);
        let late = crew.deadline().unwrap();
        assert!(late > now + Limits::default().drain_time);
        crew.enter(Phase::Cutting, now);
        let late = crew.deadline().unwrap();
        assert_eq!(late, now + KILL_AFTER * 2);
        crew.ended(0, now);
        assert_eq!(crew.due(late), [Act::Kill(1)]);
        crew.ended(1, late);
        assert_eq!(crew.due(late), [Act::End]);
    }
}
