//! Room for what is read of a file and not yet sent, used again and again. It must not know files.
//!
//! It is given back to the thread that sends, so that a worker that sends many files asks the
//! allocator for no more than it has readers at once.

use std::cell::RefCell;

use bytes::Bytes;

use crate::limits::{CHUNK, SPARE_CHUNKS};

thread_local! {
    static SPARE: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// Room for some bytes of a file; [`CHUNK`] at most.
#[derive(Debug)]
pub(crate) struct Chunk {
    room: Box<[u8]>,
    length: usize,
}

impl Chunk {
    /// Room for so many bytes, or for as many as there are in a chunk. What lies in it is of no
    /// meaning.
    pub(crate) fn new(length: u64) -> Self {
        let spare = SPARE.with_borrow_mut(Vec::pop);
        let room = spare.unwrap_or_else(|| vec![0; CHUNK].into_boxed_slice());
        let length = usize::try_from(length).map_or(CHUNK, |length| length.min(CHUNK));
        Self { room, length }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length as u64
    }

    /// The room to read into.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        &mut self.room[..self.length]
    }

    /// What was read, to be sent. The room is free again when that is dropped.
    pub(crate) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        &self.room[..self.length]
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let room = std::mem::take(&mut self.room);
        // At the end of a thread there is nothing to give it back to.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < SPARE_CHUNKS {
                spare.push(room);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_used_again_and_few_are_kept() {
        let all: Vec<_> = (0..3 * SPARE_CHUNKS).map(|_| Chunk::new(5)).collect();
        let bytes: Vec<_> = all.into_iter().map(Chunk::into_bytes).collect();
        assert!(bytes.iter().all(|bytes| bytes.len() == 5));
        drop(bytes);
        assert_eq!(SPARE.with_borrow(Vec::len), SPARE_CHUNKS);
        let one = Chunk::new(u64::MAX);
        assert_eq!(one.length(), CHUNK as u64);
        assert_eq!(SPARE.with_borrow(Vec::len), SPARE_CHUNKS - 1);
    }
}
