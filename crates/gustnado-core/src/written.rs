//! Bytes that were written for one answer, in room that the next one can have. It must not know what they
//! are.

use std::{fmt, ops::Deref};

use bytes::Bytes;

use crate::{limits::SPARE_BYTES, spare::Spare};

thread_local! {
    static SPARE: Spare<Vec<u8>> = const { Spare::new() };
}

/// Bytes of an answer. When they are dropped, their room is kept.
pub(crate) struct Written(Vec<u8>);

impl Written {
    /// Has them written into empty room. Also what writes them may have others written.
    #[cfg(any(feature = "json", test))]
    #[inline]
    pub(crate) fn by<E>(write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<Self, E> {
        let mut written = Self(SPARE.with(Spare::take).unwrap_or_default());
        write(&mut written.0)?;
        Ok(written)
    }

    /// Whether so much room would be kept.
    pub(crate) fn is_kept(room: usize) -> bool {
        room <= SPARE_BYTES
    }

    /// The same as others know them. They are copied where that leaves room which would be kept.
    pub(crate) fn into_bytes(mut self) -> Bytes {
        if Self::is_kept(self.0.capacity()) {
            return Bytes::copy_from_slice(&self);
        }
        std::mem::take(&mut self.0).into()
    }
}

impl From<Vec<u8>> for Written {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for Written {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Written {
    #[inline]
    fn drop(&mut self) {
        let mut room = std::mem::take(&mut self.0);
        if room.capacity() > 0 && Self::is_kept(room.capacity()) {
            room.clear();
            // There may be no keeper any more, where a thread ends.
            let _ = SPARE.try_with(|spare| spare.keep(room));
        }
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Written({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        Written::by(|room| {
            room.extend_from_slice(text.as_bytes());
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    #[test]
    fn what_is_dropped_leaves_its_room_and_nothing_else() {
        let first = written("secret");
        let at = first.as_ptr();
        drop(first);
        let next = written("a");
        assert_eq!((next.as_ptr(), &*next), (at, &b"a"[..]));
        assert_ne!(written("b").as_ptr(), at, "it is not free");
    }

    #[test]
    fn what_fails_leaves_nothing() {
        let failed = Written::by(|room| {
            room.extend_from_slice(b"secret");
            Err(())
        });
        assert!(failed.is_err());
        assert_eq!(&*written(""), b"");
    }

    #[test]
    fn much_room_is_not_kept() {
        let large = "a".repeat(SPARE_BYTES + 1);
        let bytes = written(&large).into_bytes();
        assert_eq!(bytes, large.as_bytes());
        drop(written(&large));
        assert!(SPARE.with(Spare::take).is_none());
        assert_eq!(written("small").into_bytes(), "small");
        assert!(SPARE.with(Spare::take).is_some());
    }
}
