//! Patterns for the paths of files: `*` within a name, `**` across folders. It must not know what
//! is decided by them.

/// A pattern for relative paths.
///
/// - `*` stands for any characters within a name, `**` for any number of folders;
/// - a pattern without `/` is compared with the file's name, in whatever folder it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathPattern {
    segments: Vec<String>,
    /// Compared with the last segment only.
    name_only: bool,
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("is empty");
        }
        if text.starts_with('/') {
            return Err("begins with `/`; patterns are relative to the folder");
        }
        if text.contains(['\\', '[', ']', '{', '}', '?']) {
            return Err("has a character other than `*` that it cannot use: one of \\ [ ] { } ?");
        }
        let segments: Vec<String> = text.split('/').map(str::to_owned).collect();
        for segment in &segments {
            match segment.as_str() {
                "" => return Err("has an empty segment"),
                "." | ".." => return Err("has a segment `.` or `..`, which no file's path has"),
                "**" => {}
                other if other.contains("**") => {
                    return Err(
                        "has `**` beside other characters; it stands alone between slashes",
                    );
                }
                _ => {}
            }
        }
        let name_only = segments.len() == 1 && text != "**";
        Ok(Self {
            segments,
            name_only,
        })
    }

    /// Whether it covers this path.
    pub(crate) fn covers(&self, path: &str) -> bool {
        if self.name_only {
            let name = path.rsplit('/').next().unwrap_or(path);
            return name_matches(&self.segments[0], name);
        }
        let names: Vec<&str> = path.split('/').collect();
        wildcard(
            &self.segments,
            &names,
            |segment| segment == "**",
            |segment, name| name_matches(segment, name),
        )
    }
}

fn name_matches(pattern: &str, name: &str) -> bool {
    wildcard(
        pattern.as_bytes(),
        name.as_bytes(),
        |byte| *byte == b'*',
        |one, other| one == other,
    )
}

/// Compares items with a pattern in which some items stand for any number of items. It goes back
/// to the last of those only, which is enough, and so takes at most the product of both lengths.
fn wildcard<P, T>(
    pattern: &[P],
    items: &[T],
    is_any: impl Fn(&P) -> bool,
    matches: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut at, mut item) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while item < items.len() {
        if at < pattern.len() && is_any(&pattern[at]) {
            back = Some((at + 1, item));
            at += 1;
        } else if at < pattern.len() && matches(&pattern[at], &items[item]) {
            at += 1;
            item += 1;
        } else if let Some((after, from)) = back {
            back = Some((after, from + 1));
            at = after;
            item = from + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(is_any)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::PathPattern;

    #[test]
    fn what_it_covers() {
        for (pattern, path, covers) in [
            ("assets/**", "assets/a.js", true),
            ("assets/**", "assets/deep/er/a.js", true),
            ("assets/**", "asset/a.js", false),
            ("assets/**", "x/assets/a.js", false),
            ("assets/*", "assets/deep/a.js", false),
            ("**/assets/*", "x/y/assets/a.js", true),
            ("**/assets/*", "assets/a.js", true),
            ("**", "anything/at/all", true),
            ("*.html", "index.html", true),
            ("*.html", "deep/er/index.html", true),
            ("*.html", "index.htm", false),
            ("a/*.html", "a/b/c.html", false),
            ("*", "a/b", true),
            ("*.min.*", "x.min.js", true),
            ("*a*a*b", "aaaaaaaaaaaaaaaaaaaaaac", false),
            ("robots.txt", "robots.txt", true),
            ("robots.txt", "Robots.txt", false),
        ] {
            let parsed = PathPattern::parse(pattern).unwrap();
            assert_eq!(parsed.covers(path), covers, "{pattern} on {path}");
        }
    }

    #[test]
    fn bad_ones_say_why() {
        for pattern in [
            "", "/a", "a//b", "a/", "a**", "x/**y/z", "[ab]", "{a,b}", "a?", "../a", "a\\b",
        ] {
            assert!(PathPattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_path_covers_itself(path in "[a-z.]{1,5}[a-z](/[a-z]{1,6}){1,4}") {
            prop_assert!(PathPattern::parse(&path).unwrap().covers(&path));
        }

        #[test]
        fn it_agrees_with_a_slow_one(pattern in "[ab*]{1,6}", name in "[ab]{0,8}") {
            prop_assume!(!pattern.contains("**"));
            fn slow(pattern: &[u8], name: &[u8]) -> bool {
                match pattern.split_first() {
                    None => name.is_empty(),
                    Some((b'*', rest)) => (0..=name.len()).any(|at| slow(rest, &name[at..])),
                    Some((byte, rest)) => name.first() == Some(byte) && slow(rest, &name[1..]),
                }
            }
            let parsed = PathPattern::parse(&pattern).unwrap();
            prop_assert_eq!(parsed.covers(&name), slow(pattern.as_bytes(), name.as_bytes()));
        }
    }
}
