//! Small writes, gathered until the driver sends them together. It must not know what they say or
//! when they are sent.
//!
//! Sending after each answer of a pipeline would cost a system call each.

use std::{
    cell::RefCell,
    io::{self, IoSlice},
};

#[cfg(any(feature = "http2", test))]
use crate::limits::CORK_COPY;
use crate::limits::{CORK, SLICES, SPARE_CORKS};

thread_local! {
    /// Buffers that no connection needs now, so that an idle one owns none.
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Bytes on their way out.
#[derive(Debug, Default)]
pub(super) struct Cork {
    bytes: Vec<u8>,
    sent: usize,
}

impl Cork {
    /// Bytes that wait.
    pub(super) fn pending(&self) -> &[u8] {
        &self.bytes[self.sent..]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sent == self.bytes.len()
    }

    /// Takes the slices in, if they are small and there is room. Says how many bytes that were;
    /// `None` means that they are better sent than copied.
    #[cfg(any(feature = "http2", test))]
    pub(super) fn gather(&mut self, slices: &[IoSlice<'_>]) -> Option<usize> {
        let length: usize = slices.iter().map(|slice| slice.len()).sum();
        if length > CORK_COPY || self.pending().len() + length > CORK {
            return None;
        }
        if self.bytes.len() + length > CORK {
            // What waits fits; what was sent before it does not.
            self.compact();
        }
        let out = self.out();
        for slice in slices {
            out.extend_from_slice(slice);
        }
        Some(length)
    }

    /// Whether there is room for a head or a small piece of a body, which may then be put there.
    pub(super) fn is_open(&self) -> bool {
        self.bytes.len() - self.sent < CORK
    }

    /// Where to put more bytes. Those who ask have seen that it is open, or have few words to say.
    pub(super) fn out(&mut self) -> &mut Vec<u8> {
        if self.bytes.capacity() == 0 {
            self.bytes = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
        } else if self.sent > 0 && self.bytes.len() >= CORK {
            self.compact();
        }
        &mut self.bytes
    }

    /// Forgets what was sent: a peer that never catches up would have us keep all it ever read.
    fn compact(&mut self) {
        self.bytes.drain(..self.sent);
        self.sent = 0;
    }

    /// Sends what waits and the slices behind it with one call of `write`. Says how many bytes of
    /// the slices went out.
    pub(super) fn send(
        &mut self,
        slices: &[IoSlice<'_>],
        write: impl FnOnce(&[IoSlice<'_>]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let first = IoSlice::new(self.pending());
        let written = match slices {
            _ if self.is_empty() => write(slices)?,
            // What is sent most often, without a table that is cleared first.
            [] => write(&[first])?,
            [one] => write(&[first, IoSlice::new(one)])?,
            _ => {
                let mut all = [IoSlice::new(&[]); SLICES];
                all[0] = first;
                let count = slices.len().min(SLICES - 1);
                for (to, from) in all[1..].iter_mut().zip(slices) {
                    *to = IoSlice::new(from);
                }
                write(&all[..=count])?
            }
        };
        let waiting = self.pending().len();
        self.advance(written.min(waiting));
        Ok(written.saturating_sub(waiting))
    }

    /// Forgets bytes that were sent; gives the buffer back when that was all.
    pub(super) fn advance(&mut self, count: usize) {
        self.sent += count;
        if self.is_empty() {
            self.sent = 0;
            self.release();
        }
    }

    fn release(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        // One that grew past the bound is not kept.
        if bytes.capacity() == 0 || bytes.capacity() > CORK {
            return;
        }
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < SPARE_CORKS {
                spare.push(bytes);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slices<'a>(parts: &[&'a [u8]]) -> Vec<IoSlice<'a>> {
        parts.iter().map(|part| IoSlice::new(part)).collect()
    }

    #[test]
    fn small_writes_gather_in_order() {
        let mut cork = Cork::default();
        assert_eq!(cork.gather(&slices(&[b"ab", b"c"])), Some(3));
        assert_eq!(cork.gather(&slices(&[b"de"])), Some(2));
        assert_eq!(cork.pending(), b"abcde");
        cork.advance(2);
        assert_eq!(cork.pending(), b"cde");
        cork.advance(3);
        assert!(cork.is_empty());
    }

    #[test]
    fn large_writes_are_not_copied() {
        let mut cork = Cork::default();
        let large = vec![0; CORK_COPY + 1];
        assert_eq!(cork.gather(&slices(&[&large])), None);
        let part = vec![0; CORK_COPY];
        for _ in 0..CORK / CORK_COPY {
            assert_eq!(cork.gather(&slices(&[&part])), Some(CORK_COPY));
        }
        assert_eq!(cork.gather(&slices(&[b"x"])), None);
    }

    #[test]
    fn a_large_write_follows_what_waits() {
        let mut cork = Cork::default();
        cork.gather(&slices(&[b"head"]));
        let mut out = Vec::new();
        // The socket takes the head and three bytes more.
        let took = cork.send(&slices(&[b"bo", b"dy"]), |all| {
            for slice in all {
                out.extend_from_slice(slice);
            }
            out.truncate(7);
            Ok(7)
        });
        assert_eq!(took.unwrap(), 3);
        assert_eq!(out, b"headbod");
        assert!(cork.is_empty());
    }

    #[test]
    fn a_reader_that_is_always_behind_makes_it_no_larger() {
        let mut cork = Cork::default();
        let part = vec![0; CORK_COPY];
        for _ in 0..1000 {
            while cork.gather(&slices(&[&part])).is_some() {}
            // The socket takes some, never all.
            let _ = cork.send(&slices(&[&part]), |_| Ok(CORK_COPY + 1));
        }
        assert!(cork.bytes.len() <= CORK, "{} bytes", cork.bytes.len());
    }

    #[test]
    fn a_write_that_stops_within_what_waits_takes_nothing_new() {
        let mut cork = Cork::default();
        cork.gather(&slices(&[b"head"]));
        let took = cork.send(&slices(&[b"body"]), |_| Ok(2));
        assert_eq!(took.unwrap(), 0);
        assert_eq!(cork.pending(), b"ad");
    }
}
