//! What a marked input may be beyond its type: the bounds a program sets with `min`, `max`, `len`
//! and `pattern`. They hold for the text, once it is decoded; it must not know the type that the
//! text is read as.

#[cfg(feature = "pattern")]
use std::sync::OnceLock;

use super::unreadable::ValueError;
use crate::describe::{Number, TextKind};

/// The bounds of an input.
#[doc(hidden)]
#[derive(Debug)]
pub struct Bounds {
    min: Option<Number>,
    max: Option<Number>,
    /// Characters, from and to.
    len: Option<(usize, usize)>,
    pattern: Option<&'static str>,
    /// The default as it is written; only told.
    default: Option<&'static str>,
    /// The doc comment; only told.
    doc: &'static str,
    /// The pattern, compiled when the application is built.
    #[cfg(feature = "pattern")]
    compiled: OnceLock<Result<regex_lite::Regex, String>>,
}

impl Bounds {
    /// Whether this build can match patterns.
    pub const PATTERNS: bool = cfg!(feature = "pattern");

    /// No bounds.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            min: None,
            max: None,
            len: None,
            pattern: None,
            default: None,
            doc: "",
            #[cfg(feature = "pattern")]
            compiled: OnceLock::new(),
        }
    }

    #[must_use]
    pub const fn min(mut self, min: Number) -> Self {
        self.min = Some(min);
        self
    }

    #[must_use]
    pub const fn max(mut self, max: Number) -> Self {
        self.max = Some(max);
        self
    }

    #[must_use]
    pub const fn len(mut self, from: usize, to: usize) -> Self {
        self.len = Some((from, to));
        self
    }

    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    #[must_use]
    pub const fn default_text(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// The default as it is written, where it is a literal, and the doc comment.
    pub(super) fn said(&self) -> (Option<&'static str>, &'static str) {
        (self.default, self.doc)
    }

    /// What a text of a kind is within the bounds.
    pub(super) fn narrow(&self, mut kind: TextKind) -> TextKind {
        kind.min = self.min.or(kind.min);
        kind.max = self.max.or(kind.max);
        if let Some((from, to)) = self.len {
            kind.min_len = (from > 0).then_some(from);
            kind.max_len = (to < usize::MAX).then_some(to);
        }
        kind.pattern = self.pattern.or(kind.pattern);
        kind
    }

    /// Whether there are any: it may be that something is only told.
    pub(super) fn bound_something(&self) -> bool {
        let numbers = self.min.is_some() || self.max.is_some();
        numbers || self.len.is_some() || self.pattern.is_some()
    }

    /// What is wrong with the bounds themselves.
    pub(super) fn problem(&self) -> Option<String> {
        let error = self.compile(self.pattern?).err()?;
        Some(format!("its pattern cannot be used: {error}"))
    }

    /// Whether a text keeps to the bounds; the first that it does not is the error.
    ///
    /// A text that is no number has none to be compared: to say that it is none is its type's.
    pub(super) fn check(&self, text: &str) -> Result<(), ValueError> {
        // The length is first, so that a pattern is not tried on a text that is too long.
        let bad_len = self.len.filter(|len| !has_len(text, *len)).map(len_words);
        let bad_number = || {
            let low = |min: &Number| !compared(*min, text, |text, min| text >= min, f64::ge);
            let high = |max: &Number| !compared(*max, text, |text, max| text <= max, f64::le);
            let low = self.min.filter(low).map(|min| ("least", min));
            let bad = low.or_else(|| self.max.filter(high).map(|max| ("most", max)));
            bad.map(|(word, number)| format!("must be at {word} {}", words(number)))
        };
        let bad_form = || {
            let pattern = self
                .pattern
                .filter(|pattern| !self.matches(pattern, text))?;
            Some(format!("must match {pattern}"))
        };
        match bad_len.or_else(bad_number).or_else(bad_form) {
            None => Ok(()),
            Some(words) => Err(ValueError::OutOfBounds(words)),
        }
    }

    /// A pattern that cannot be compiled, which `build()` refuses, matches nothing.
    #[cfg(feature = "pattern")]
    fn matches(&self, pattern: &str, text: &str) -> bool {
        self.compile(pattern)
            .is_ok_and(|pattern| pattern.is_match(text))
    }

    #[cfg(feature = "pattern")]
    fn compile(&self, pattern: &str) -> Result<&regex_lite::Regex, &String> {
        let compile = || regex_lite::Regex::new(pattern).map_err(|error| error.to_string());
        self.compiled.get_or_init(compile).as_ref()
    }

    #[cfg(not(feature = "pattern"))]
    fn matches(&self, _pattern: &str, _text: &str) -> bool {
        false
    }

    /// The macros refuse it sooner.
    #[cfg(not(feature = "pattern"))]
    fn compile(&self, _pattern: &str) -> Result<(), &'static str> {
        Err("the feature `pattern` is off")
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::new()
    }
}

/// Compares a text with a number: as whole numbers where both are, which is exact, else as what they
/// come close to. A text that is no number passes; one that is "not a number" does not.
fn compared(
    number: Number,
    text: &str,
    whole: fn(i128, i128) -> bool,
    real: fn(&f64, &f64) -> bool,
) -> bool {
    let bound = match number {
        Number::Whole(bound) => {
            if let Ok(text) = text.parse() {
                return whole(text, bound);
            }
            bound as f64
        }
        Number::Real(bound) => bound,
    };
    text.parse().map_or(true, |text| real(&text, &bound))
}

fn words(number: Number) -> String {
    match number {
        Number::Whole(number) => number.to_string(),
        Number::Real(number) => number.to_string(),
    }
}

/// Whether a text has so many characters, without counting on above them.
fn has_len(text: &str, (from, to): (usize, usize)) -> bool {
    let len = text.chars().take(to.saturating_add(1)).count();
    (from..=to).contains(&len)
}

fn len_words((from, to): (usize, usize)) -> String {
    let s = |count: usize| if count == 1 { "" } else { "s" };
    match (from, to) {
        (from, usize::MAX) => format!("must have at least {from} character{}", s(from)),
        (0, to) => format!("must have at most {to} character{}", s(to)),
        (from, to) if from == to => format!("must have {to} character{}", s(to)),
        (from, to) => format!("must have {from} to {to} characters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static NUMBER: Bounds = Bounds::new().min(Number::Whole(-3)).max(Number::Whole(100));
    static REAL: Bounds = Bounds::new()
        .min(Number::Real(0.5))
        .max(Number::Whole(i128::MAX));

    fn told(bounds: &Bounds, text: &str) -> String {
        bounds.check(text).map_or_else(
            |error| error.detail().into_owned(),
            |()| String::from("good"),
        )
    }

    #[test]
    fn numbers() {
        let (low, high) = ("must be at least -3", "must be at most 100");
        let table = [
            ("-3", "good"),
            ("-4", low),
            ("100", "good"),
            ("+100", "good"),
            ("101", high),
            ("100.5", high),
            ("99.5", "good"),
            ("1e9", high),
            ("-1e9", low),
            ("170141183460469231731687303715884105728", high),
            ("inf", high),
            ("NaN", low),
            ("", "good"),
            ("ten", "good"),
            (" 101", "good"),
        ];
        for (text, expected) in table {
            assert_eq!(told(&NUMBER, text), expected, "{text}");
        }
        for (text, expected) in [
            ("0.5", "good"),
            ("0.49", "must be at least 0.5"),
            ("1", "good"),
            ("170141183460469231731687303715884105727", "good"),
        ] {
            assert_eq!(told(&REAL, text), expected, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_compared_as_such() {
        let bounds = Bounds::new().max(Number::Whole(9_007_199_254_740_992));
        let detail = "must be at most 9007199254740992";
        assert_eq!(told(&bounds, "9007199254740993"), detail);
    }

    #[test]
    fn lengths() {
        let of = |from, to| Bounds::new().len(from, to);
        let table = [
            (of(1, 3), "", "must have 1 to 3 characters"),
            (of(1, 3), "äöü", "good"),
            (of(1, 3), "abcd", "must have 1 to 3 characters"),
            (of(1, usize::MAX), "", "must have at least 1 character"),
            (of(2, usize::MAX), "a", "must have at least 2 characters"),
            (of(0, 1), "ab", "must have at most 1 character"),
            (of(8, 8), "a", "must have 8 characters"),
            (of(0, usize::MAX), "", "good"),
        ];
        for (bounds, text, expected) in table {
            assert_eq!(told(&bounds, text), expected, "{text}");
        }
    }

    #[cfg(feature = "pattern")]
    #[test]
    fn patterns() {
        let bounds = Bounds::new().len(1, 3).pattern("^[a-z]+$");
        assert_eq!(told(&bounds, "abc"), "good");
        assert_eq!(told(&bounds, "aBc"), "must match ^[a-z]+$");
        assert_eq!(told(&bounds, ""), "must have 1 to 3 characters");
        assert_eq!(bounds.problem(), None);
        let broken = Bounds::new().pattern("(");
        let problem = broken.problem().expect("it is none");
        assert!(
            problem.starts_with("its pattern cannot be used: "),
            "{problem}"
        );
        assert_eq!(told(&broken, "("), "must match (");
    }
}
