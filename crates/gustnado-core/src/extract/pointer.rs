//! JSON pointers (RFC 6901), written. It must not know what they point into.

use std::fmt::{Display, Write as _};

/// Appends `/` and one step: a key, or an index.
pub(super) fn push(pointer: &mut String, step: &impl Display) {
    pointer.push('/');
    let _ = write!(Escaped(pointer), "{step}");
}

/// Text of a step: `~` is `~0` and `/` is `~1` (section 3).
struct Escaped<'p>(&'p mut String);

impl std::fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for c in text.chars() {
            match c {
                '~' => self.0.push_str("~0"),
                '/' => self.0.push_str("~1"),
                c => self.0.push(c),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pointer(steps: &[impl Display]) -> String {
        let mut pointer = String::new();
        for step in steps {
            push(&mut pointer, step);
        }
        pointer
    }

    #[test]
    fn the_examples_of_the_rfc() {
        let table = [
            ("foo", "/foo"),
            ("", "/"),
            ("a/b", "/a~1b"),
            ("c%d", "/c%d"),
            ("i\\j", "/i\\j"),
            (" ", "/ "),
            ("m~n", "/m~0n"),
        ];
        for (step, expected) in table {
            assert_eq!(pointer(&[step]), expected);
        }
        assert_eq!(pointer(&[""; 0]), "");
        assert_eq!(pointer(&[3, 0]), "/3/0");
    }

    proptest! {
        /// serde_json reads pointers by itself.
        #[test]
        fn a_pointer_finds_what_it_was_written_for(steps in prop::collection::vec(any::<String>(), 0..5)) {
            let mut value = serde_json::json!("here");
            for step in steps.iter().rev() {
                value = serde_json::json!({ step.as_str(): value });
            }
            let found = value.pointer(&pointer(&steps));
            prop_assert_eq!(found, Some(&serde_json::json!("here")));
        }
    }
}
