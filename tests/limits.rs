//! Compares the tables in docs/limits.md with the `limits` they are made from, and what is said
//! there of a default with the default. It reads all as text.
//!
//! `BLESS=1 cargo test -p gustnado-tests --test limits` writes the table anew.

use std::{fmt::Write as _, fs, path::Path};

const BEGIN: &str = "<!-- begin: made from ";
const END: &str = "<!-- end -->\n";

#[test]
fn the_tables_in_the_docs_are_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = root.join("docs/limits.md");
    let docs = fs::read_to_string(&path).unwrap();
    let mut wanted = String::new();
    let mut rest = &*docs;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (source, after) = after.split_once(" -->\n").expect("a begin names its file");
        let (_, after) = after.split_once(END).expect("a begin has its end");
        let code = fs::read_to_string(root.join(source)).expect(source);
        let table = table(&code);
        let _ = write!(wanted, "{before}{BEGIN}{source} -->\n{table}{END}");
        rest = after;
    }
    wanted.push_str(rest);
    assert!(
        wanted.contains("| `head_time` |"),
        "docs/limits.md has no table"
    );
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &wanted).unwrap();
        return;
    }
    assert_eq!(
        docs, wanted,
        "docs/limits.md and the code differ; BLESS=1 writes the tables from the code"
    );
}

/// A bound as it stands in the code.
#[derive(Debug, PartialEq, Eq)]
struct Bound {
    name: String,
    default: String,
    what: String,
    reason: String,
}

fn table(code: &str) -> String {
    let (mut table, bounds, constants) = (String::new(), fields(code), constants(code));
    if !bounds.is_empty() {
        table.push_str("| name | default | bounds | reason |\n|---|--:|---|---|\n");
    }
    for bound in bounds {
        let Bound {
            name,
            default,
            what,
            reason,
        } = bound;
        let _ = writeln!(table, "| `{name}` | {default} | {what} | {reason} |");
    }
    if !constants.is_empty() {
        table.push_str("\nFixed, as nothing is gained by setting them:\n\n");
        table.push_str("| name | value | what it is, and why |\n|---|--:|---|\n");
    }
    for (name, value, doc) in constants {
        let _ = writeln!(table, "| `{name}` | {value} | {doc} |");
    }
    table
}

/// The fields of `Limits`, with their defaults out of its `Default`.
fn fields(code: &str) -> Vec<Bound> {
    let Some((_, default)) = code.split_once("fn default() -> Self") else {
        // They are all fixed.
        return Vec::new();
    };
    documented(code, "    pub ")
        .into_iter()
        .map(|(doc, item)| {
            let (name, _type) = item.split_once(':').expect("a field");
            let (_, value) = default.split_once(&format!(" {name}: ")).expect(name);
            let (what, rest) = doc.split_once(" **").expect("no **default**");
            let (said, reason) = rest.split_once("**").expect("no **default**");
            // A default that is computed has no value to compare with.
            if let Some(value) = shown(value.split_once(",\n").expect("a value").0) {
                let bytes = format!("{value} B");
                assert!(
                    said == value || said == bytes,
                    "the doc of `{name}` names another default than {value}"
                );
            }
            Bound {
                name: name.into(),
                default: said.into(),
                what: sentence(what),
                reason: sentence(reason.trim_start_matches([':', '.', ' '])),
            }
        })
        .collect()
}

/// The constants: name, value, doc.
fn constants(code: &str) -> Vec<(String, String, String)> {
    documented(code, "pub(crate) const ")
        .into_iter()
        .map(|(doc, item)| {
            let (name, rest) = item.split_once(':').expect("a constant");
            let (_, value) = rest.split_once('=').expect("a value");
            let value = shown(value).unwrap_or_else(|| format!("`{}`", value.trim()));
            (name.into(), value, sentence(&doc))
        })
        .collect()
}

/// The items that begin with `start`, up to their `;` or line's end, each after its doc comment.
fn documented(code: &str, start: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut doc = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if let Some(text) = line.trim_start().strip_prefix("/// ") {
            let gap = if doc.is_empty() { "" } else { " " };
            doc = format!("{doc}{gap}{text}");
            continue;
        }
        // A bound that comes with a feature.
        if line.starts_with("#[cfg(") {
            continue;
        }
        if let Some(item) = line.strip_prefix(start).filter(|_| !doc.is_empty()) {
            let mut item = item.to_owned();
            while !item.ends_with([',', ';']) {
                item.push_str(lines.next().expect("the item ends").trim());
            }
            let item = item.trim_end_matches([',', ';']).to_owned();
            found.push((std::mem::take(&mut doc), item));
        }
        doc.clear();
    }
    found
}

/// A value as people write it: `Duration::from_secs(10)` is `10 s`, `64 * 1024` is `64 KiB`. `None`
/// for anything but numbers, durations and pairs of them.
fn shown(value: &str) -> Option<String> {
    let value = value.trim();
    if let Some(pair) = value.strip_prefix('(') {
        let parts = pair.trim_end_matches(')').split("),");
        return Some(parts.map(shown).collect::<Option<Vec<_>>>()?.join(" to "));
    }
    if let Some(call) = value.strip_prefix("Duration::from_") {
        let (unit, count) = call.split_once('(')?;
        let unit = match unit {
            "secs" => "s",
            "millis" => "ms",
            _ => return None,
        };
        return Some(format!("{} {unit}", shown(count.trim_end_matches(')'))?));
    }
    let mut factors: Vec<&str> = value.split('*').map(str::trim).collect();
    let mut unit = 0;
    while factors.last() == Some(&"1024") {
        factors.pop();
        unit += 1;
    }
    let count = match factors[..] {
        [] => 1,
        [count] => count.replace('_', "").parse().ok()?,
        _ => return None,
    };
    let unit = ["", " KiB", " MiB", " GiB"].get(unit)?;
    Some(format!("{}{unit}", thousands(count)))
}

fn thousands(count: u64) -> String {
    if count < 1000 {
        return count.to_string();
    }
    format!("{},{:03}", thousands(count / 1000), count % 1000)
}

/// With a capital at its start, without a full stop at its end or links, as a cell of a table.
fn sentence(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.trim().trim_end_matches('.');
    while let Some((before, after)) = rest.split_once("](") {
        plain.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let text = plain.replace(['[', ']'], "");
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

#[test]
fn values_are_shown_as_people_write_them() {
    let table = [
        ("100", "100"),
        ("1000", "1,000"),
        ("1_048_576", "1,048,576"),
        ("64 * 1024", "64 KiB"),
        ("1024 * 1024", "1 MiB"),
        ("16 * 1024 * 1024", "16 MiB"),
        ("Duration::from_secs(10)", "10 s"),
        ("Duration::from_millis(250)", "250 ms"),
        (
            "(Duration::from_millis(100), Duration::from_secs(1))",
            "100 ms to 1 s",
        ),
    ];
    for (value, expected) in table {
        assert_eq!(shown(value).as_deref(), Some(expected), "{value}");
    }
    assert_eq!(shown("cores.min(4)"), None);
}

#[test]
#[should_panic(expected = "the doc of `a` names another default")]
fn a_doc_that_lies_about_a_default_is_told() {
    fields("    /// What. **10 s**: why.\n    pub a: u8,\nfn default() -> Self { Self {\n a: 9,\n");
}
