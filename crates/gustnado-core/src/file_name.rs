//! What is left of a file's name that somebody else chose: no path, and nothing that reads as another
//! name. It must not know what becomes of it.

/// The last part of the path that it may be, without control characters and those that turn the
/// direction of text; `None` where nothing is left. Some clients send a path of their machine, and
/// some one of ours.
pub(crate) fn plain(given: &str) -> Option<String> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    // `C:name` is relative to the current folder of a drive.
    let last = match last.as_bytes() {
        [drive, b':', ..] if drive.is_ascii_alphabetic() => &last[2..],
        _ => last,
    };
    let kept = last.chars().filter(|c| !c.is_control() && !turns_text(*c));
    let kept: String = kept.collect();
    let name = kept.trim();
    (!matches!(name, "" | "." | "..")).then(|| name.to_owned())
}

/// Whether a character changes the direction of what follows, so that `exe.txt` can be read where
/// `txt.exe` stands.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_no_paths() {
        let table = [
            ("cat.png", Some("cat.png")),
            ("Grüße & co.txt", Some("Grüße & co.txt")),
            ("C:\\Users\\me\\cat.png", Some("cat.png")),
            ("C:cat.png", Some("cat.png")),
            ("../../etc/passwd", Some("passwd")),
            ("/etc/", None),
            ("..", None),
            ("a/..", None),
            (" . ", None),
            ("", None),
            ("a\0b\r\nc", Some("abc")),
            (".\u{7}.", None),
            (".\u{200e}.", None),
            ("a\u{202e}txt.exe", Some("atxt.exe")),
            (".htaccess", Some(".htaccess")),
        ];
        for (given, expected) in table {
            assert_eq!(plain(given).as_deref(), expected, "{given:?}");
        }
    }
}
