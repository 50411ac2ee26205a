//! Compares docs/static-rules.md with the tests it names: each rule has one, and each of them is
//! there and says which rules it is for. It reads all as text.

#![expect(
    clippy::unwrap_used,
    reason = "without the tree there is nothing to check"
)]

use std::{collections::BTreeSet, fs, path::Path};

/// The rules there are.
const RULES: std::ops::RangeInclusive<u32> = 1..=80;

#[test]
fn each_rule_of_static_files_has_a_test() {
    let docs = fs::read_to_string(root().join("docs/static-rules.md")).unwrap();
    let rows: Vec<Row> = docs.lines().filter_map(row).collect();
    let numbers: Vec<u32> = rows.iter().map(|row| row.rule).collect();
    assert_eq!(numbers, RULES.collect::<Vec<_>>(), "one row for each rule");
    let problems: Vec<String> = rows.iter().flat_map(problems).collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// A row of the table.
struct Row {
    rule: u32,
    tests: Vec<String>,
}

fn row(line: &str) -> Option<Row> {
    let (_, line) = line.split_once("| ")?;
    let (rule, rest) = line.split_once(" | ")?;
    let (_, tests) = rest.rsplit_once(" | ")?;
    Some(Row {
        rule: rule.parse().ok()?,
        tests: tests
            .split('`')
            .filter(|part| part.contains("::"))
            .map(str::to_owned)
            .collect(),
    })
}

fn problems(row: &Row) -> Vec<String> {
    let rule = row.rule;
    if row.tests.is_empty() {
        return vec![format!("rule {rule}: it has no test")];
    }
    let missing = |test: &String| match rules_of(test) {
        None => Some(format!("rule {rule}: there is no test `{test}`")),
        Some(rules) if rules.contains(&rule) => None,
        Some(rules) => Some(format!(
            "rule {rule}: the comment above `{test}` says {rules:?}"
        )),
    };
    row.tests.iter().filter_map(missing).collect()
}

/// The rules in the comment above a test; `None` when there is no such test.
fn rules_of(test: &str) -> Option<BTreeSet<u32>> {
    let mut parts: Vec<&str> = test.split("::").collect();
    let name = parts.pop()?;
    let folder = match parts.remove(0) {
        "behaviour" => "crates/gustnado-static/tests/behaviour",
        "src" => "crates/gustnado-static/src",
        "wire" => "tests/it/wire",
        _ => return None,
    };
    let module = root().join(folder).join(parts.join("/"));
    let code = fs::read_to_string(module.with_extension("rs"))
        .or_else(|_| fs::read_to_string(module.join("mod.rs")))
        .ok()?;
    rules_in(&code, name)
}

fn rules_in(code: &str, name: &str) -> Option<BTreeSet<u32>> {
    let start = format!("fn {name}(");
    let (before, _) = code.split_once(&start)?;
    let above = before.rsplit("\n\n").next()?;
    if !above.contains("#[test]") {
        return None;
    }
    let comment = above
        .lines()
        .filter_map(|line| line.trim().strip_prefix("// Rule"));
    Some(comment.flat_map(numbers).collect())
}

/// The numbers of `s 1, 2, 5 to 7: words`.
fn numbers(comment: &str) -> BTreeSet<u32> {
    let list = comment.split([':', '.']).next().unwrap_or_default();
    let mut numbers = BTreeSet::new();
    let mut range = false;
    for word in list.split([' ', ',']) {
        let last = numbers.last().copied();
        match (word.parse::<u32>(), last) {
            (Ok(number), Some(last)) if range => numbers.extend(last..=number),
            (Ok(number), _) => drop(numbers.insert(number)),
            (Err(_), _) => {}
        }
        range = word == "to";
    }
    numbers
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn comments_are_read() {
    let read = |comment| numbers(comment).into_iter().collect::<Vec<_>>();
    assert_eq!(read(" 72: a length, 3 bytes"), [72]);
    assert_eq!(read("s 18 to 20, 25, 27"), [18, 19, 20, 25, 27]);
    let code = "\n// Rules 5, 6\n#[test]\nfn one() {}\n\nfn two() {}\n";
    assert_eq!(rules_in(code, "one").unwrap().len(), 2);
    assert_eq!(rules_in(code, "two"), None);
    assert_eq!(rules_in(code, "three"), None);
}

#[test]
fn a_rule_without_a_test_is_told() {
    let told = |line| problems(&row(line).unwrap());
    assert_eq!(told("| 1 | what | none |").len(), 1);
    assert_eq!(told("| 1 | what | `behaviour::ranges::nothing` |").len(), 1);
    assert_eq!(
        told("| 1 | what | `behaviour::ranges::head_knows_no_range` |").len(),
        1
    );
    assert_eq!(
        told("| 24 | what | `behaviour::ranges::head_knows_no_range` |").len(),
        0
    );
}
