//! What a user asked for: codings and their levels, types, bounds. It must not know requests.

use super::{
    encoder::{Kind, MADE, Shape},
    limits::{BROTLI_QUALITY, CompressLimits, GZIP_LEVEL, ZSTD_LEVEL},
};
use crate::{
    coding::{Coding, Codings},
    media,
};

/// What a user asked for.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) codings: Codings,
    pub(super) brotli_quality: u32,
    pub(super) zstd_level: i32,
    pub(super) gzip_level: u32,
    /// In lower case; those that shrink by what is known of them where there is none.
    pub(super) types: Option<Vec<Box<str>>>,
    pub(super) limits: CompressLimits,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            codings: MADE,
            brotli_quality: BROTLI_QUALITY,
            zstd_level: ZSTD_LEVEL,
            gzip_level: GZIP_LEVEL,
            types: None,
            limits: CompressLimits::default(),
        }
    }
}

impl Rules {
    /// Whether replies of this type are coded.
    pub(super) fn codes(&self, content_type: &str) -> bool {
        let Some(types) = &self.types else {
            return media::shrinks(content_type);
        };
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        types
            .iter()
            .any(|pattern| match pattern.strip_suffix("/*") {
                Some(main) => {
                    let found = essence.split_once('/').map_or("", |(found, _)| found);
                    found.eq_ignore_ascii_case(main)
                }
                None => essence.eq_ignore_ascii_case(pattern),
            })
    }

    /// The encoder for a coding.
    pub(super) fn kind(&self, coding: Coding, shape: Shape) -> Kind {
        let level = match coding {
            Coding::Identity | Coding::Dcb | Coding::Dcz => 0,
            Coding::Brotli => self.brotli_quality.cast_signed(),
            Coding::Zstd => self.zstd_level,
            Coding::Gzip => self.gzip_level.cast_signed(),
        };
        Kind {
            coding,
            level,
            shape,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;

    #[test]
    fn types_are_as_said_or_as_known() {
        let known = Rules::default();
        let said = Rules {
            types: Some(vec!["text/*".into(), "application/x-own".into()]),
            ..Rules::default()
        };
        for (content_type, by_default, by_list) in [
            ("text/html; charset=utf-8", true, true),
            ("TEXT/plain", true, true),
            ("text/event-stream", true, true),
            ("application/json", true, false),
            ("application/X-Own;a=b", false, true),
            ("textual/x", false, false),
            ("image/png", false, false),
            ("", false, false),
        ] {
            assert_eq!(known.codes(content_type), by_default, "{content_type}");
            assert_eq!(said.codes(content_type), by_list, "{content_type}");
        }
    }
}
