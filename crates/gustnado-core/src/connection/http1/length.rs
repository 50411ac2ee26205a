//! How long the body of a request is, by what its head says. Pure; it must not know what reads it.

use super::fault::Fault;
use crate::error::Error;

/// What a head says of the length of its body (RFC 9112 section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    declared: Option<u64>,
    coding: Coding,
}

/// What `Transfer-Encoding` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// Nothing.
    None,
    /// `chunked`, once and alone.
    Chunked,
    /// `chunked`, more than once.
    Repeated,
    /// Others, and `chunked` last.
    Unknown,
    /// Something else last, so that its end cannot be known.
    Endless,
}

/// How a body comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes.
    Sized(u64),
    /// In chunks.
    Chunked,
}

impl Length {
    /// Of a head that says nothing.
    pub(super) const NONE: Self = Self {
        declared: None,
        coding: Coding::None,
    };

    /// A line of `Content-Length`. Says whether it is the first.
    pub(super) fn declare(&mut self, value: &[u8]) -> Result<bool, Fault> {
        const INVALID: Fault = Fault::Broken("invalid content-length");
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            return Err(INVALID);
        }
        let number = value.iter().try_fold(0_u64, |number, digit| {
            number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        });
        let number = number.ok_or(INVALID)?;
        match self.declared.replace(number) {
            None => Ok(true),
            // The same again says nothing new (RFC 9110 section 8.6).
            Some(before) if before == number => Ok(false),
            Some(_) => Err(INVALID),
        }
    }

    /// A line of `Transfer-Encoding`.
    pub(super) fn code(&mut self, value: &[u8]) {
        for coding in value.split(|byte| *byte == b',') {
            let chunked = coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
            self.coding = match (self.coding, chunked) {
                (Coding::None, true) => Coding::Chunked,
                (Coding::Chunked | Coding::Repeated, true) => Coding::Repeated,
                (Coding::Endless | Coding::Unknown, true) => Coding::Unknown,
                (_, false) => Coding::Endless,
            };
        }
    }

    /// Whether both are said: one of them may be for somebody else's eyes (RFC 9112 section 11.2).
    pub(super) fn is_conflict(self) -> bool {
        self.declared.is_some() && self.coding != Coding::None
    }

    /// How the body comes.
    ///
    /// # Errors
    /// 501 for a coding that is not known, 400 where the end cannot be known (RFC 9112 section 6.1).
    pub(super) fn framing(self) -> Result<Framing, Error> {
        match self.coding {
            Coding::None => Ok(Framing::Sized(self.declared.unwrap_or(0))),
            Coding::Chunked => Ok(Framing::Chunked),
            Coding::Repeated => Err(Error::new(400, "the body cannot be chunked more than once")),
            Coding::Unknown => Err(Error::new(501, "a transfer coding that is not chunked")),
            Coding::Endless => Err(Error::new(
                400,
                "the last transfer coding of a request has to be chunked",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        let table: [(&[&str], _); 10] = [
            (&["5"], Some(5)),
            (&["0005"], Some(5)),
            (&["18446744073709551615"], Some(u64::MAX)),
            (&["18446744073709551616"], None),
            (&["5", "5"], Some(5)),
            (&["5", "6"], None),
            (&[""], None),
            (&["+5"], None),
            (&["5, 5"], None),
            (&["0x5"], None),
        ];
        for (lines, expected) in table {
            let mut length = Length::NONE;
            let lines = lines.iter().map(|line| length.declare(line.as_bytes()));
            let all: Result<Vec<_>, _> = lines.collect();
            let framing = all.ok().and_then(|_| length.framing().ok());
            assert_eq!(framing, expected.map(Framing::Sized), "{expected:?}");
        }
    }

    #[test]
    fn codings() {
        let table: [(&[&str], _); 11] = [
            (&["chunked"], Ok(Framing::Chunked)),
            (&["CHUNKED"], Ok(Framing::Chunked)),
            (&["chunked, chunked"], Err(400)),
            (&["chunked", "chunked"], Err(400)),
            (&["gzip, chunked"], Err(501)),
            (&["gzip", "chunked"], Err(501)),
            (&[", chunked"], Err(501)),
            (&["chunked, gzip"], Err(400)),
            (&["identity"], Err(400)),
            (&[""], Err(400)),
            (&["chunked;q=1"], Err(400)),
        ];
        for (lines, expected) in table {
            let mut length = Length::NONE;
            lines.iter().for_each(|line| length.code(line.as_bytes()));
            let framing = length.framing().map_err(|error| error.status().as_u16());
            assert_eq!(framing, expected, "{lines:?}");
            assert!(!length.is_conflict());
            length.declare(b"1").unwrap();
            assert!(length.is_conflict());
        }
    }
}
