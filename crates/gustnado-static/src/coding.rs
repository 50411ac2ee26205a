//! The content codings: their names on the wire and on disk, and sets of them. It must not know how
//! they are made or chosen.

use http::HeaderValue;

/// A content coding (RFC 9110 section 8.4.1), or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Coding {
    Identity,
    Brotli,
    Zstd,
    Gzip,
    /// Brotli by a dictionary (RFC 9842 section 4).
    Dcb,
    /// Zstandard by a dictionary (section 5).
    Dcz,
}

impl Coding {
    /// All but identity that need no dictionary, the server's favourite first.
    pub(crate) const CODED: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Those that need one, the server's favourite first.
    pub(crate) const BY_DICTIONARY: [Self; 2] = [Self::Dcb, Self::Dcz];

    /// How many there are.
    pub(crate) const COUNT: usize = 6;

    /// Its name in `Accept-Encoding`, in any case; also the older names that mean the same.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        match name.len() {
            2 if is("br") => Some(Self::Brotli),
            3 if is("dcb") => Some(Self::Dcb),
            3 if is("dcz") => Some(Self::Dcz),
            4 if is("gzip") => Some(Self::Gzip),
            4 if is("zstd") => Some(Self::Zstd),
            6 if is("x-gzip") => Some(Self::Gzip),
            8 if is("identity") => Some(Self::Identity),
            _ => None,
        }
    }

    /// The value of `Content-Encoding`.
    pub(crate) fn header(self) -> Option<HeaderValue> {
        Some(HeaderValue::from_static(match self {
            Self::Identity => return None,
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Dcb => "dcb",
            Self::Dcz => "dcz",
        }))
    }

    /// What its tags end in, so that no two codings of a file have the same.
    pub(crate) fn tag_suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Brotli => "-br",
            Self::Zstd => "-zst",
            Self::Gzip => "-gz",
            Self::Dcb => "-dcb",
            Self::Dcz => "-dcz",
        }
    }

    /// What the name of a file in this coding ends in.
    pub(crate) fn file_suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Brotli => ".br",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
            Self::Dcb => ".dcb",
            Self::Dcz => ".dcz",
        }
    }

    /// Its place in [`CODED`](Self::CODED); none for identity, and for what is not there.
    pub(crate) fn place(self) -> Option<usize> {
        let place = (self as usize).checked_sub(1)?;
        (place < Self::CODED.len()).then_some(place)
    }

    /// Whether who decodes it needs a dictionary.
    pub(crate) fn is_by_dictionary(self) -> bool {
        Self::BY_DICTIONARY.contains(&self)
    }
}

/// A set of codings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Codings(u8);

impl Codings {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn with(self, coding: Coding) -> Self {
        Self(self.0 | 1 << coding as u8)
    }

    pub(crate) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(crate) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(crate) const fn has(self, coding: Coding) -> bool {
        self.0 & 1 << coding as u8 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Coding, Codings};

    #[test]
    fn names_are_case_free_and_x_gzip_is_gzip() {
        assert_eq!(Coding::named("BR"), Some(Coding::Brotli));
        assert_eq!(Coding::named("X-GZip"), Some(Coding::Gzip));
        assert_eq!(Coding::named("identity"), Some(Coding::Identity));
        assert_eq!(Coding::named("DCB"), Some(Coding::Dcb));
        assert_eq!(Coding::named("dcz"), Some(Coding::Dcz));
        assert_eq!(Coding::named("deflate"), None);
        assert_eq!(Coding::named("*"), None);
    }

    #[test]
    fn places_are_those_of_the_list() {
        for (place, coding) in Coding::CODED.into_iter().enumerate() {
            assert_eq!(coding.place(), Some(place));
        }
        for coding in [Coding::Identity, Coding::Dcb, Coding::Dcz] {
            assert_eq!(coding.place(), None);
        }
        assert_eq!(Coding::Dcz as usize + 1, Coding::COUNT);
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        let set = Codings::NONE.with(Coding::Gzip).with(Coding::Brotli);
        assert!(set.has(Coding::Gzip) && set.has(Coding::Brotli) && !set.has(Coding::Zstd));
        let rest = set.without(Codings::NONE.with(Coding::Gzip));
        assert_eq!(rest, Codings::NONE.with(Coding::Brotli));
        assert!(rest.without(set).is_empty());
    }
}
