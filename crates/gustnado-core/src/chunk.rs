//! Room for what is read of a file and not yet sent, used again and again. It must not know files.
//!
//! It is given back to the thread that sends, so that a worker that sends many files asks the
//! allocator for no more than it has readers at once.

use std::cell::RefCell;

use bytes::Bytes;

use crate::limits::{FILE_CHUNK, SPARE_CHUNKS};

thread_local! {
    static SPARE: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// Room for some bytes of a file; [`FILE_CHUNK`] at most.
#[derive(Debug)]
pub(crate) struct Chunk(Box<[u8]>);

impl Chunk {
    /// Room for so many bytes, or for as many as there are in a chunk. What lies in it is of no
    /// meaning.
    pub(crate) fn new(length: u64) -> Self {
        let length = usize::try_from(length).map_or(FILE_CHUNK, |length| length.min(FILE_CHUNK));
        // Small ones may wait by the dozen: they take what they need.
        let spare = (length == FILE_CHUNK).then(|| SPARE.with_borrow_mut(Vec::pop));
        let room = spare.flatten();
        Self(room.unwrap_or_else(|| vec![0; length].into_boxed_slice()))
    }

    pub(crate) fn length(&self) -> u64 {
        self.0.len() as u64
    }

    /// The room to read into.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// What was read, to be sent. The room is free again when that is dropped.
    pub(crate) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let room = std::mem::take(&mut self.0);
        if room.len() != FILE_CHUNK {
            return;
        }
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
        let all: Vec<_> = (0..3 * SPARE_CHUNKS)
            .map(|_| Chunk::new(u64::MAX))
            .collect();
        let bytes: Vec<_> = all.into_iter().map(Chunk::into_bytes).collect();
        assert!(bytes.iter().all(|bytes| bytes.len() == FILE_CHUNK));
        drop(bytes);
        assert_eq!(SPARE.with_borrow(Vec::len), SPARE_CHUNKS);
        assert_eq!(Chunk::new(5).into_bytes().len(), 5);
        let one = Chunk::new(FILE_CHUNK as u64);
        assert_eq!(one.length(), FILE_CHUNK as u64);
        assert_eq!(SPARE.with_borrow(Vec::len), SPARE_CHUNKS - 1);
    }
}
