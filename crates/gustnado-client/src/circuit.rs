//! Hosts that fail all the time, which are left alone for a while. It must not know what failed, nor how
//! it is called.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

use crate::{
    error::{Error, ErrorKind, Result},
    limits::{CIRCUITS, Limits},
    url::Origin,
};

/// The hosts that failed of late.
#[derive(Debug, Default)]
pub(crate) struct Circuits(Mutex<HashMap<Arc<Origin>, Circuit>>);

#[derive(Debug)]
struct Circuit {
    /// In a row.
    failures: usize,
    /// When the last one was.
    last: Instant,
    /// One call is on its way to find out.
    probing: bool,
}

/// A call that was let through; it says what came of it, or nothing if it is dropped before.
#[derive(Debug)]
pub(crate) struct Passage<'a> {
    circuits: &'a Circuits,
    origin: Option<Arc<Origin>>,
    probes: bool,
}

impl Circuits {
    /// Lets a call through, unless its host failed too often and too lately.
    pub(crate) fn pass(&self, origin: &Arc<Origin>, limits: &Limits) -> Result<Passage<'_>> {
        let mut passage = Passage {
            circuits: self,
            origin: None,
            probes: false,
        };
        if limits.circuit_failures == 0 {
            return Ok(passage);
        }
        passage.origin = Some(origin.clone());
        let mut circuits = self.lock();
        if let Some(circuit) = circuits.get_mut(origin)
            && circuit.failures >= limits.circuit_failures
        {
            if circuit.probing || circuit.last.elapsed() < limits.circuit_time {
                let failures = circuit.failures;
                let detail =
                    format!("{origin} failed {failures} times in a row (`circuit_failures`)");
                return Err(Error::new(ErrorKind::Circuit, detail));
            }
            circuit.probing = true;
            passage.probes = true;
        }
        Ok(passage)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<Origin>, Circuit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passage<'_> {
    /// Says whether the host failed.
    pub(crate) fn tell(mut self, failed: bool) {
        self.probes = false;
        let Some(origin) = &self.origin else {
            return;
        };
        let mut circuits = self.circuits.lock();
        if !failed {
            circuits.remove(origin);
            return;
        }
        let last = Instant::now();
        if let Some(circuit) = circuits.get_mut(origin) {
            circuit.failures += 1;
            circuit.last = last;
            circuit.probing = false;
        } else if circuits.len() < CIRCUITS {
            circuits.insert(
                origin.clone(),
                Circuit {
                    failures: 1,
                    last,
                    probing: false,
                },
            );
        }
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        if self.probes
            && let Some(origin) = &self.origin
            && let Some(circuit) = self.circuits.lock().get_mut(origin)
        {
            circuit.probing = false;
        }
    }
}
