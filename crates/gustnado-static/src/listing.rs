//! What is in a folder, as a page and as JSON. It must not know when it is asked for.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    disk::Kind,
    failure::Failure,
    limits,
    resolve::{Names, safe_name},
    source::Source,
    validator::Seconds,
};

/// What is in a folder and can be asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Folders first, each by name.
    entries: Vec<Entry>,
    /// Whether there is more.
    cut: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// Nothing of a folder.
    file: Option<File>,
    name: String,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct File {
    length: u64,
    modified: Option<Seconds>,
}

/// All that means something in an address is encoded, also a colon, which would make a name a scheme.
const IN_PATHS: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Listing {
    /// Looks into a folder. It waits for the disk.
    ///
    /// Names with a dot at their start, and all others that cannot be asked for, are left out; so is
    /// what lies outside the root, is no regular file, or may not be looked at.
    pub(crate) fn read(root: &Source, folder: &str) -> Result<Self, Failure> {
        let full = root.join(folder);
        let (names, cut) = root.names(&full, limits::LISTING)?;
        let servable = |name: &String| safe_name(name, Names::HERE);
        let entry = |name: String| {
            let file = match root.look(&full.join(&name)).ok()? {
                Kind::Folder => None,
                Kind::File(stamp) => Some(File {
                    length: stamp.length(),
                    modified: Seconds::of(stamp.modified().0),
                }),
            };
            Some(Entry { file, name })
        };
        let mut entries: Vec<_> = names
            .into_iter()
            .filter(servable)
            .filter_map(entry)
            .collect();
        entries.sort_unstable_by(|one, other| {
            let key = |entry: &Entry| (entry.file.is_some(), entry.name.to_lowercase());
            key(one)
                .cmp(&key(other))
                .then_with(|| one.name.cmp(&other.name))
        });
        Ok(Self { entries, cut })
    }

    /// As a page that needs no script and nothing else. `path` is that of the folder, decoded;
    /// without `up` there is no way to the folder above.
    pub(crate) fn html(&self, path: &str, up: bool) -> String {
        let title = escaped(path);
        let mut page = format!("{HEAD}<title>{title}</title>\n<h1>{title}</h1>\n<table>\n");
        page.push_str("<thead><tr><th>Name<th>Size<th>Modified\n<tbody>\n");
        if up {
            page.push_str("<tr><td><a href=\"../\">../</a><td><td>\n");
        }
        for Entry { file, name } in &self.entries {
            let slash = if file.is_none() { "/" } else { "" };
            let href = utf8_percent_encode(name, &IN_PATHS);
            let shown = escaped(name);
            let _ = write!(
                page,
                "<tr><td><a href=\"{href}{slash}\">{shown}{slash}</a><td>"
            );
            if let Some(File { length, modified }) = file {
                let _ = write!(page, "{}<td>{}", size(*length), date(*modified));
            } else {
                page.push_str("<td>");
            }
            page.push('\n');
        }
        page.push_str("</table>\n");
        if self.cut {
            page.push_str("<p>There is more that is not shown.\n");
        }
        page
    }

    /// As JSON: a list of objects with `name`, `type` (`file` or `directory`) and, of a file, `size`
    /// in bytes and `mtime`.
    pub(crate) fn json(&self) -> String {
        let mut text = String::from("[");
        for (place, Entry { file, name }) in self.entries.iter().enumerate() {
            text.push_str(if place == 0 { "\n" } else { ",\n" });
            // Neither backslashes nor control characters can be asked for.
            let name = name.replace('"', "\\\"");
            match file {
                None => {
                    let _ = write!(text, r#"{{"name":"{name}","type":"directory"}}"#);
                }
                Some(File { length, modified }) => {
                    let _ = write!(text, r#"{{"name":"{name}","type":"file","size":{length}"#);
                    if let Some(modified) = modified {
                        let _ = write!(text, r#","mtime":"{}""#, date(Some(*modified)));
                    }
                    text.push('}');
                }
            }
        }
        text.push_str("\n]\n");
        text
    }
}

fn date(modified: Option<Seconds>) -> String {
    let value = modified.and_then(Seconds::header);
    let text = value.as_ref().and_then(|value| value.to_str().ok());
    text.unwrap_or_default().to_owned()
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let power = bytes.ilog2() / 10;
    let unit = 1_u64 << (10 * power);
    // In tenths, without a loss for any number.
    let tenths = u128::from(bytes) * 10 / u128::from(unit);
    format!(
        "{}.{} {}",
        tenths / 10,
        tenths % 10,
        UNITS[power as usize - 1]
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h1 { font-size: 1.25rem; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th { text-align: start }
th, td { border-bottom: 1px solid #8886; padding: .25rem 1rem .25rem 0; vertical-align: top }
td:first-child { overflow-wrap: anywhere }
th:nth-child(2), td:nth-child(2) { text-align: end; white-space: nowrap }
td:nth-child(3) { white-space: nowrap }
</style>
";

#[cfg(test)]
mod tests {
    use super::*;

    fn listing() -> Listing {
        let file = |length| {
            let modified = Seconds::of(784_111_777);
            Some(File { length, modified })
        };
        let entry = |name: &str, file| Entry {
            file,
            name: name.to_owned(),
        };
        Listing {
            entries: vec![
                entry("dir", None),
                entry("<b>&\"'.txt", file(1536)),
                entry("javascript:alert(1)", file(0)),
                entry("a b#?%.txt", file(5)),
            ],
            cut: false,
        }
    }

    // Rule 70
    #[test]
    fn names_are_escaped_in_text_and_encoded_in_links() {
        let page = listing().html("/<i>/", true);
        assert!(page.contains("<h1>/&lt;i&gt;/</h1>"));
        for line in [
            "<tr><td><a href=\"../\">../</a><td><td>",
            "<tr><td><a href=\"dir/\">dir/</a><td><td>",
            "<tr><td><a href=\"%3Cb%3E%26%22%27.txt\">&lt;b&gt;&amp;&quot;&#39;.txt</a>\
             <td>1.5 KiB<td>Sun, 06 Nov 1994 08:49:37 GMT",
            "<tr><td><a href=\"javascript%3Aalert%281%29\">javascript:alert(1)</a><td>0 B<td>\
             Sun, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
        assert!(page.contains("href=\"a%20b%23%3F%25.txt\""));
        assert!(!page.contains("<script") && !page.contains("not shown"));
        assert!(!listing().html("/", false).contains("../"));
    }

    #[test]
    fn json_is_json() {
        let text = listing().json();
        assert!(text.starts_with("[\n{\"name\":\"dir\",\"type\":\"directory\"},\n"));
        let line = "{\"name\":\"<b>&\\\"'.txt\",\"type\":\"file\",\"size\":1536,\
                    \"mtime\":\"Sun, 06 Nov 1994 08:49:37 GMT\"},";
        assert!(text.lines().any(|found| found == line), "{text}");
        let empty = Listing {
            entries: Vec::new(),
            cut: false,
        };
        assert_eq!(empty.json(), "[\n]\n");
    }

    #[test]
    fn what_is_left_out_is_said() {
        let mut cut = listing();
        cut.cut = true;
        assert!(cut.html("/", false).contains("not shown"));
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1024 * 1024 - 1, "1023.9 KiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
