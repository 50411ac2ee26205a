//! How the body of an answer comes, by what its head says of it (RFC 9112 section 6.3). Pure; it must
//! not know where the bytes are.

use super::fault::Fault;

/// How a body is told from what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Sized(u64),
    Chunked,
    /// It goes on until the connection ends.
    UntilEnd,
}

/// What the fields of a head say so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    declared: Option<u64>,
    /// It was declared more than once, by the same number.
    twice: bool,
    coding: Coding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// Nothing is said of it.
    None,
    /// A field is there that names none, which is not what it is for.
    Empty,
    /// Last of all, and once.
    Chunked,
    /// Another one is last, so that only the end of the connection ends it.
    Other,
}

impl Length {
    pub(super) const NONE: Self = Self {
        declared: None,
        twice: false,
        coding: Coding::None,
    };

    /// Reads `Content-Length`. Several have to say the same.
    pub(super) fn declare(&mut self, value: &[u8]) -> Result<(), Fault> {
        const BROKEN: Fault = Fault::Broken("invalid content-length");
        for digits in value.split(|byte| *byte == b',') {
            let digits = digits.trim_ascii();
            let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
            let length = std::str::from_utf8(digits).ok().filter(|_| plain);
            let length = length.and_then(|digits| digits.parse().ok());
            let length = length.ok_or(BROKEN)?;
            match self.declared {
                Some(declared) if declared != length => return Err(BROKEN),
                Some(_) => self.twice = true,
                None => self.declared = Some(length),
            }
        }
        Ok(())
    }

    /// Reads `Transfer-Encoding`. None was asked for, so chunks alone can be read.
    pub(super) fn code(&mut self, value: &[u8]) -> Result<(), Fault> {
        if self.coding == Coding::None {
            self.coding = Coding::Empty;
        }
        let codings = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        for coding in codings.filter(|coding| !coding.is_empty()) {
            let chunked = coding.eq_ignore_ascii_case(b"chunked");
            self.coding = match (self.coding, chunked) {
                (Coding::None | Coding::Empty, true) => Coding::Chunked,
                (_, true) => return Err(Fault::Broken("a transfer coding beside chunks")),
                (_, false) => Coding::Other,
            };
        }
        Ok(())
    }

    /// How the body comes, if there is one. A coding overrides a length (RFC 9112 section 6.3).
    pub(super) fn framing(self) -> Framing {
        match (self.coding, self.declared) {
            (Coding::Chunked, _) => Framing::Chunked,
            (Coding::None, Some(length)) => Framing::Sized(length),
            (Coding::None, None) | (Coding::Empty | Coding::Other, _) => Framing::UntilEnd,
        }
    }

    /// The number that was declared.
    pub(super) fn declared(self) -> Option<u64> {
        self.declared
    }

    /// Whether that number was declared more than once.
    pub(super) fn is_repeated(self) -> bool {
        self.twice
    }

    /// Whether a transfer coding was said, even if none was named.
    pub(super) fn is_coded(self) -> bool {
        self.coding != Coding::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(lengths: &[&str], codings: &[&str]) -> Option<Framing> {
        let mut length = Length::NONE;
        for line in lengths {
            length.declare(line.as_bytes()).ok()?;
        }
        for line in codings {
            length.code(line.as_bytes()).ok()?;
        }
        Some(length.framing())
    }

    #[test]
    fn framings() {
        let table: [(&[&str], &[&str], _); 20] = [
            (&[], &[], Some(Framing::UntilEnd)),
            (&["5"], &[], Some(Framing::Sized(5))),
            (&["5", "5"], &[], Some(Framing::Sized(5))),
            (&["5, 05"], &[], Some(Framing::Sized(5))),
            (
                &["18446744073709551615"],
                &[],
                Some(Framing::Sized(u64::MAX)),
            ),
            (&["18446744073709551616"], &[], None),
            (&["5", "6"], &[], None),
            (&[""], &[], None),
            (&["+5"], &[], None),
            (&["5,"], &[], None),
            (&["-1"], &[], None),
            (&["5"], &["chunked"], Some(Framing::Chunked)),
            (&[], &["Chunked"], Some(Framing::Chunked)),
            (&[], &["chunked", "chunked"], None),
            (&[], &["gzip, chunked"], None),
            (&[], &["chunked, gzip"], Some(Framing::UntilEnd)),
            (&["5"], &["identity"], Some(Framing::UntilEnd)),
            (&["5"], &[""], Some(Framing::UntilEnd)),
            (&[], &["", ", chunked"], Some(Framing::Chunked)),
            (&["5", "6"], &["chunked"], None),
        ];
        for (lengths, codings, expected) in table {
            assert_eq!(
                framing(lengths, codings),
                expected,
                "{lengths:?} {codings:?}"
            );
        }
    }
}
