//! What a file is by its name: its media type, and whether coding it pays. It must not know the
//! file's bytes.

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Media {
    /// The value of `Content-Type`.
    pub(crate) content_type: &'static str,
    /// The coding that files of this name are in by their nature, such as gzip for `.svgz`.
    pub(crate) inherent: Option<&'static str>,
}

/// Types that are said otherwise here than in the table of `mime_guess`: text says that it is
/// UTF-8, and some types are newer than the table.
const OVERLAY: &[(&str, &str)] = &[
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("gz", "application/gzip"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json; charset=utf-8"),
    ("jsonld", "application/ld+json; charset=utf-8"),
    ("jxl", "image/jxl"),
    ("map", "application/json; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("otf", "font/otf"),
    ("svg", "image/svg+xml; charset=utf-8"),
    ("svgz", "image/svg+xml"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("vtt", "text/vtt; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("webmanifest", "application/manifest+json; charset=utf-8"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xhtml", "application/xhtml+xml; charset=utf-8"),
    ("xml", "text/xml; charset=utf-8"),
    ("zst", "application/zstd"),
];

/// Types that shrink, beside all of `text/`, `…+json` and `…+xml`.
const SHRINKING: &[&str] = &[
    "application/javascript",
    "application/json",
    "application/rtf",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/xml",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/x-icon",
];

/// Types of what pages are made of, beside all of `audio/`, `font/`, `image/`, `text/` and `video/`.
const ASSETS: &[&str] = &[
    "application/gzip",
    "application/javascript",
    "application/json",
    "application/ld+json",
    "application/manifest+json",
    "application/pdf",
    "application/rss+xml",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/xhtml+xml",
    "application/xml",
    "application/zip",
    "application/zstd",
];

/// What a file of this name is; bytes of no known kind when the name does not say.
pub(crate) fn media(path: &str) -> Media {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let found = OVERLAY
        .iter()
        .find(|(known, _)| extension.eq_ignore_ascii_case(known));
    let content_type = found.map_or_else(|| guess(extension), |(_, content_type)| content_type);
    let inherent = extension.eq_ignore_ascii_case("svgz").then_some("gzip");
    Media {
        content_type,
        inherent,
    }
}

fn guess(extension: &str) -> &'static str {
    mime_guess::from_ext(extension)
        .first_raw()
        .unwrap_or("application/octet-stream")
}

/// Whether a file of this name is what pages are made of, rather than a page's own address: its
/// name ends as those of scripts, styles, images, fonts, documents and the like do.
pub(crate) fn is_asset(path: &str) -> bool {
    let content_type = media(path).content_type;
    let essence = content_type.split(';').next().unwrap_or_default();
    let (kind, _) = essence.split_once('/').unwrap_or_default();
    ["audio", "font", "image", "text", "video"].contains(&kind) || ASSETS.contains(&essence)
}

/// Whether bytes of this type become smaller by coding them.
pub(crate) fn shrinks(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || SHRINKING.contains(&essence.as_str())
}

#[cfg(test)]
mod tests {
    use super::{OVERLAY, is_asset, media, shrinks};

    // Rule 71
    #[test]
    fn types_by_name() {
        for (path, expected) in [
            ("a.html", "text/html; charset=utf-8"),
            ("a/b.CSS", "text/css; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.mjs", "text/javascript; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.svg", "image/svg+xml; charset=utf-8"),
            ("a.webmanifest", "application/manifest+json; charset=utf-8"),
            ("a.wasm", "application/wasm"),
            ("a.woff2", "font/woff2"),
            ("a.avif", "image/avif"),
            ("a.jxl", "image/jxl"),
            ("a.png", "image/png"),
            ("a.pdf", "application/pdf"),
            ("a.tar.gz", "application/gzip"),
            ("a.unheard-of", "application/octet-stream"),
            ("Makefile", "application/octet-stream"),
            ("folder.js/file", "application/octet-stream"),
        ] {
            assert_eq!(media(path).content_type, expected, "{path}");
        }
        assert_eq!(media("a.svgz").inherent, Some("gzip"));
        assert_eq!(media("a.svg").inherent, None);
    }

    #[test]
    fn the_overlay_is_sorted_and_has_no_doubles() {
        assert!(OVERLAY.is_sorted_by(|one, next| one.0 < next.0));
    }

    // Rule 44
    #[test]
    fn what_shrinks() {
        for path in [
            "a.html", "a.js", "a.json", "a.svg", "a.wasm", "a.ttf", "a.xhtml",
        ] {
            assert!(shrinks(media(path).content_type), "{path}");
        }
        for path in [
            "a.png", "a.woff2", "a.zip", "a.gz", "a.mp4", "a.avif", "Makefile",
        ] {
            assert!(!shrinks(media(path).content_type), "{path}");
        }
    }

    // Rule 78
    #[test]
    fn what_pages_are_made_of() {
        for path in [
            "app.js",
            "a/b.css",
            "logo.svg",
            "a.PNG",
            "f.woff2",
            "data.json",
            "a.map",
            "m.wasm",
            "old.html",
            "robots.txt",
            "a.webmanifest",
            "doc.pdf",
            "feed.xml",
            "film.mp4",
        ] {
            assert!(is_asset(path), "{path}");
        }
        for path in [
            "users/7",
            "users/john.doe",
            "ada@example.com",
            "v1.2",
            "v1.2/notes",
            "a.js/line",
            "",
        ] {
            assert!(!is_asset(path), "{path}");
        }
    }
}
