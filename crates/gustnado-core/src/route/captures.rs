//! Where in the path of a request the values of a template lie. It must not know their names; the
//! pattern has those, in the same order.

use crate::limits::CAPTURES;

/// Byte ranges of a path, still percent-encoded, in the order of the template.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Captures {
    ranges: [(u16, u16); CAPTURES],
    len: u8,
}

impl Captures {
    /// Remembers `value`, which must be a part of `path`. Says whether there was room for it.
    pub(crate) fn push(&mut self, path: &str, value: &str) -> bool {
        let start = (value.as_ptr() as usize).wrapping_sub(path.as_ptr() as usize);
        let (Ok(start), Ok(len)) = (u16::try_from(start), u16::try_from(value.len())) else {
            return false;
        };
        let Some(slot) = self.ranges.get_mut(usize::from(self.len)) else {
            return false;
        };
        *slot = (start, len);
        self.len += 1;
        true
    }

    /// The value at `index` in `path`.
    pub(crate) fn get<'p>(&self, path: &'p str, index: usize) -> Option<&'p str> {
        let (start, len) = *self.ranges[..usize::from(self.len)].get(index)?;
        path.get(usize::from(start)..usize::from(start) + usize::from(len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_it_was_given() {
        let path = "/a/bc/def";
        let mut captures = Captures::default();
        assert!(captures.push(path, &path[1..2]));
        assert!(captures.push(path, &path[6..9]));
        assert_eq!(captures.get(path, 0), Some("a"));
        assert_eq!(captures.get(path, 1), Some("def"));
        assert_eq!(captures.get(path, 2), None);
    }

    #[test]
    fn refuses_what_has_no_room() {
        let path = "/x";
        let mut captures = Captures::default();
        for _ in 0..CAPTURES {
            assert!(captures.push(path, &path[1..]));
        }
        assert!(!captures.push(path, &path[1..]));
    }
}
