//! What a piece of text is read as, beyond being text. It must not know where the text stands.

/// What a piece of text is read as: the answer of [`FromParam::kind`](crate::FromParam::kind).
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::describe::TextKind;
///
/// let id = TextKind::text().format("uuid");
/// let percent = TextKind::integer().min(0).max(100);
/// let order = TextKind::words(&["newest", "oldest"]);
/// # assert_eq!((id.format, order.words.len()), (Some("uuid"), 2));
/// # assert!(percent.min < percent.max);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct TextKind {
    /// What it is at the bottom.
    pub base: Base,
    /// A narrower form, by its name in JSON Schema: `uuid`, `ipv4`, `int64`.
    pub format: Option<&'static str>,
    /// The least number.
    pub min: Option<Number>,
    /// The greatest number.
    pub max: Option<Number>,
    /// The fewest characters.
    pub min_len: Option<usize>,
    /// The most characters.
    pub max_len: Option<usize>,
    /// A regular expression that it matches somewhere.
    pub pattern: Option<&'static str>,
    /// The texts it can be, where they are counted.
    pub words: &'static [&'static str],
}

/// What a text is at the bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Base {
    /// Any text.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Bytes: a file in a form.
    File,
}

/// A number as the program has it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub enum Number {
    /// A whole one.
    Whole(i128),
    /// Any other.
    Real(f64),
}

/// How many values an input takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Count {
    /// Exactly one.
    #[default]
    One,
    /// One or none.
    Optional,
    /// Any number of them.
    Many,
}

impl TextKind {
    /// Any text.
    #[must_use]
    pub const fn text() -> Self {
        Self::of(Base::Text)
    }

    /// A whole number.
    #[must_use]
    pub const fn integer() -> Self {
        Self::of(Base::Integer)
    }

    /// A number.
    #[must_use]
    pub const fn number() -> Self {
        Self::of(Base::Number)
    }

    /// `true` or `false`.
    #[must_use]
    pub const fn boolean() -> Self {
        Self::of(Base::Boolean)
    }

    /// A file.
    #[must_use]
    pub const fn file() -> Self {
        Self::of(Base::File)
    }

    /// One of these words.
    #[must_use]
    pub const fn words(words: &'static [&'static str]) -> Self {
        let mut kind = Self::text();
        kind.words = words;
        kind
    }

    const fn of(base: Base) -> Self {
        Self {
            base,
            format: None,
            min: None,
            max: None,
            min_len: None,
            max_len: None,
            pattern: None,
            words: &[],
        }
    }

    /// Names a narrower form.
    #[must_use]
    pub const fn format(mut self, format: &'static str) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the least number.
    #[must_use]
    pub const fn min(mut self, min: i128) -> Self {
        self.min = Some(Number::Whole(min));
        self
    }

    /// Sets the greatest number.
    #[must_use]
    pub const fn max(mut self, max: i128) -> Self {
        self.max = Some(Number::Whole(max));
        self
    }

    /// Sets how many characters it has.
    #[must_use]
    pub const fn len(mut self, from: usize, to: usize) -> Self {
        self.min_len = Some(from);
        self.max_len = Some(to);
        self
    }

    /// Sets a regular expression that it matches.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }
}
