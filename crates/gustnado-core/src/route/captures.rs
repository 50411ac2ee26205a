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

    /// The only value of a template, which lies behind so many bytes of `path` and before so many; or
    /// nothing where there is no room for it.
    pub(crate) fn only(path: &str, before: usize, behind: usize) -> Option<Self> {
        let len = path.len().checked_sub(before + behind)?;
        let mut captures = Self::default();
        captures.ranges[0] = (u16::try_from(before).ok()?, u16::try_from(len).ok()?);
        captures.len = 1;
        Some(captures)
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
    fn the_only_value_is_what_the_template_does_not_say() {
        let only = |before, behind| {
            let captures = Captures::only("/a/bc.x", before, behind)?;
            captures.get("/a/bc.x", 0)
        };
        assert_eq!(only(3, 0), Some("bc.x"));
        assert_eq!(only(3, 2), Some("bc"));
        assert_eq!(only(7, 1), None);
    }

    #[test]
    fn refuses_what_has_no_room() {
        let path = "/x";
        let mut captures = Captures::default();
        for _ in 0..CAPTURES {
            assert!(captures.push(path, &path[1..]));
        }
        assert!(!captures.push(path, &path[1..]));
        let long = "x".repeat(usize::from(u16::MAX) + 2);
        assert!(Captures::only(&long, 1, 0).is_none());
    }
}
