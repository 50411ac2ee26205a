//! Texts and what stands for them, for a few texts that many are compared with. It must not know what
//! they are parts of.

/// Texts by their length, as most that are looked for have a length that none has.
#[derive(Debug, Clone)]
pub(super) struct Exact<T>(Vec<Vec<(Box<str>, T)>>);

impl<T> Default for Exact<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Exact<T> {
    /// Has something stand for a text, in place of what did.
    pub(super) fn insert(&mut self, text: &str, place: T) {
        while self.0.len() <= text.len() {
            self.0.push(Vec::new());
        }
        let same = &mut self.0[text.len()];
        match same.binary_search_by(|(own, _)| (**own).cmp(text)) {
            Ok(found) => same[found].1 = place,
            Err(free) => same.insert(free, (text.into(), place)),
        }
    }

    /// What stands for a text.
    #[inline]
    pub(super) fn get(&self, text: &str) -> Option<T> {
        let same = self.0.get(text.len())?;
        let found = same.binary_search_by(|(own, _)| (**own).cmp(text)).ok()?;
        Some(same[found].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_found_and_no_other() {
        let mut exact = Exact::default();
        for (place, text) in ["/b", "", "/a", "/abc", "/c"].into_iter().enumerate() {
            exact.insert(text, place);
        }
        exact.insert("/c", 9);
        let table = [
            ("", Some(1)),
            ("/", None),
            ("/a", Some(2)),
            ("/b", Some(0)),
            ("/c", Some(9)),
            ("/d", None),
            ("/abc", Some(3)),
            ("/abcd", None),
        ];
        for (text, expected) in table {
            assert_eq!(exact.get(text), expected, "{text}");
        }
    }
}
