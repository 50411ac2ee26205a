//! Which coding a client gets, by the q-values of `Accept-Encoding` (RFC 9110 section 12.5.3). It
//! must not know files.

use http::{HeaderMap, header};

use crate::coding::{Coding, Codings};

/// A q-value in thousandths.
type Quality = u16;

/// What `Accept-Encoding` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Preferences {
    /// By coding, as `Coding as usize`.
    listed: [Option<Quality>; Coding::COUNT],
    /// For what is not listed: `*`.
    others: Option<Quality>,
}

impl Preferences {
    /// Reads every line of the field. An element that is not well-formed counts as not there; of
    /// two for one coding the last counts.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut preferences = Self::default();
        for line in headers.get_all(header::ACCEPT_ENCODING) {
            preferences.note_line(line.as_bytes());
        }
        preferences
    }

    /// Reads the one line of the field.
    pub(crate) fn of_line(line: &[u8]) -> Self {
        let mut preferences = Self::default();
        preferences.note_line(line);
        preferences
    }

    fn note_line(&mut self, line: &[u8]) {
        // A line that is no ASCII has no coding that we know.
        let text = std::str::from_utf8(line)
            .ok()
            .filter(|text| text.is_ascii());
        for element in text.unwrap_or_default().split(',') {
            self.note(element);
        }
    }

    fn note(&mut self, element: &str) {
        let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
        let Some(quality) = quality(parameters) else {
            return;
        };
        let name = name.trim();
        if name == "*" {
            self.others = Some(quality);
        } else if let Some(coding) = Coding::named(name) {
            self.listed[coding as usize] = Some(quality);
        }
    }

    /// The coding with the highest q-value out of `available` and identity; of equals the one
    /// that is first in [`Coding::CODED`], and identity last. Nothing when all that there is has
    /// been refused, identity too; the answer to that is 406.
    pub(crate) fn choose(&self, available: Codings) -> Option<Coding> {
        let mut best = None;
        for coding in Coding::CODED {
            if !available.has(coding) {
                continue;
            }
            let rank = 2 * self.listed[coding as usize].or(self.others).unwrap_or(0);
            if rank > 0 && best.is_none_or(|(highest, _)| rank > highest) {
                best = Some((rank, coding));
            }
        }
        // Identity is welcome unless refused, but after all that was asked for.
        let identity = self.listed[Coding::Identity as usize].or(self.others);
        let rank = identity.map_or(1, |quality| 2 * quality);
        if rank > 0 && best.is_none_or(|(highest, _)| rank > highest) {
            return Some(Coding::Identity);
        }
        best.map(|(_, coding)| coding)
    }

    /// The codings by a dictionary that are liked no less than `other`, which was [chosen](Self::choose):
    /// the one that is liked most first, of equals the one that is first in [`Coding::BY_DICTIONARY`].
    /// `*` does not name them: who has no dictionary sends it, too.
    pub(crate) fn by_dictionary(&self, other: Coding) -> Vec<Coding> {
        // Identity that is not named is welcome, but after all that was asked for.
        let least = self.listed[other as usize].or(self.others).unwrap_or(1);
        let liked = |coding: &Coding| self.listed[*coding as usize].unwrap_or(0);
        let mut codings = Coding::BY_DICTIONARY.to_vec();
        codings.retain(|coding| liked(coding) >= least.max(1));
        codings.sort_by_key(|coding| std::cmp::Reverse(liked(coding)));
        codings
    }
}

/// The q among the parameters, 1 without one; nothing when it is not well-formed. Digits after
/// the third are dropped.
fn quality(parameters: &str) -> Option<Quality> {
    for parameter in parameters.split(';') {
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        if !name.trim().eq_ignore_ascii_case("q") {
            continue;
        }
        let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut thousandths = 0;
        for place in 0..3 {
            let digit = fraction.as_bytes().get(place).map_or(0, |byte| byte - b'0');
            thousandths = thousandths * 10 + Quality::from(digit);
        }
        return match whole {
            "0" => Some(thousandths),
            "1" if thousandths == 0 => Some(1000),
            _ => None,
        };
    }
    Some(1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn choose(lines: &[&str], available: Codings) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                header::ACCEPT_ENCODING,
                http::HeaderValue::from_str(line).unwrap(),
            );
        }
        Preferences::of(&headers).choose(available)
    }

    fn both() -> Codings {
        Codings::NONE.with(Coding::Brotli).with(Coding::Gzip)
    }

    // Rules 34 to 39
    #[test]
    fn by_quality() {
        use Coding::{Brotli, Gzip, Identity};
        for (line, expected) in [
            ("", Some(Identity)),
            ("gzip", Some(Gzip)),
            ("GZIP", Some(Gzip)),
            ("x-gzip", Some(Gzip)),
            ("br", Some(Brotli)),
            ("gzip, deflate, br", Some(Brotli)),
            ("gzip, deflate, br, zstd", Some(Brotli)),
            ("gzip;q=1.0, br;q=0.5", Some(Gzip)),
            ("br;q=0.001, gzip;q=0.002", Some(Gzip)),
            ("gzip;q=0", Some(Identity)),
            ("gzip;q=0.000", Some(Identity)),
            ("gzip;Q=0", Some(Identity)),
            ("gzip ; q=0", Some(Identity)),
            ("gzip ; q = 0 , br ;q= 0.5", Some(Brotli)),
            ("*;q=0", None),
            ("*;q=0, gzip", Some(Gzip)),
            ("*;q=0, identity", Some(Identity)),
            ("*", Some(Brotli)),
            ("*, gzip;q=0", Some(Brotli)),
            ("*, br;q=0", Some(Gzip)),
            ("*, br;q=0, gzip;q=0", Some(Identity)),
            ("identity;q=1, gzip;q=0.1", Some(Identity)),
            ("identity;q=0.5, gzip;q=0.5", Some(Gzip)),
            ("identity;q=0, gzip;q=0.1", Some(Gzip)),
            ("identity;q=0, gzip;q=0", None),
            ("identity;q=0", None),
            ("deflate", Some(Identity)),
            ("gzip;q=abc", Some(Identity)),
            ("gzip;q=2", Some(Identity)),
            ("gzip;q=1.001", Some(Identity)),
            ("gzip;q=-1", Some(Identity)),
            ("gzip;level=9", Some(Gzip)),
            ("gzip;level=9;q=0", Some(Identity)),
            (",,,gzip,,", Some(Gzip)),
            ("gzip;q=0.12345", Some(Gzip)),
            ("zstd", Some(Identity)),
            ("dcb, dcz", Some(Identity)),
        ] {
            assert_eq!(choose(&[line], both()), expected, "{line}");
        }
    }

    #[test]
    fn without_the_field_nothing_is_coded() {
        assert_eq!(choose(&[], both()), Some(Coding::Identity));
    }

    #[test]
    fn lines_are_one_list() {
        let chosen = choose(&["br;q=0.1", "gzip;q=0.5"], both());
        assert_eq!(chosen, Some(Coding::Gzip));
    }

    // Rules 51 and 52
    #[test]
    fn by_a_dictionary_only_what_is_named_and_liked_as_much() {
        use Coding::{Brotli, Dcb, Dcz, Identity};
        for (line, other, expected) in [
            ("gzip, deflate, br, zstd, dcb, dcz", Brotli, &[Dcb, Dcz][..]),
            ("br, DCZ", Brotli, &[Dcz]),
            ("dcz, dcb", Identity, &[Dcb, Dcz]),
            ("dcb;q=0.5, dcz", Identity, &[Dcz, Dcb]),
            ("br, dcb;q=0.9, dcz", Brotli, &[Dcz]),
            ("br;q=0.5, dcb, dcz;q=0", Brotli, &[Dcb]),
            ("br, dcz;q=0, dcb;q=0.000", Brotli, &[]),
            ("identity;q=0, dcb", Identity, &[Dcb]),
            ("*", Brotli, &[]),
            ("br, *", Brotli, &[]),
            ("*;q=0.5, dcb", Brotli, &[Dcb]),
            ("*, dcb;q=0.5", Brotli, &[]),
            ("br", Brotli, &[]),
            ("", Identity, &[]),
        ] {
            let preferences = Preferences::of_line(line.as_bytes());
            assert_eq!(preferences.by_dictionary(other), expected, "{line}");
        }
    }

    #[test]
    fn only_what_is_there() {
        let zstd = Codings::NONE.with(Coding::Zstd);
        assert_eq!(choose(&["br, zstd;q=0.2"], zstd), Some(Coding::Zstd));
        assert_eq!(choose(&["br, gzip"], Codings::NONE), Some(Coding::Identity));
    }

    proptest! {
        #[test]
        fn never_what_is_not_there_or_was_refused(
            line in "((br|gzip|zstd|identity|\\*|deflate)(;q=(0|1|0\\.[0-9]{1,3}))?,? ?){0,6}",
            bits in 0_u8..16,
        ) {
            let available = Codings::from_bits(bits & !1);
            if let Some(chosen) = choose(&[&line], available) {
                prop_assert!(chosen == Coding::Identity || available.has(chosen));
            }
            prop_assert_ne!(choose(&[&format!("{line},gzip;q=0")], available), Some(Coding::Gzip));
            prop_assert_ne!(
                choose(&[&format!("{line},identity;q=0")], available),
                Some(Coding::Identity)
            );
        }

        #[test]
        fn any_line_is_read_without_a_panic(line in "[ -~]{0,40}") {
            let _ = choose(&[&line], both());
        }
    }
}
