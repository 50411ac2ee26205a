//! Turns the rules of docs/style.md that a machine can check into failing tests. It reads text and
//! must not know what the code does; the compiler and clippy see to the rest.

#![expect(
    clippy::unwrap_used,
    reason = "without the tree there is nothing to check"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::{Path, PathBuf},
};

/// Lines of a file, its tests not counted.
const FILE_LINES: usize = 500;
/// Lines of a file of tests.
const TEST_FILE_LINES: usize = 800;
/// Lines of a function, from `fn` to its last brace.
const FN_LINES: usize = 60;
/// The same where most of them stand in a `quote!`.
const QUOTE_FN_LINES: usize = 80;

#[test]
fn files_say_what_they_own_and_stay_short() {
    let problems: Vec<_> = sources().iter().flat_map(check_shape).collect();
    report(&problems);
}

#[test]
fn the_core_is_a_ladder() {
    let core: Vec<Source> = sources_in(&root().join("crates/gustnado-core/src"));
    let layout = fs::read_to_string(root().join("crates/gustnado-core/src/lib.rs")).unwrap();
    report(&check_ladder(&core, &ladder(&layout)));
}

#[test]
fn no_crate_has_a_cycle_of_modules() {
    let crates = members().into_iter().map(|member| member.join("src"));
    let problems = crates.flat_map(|src| check_cycles(&sources_in(&src)));
    report(&problems.collect::<Vec<_>>());
}

#[test]
fn manifests_inherit_lints_and_versions() {
    let check = |member: PathBuf| {
        let path = member.join("Cargo.toml");
        check_manifest(&name_of(&path), &fs::read_to_string(&path).unwrap())
    };
    let problems: Vec<_> = members().into_iter().flat_map(check).collect();
    report(&problems);
}

/// The compiler shows lines of the standard library only where its sources are installed.
#[test]
fn fixtures_show_nothing_of_the_standard_library() {
    let problems: Vec<_> = fs::read_dir(root().join("tests/ui/fail"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "stderr"))
        .flat_map(|path| check_fixture(&name_of(&path), &fs::read_to_string(path).unwrap()))
        .collect();
    report(&problems);
}

fn check_fixture(path: &str, text: &str) -> Vec<Problem> {
    let shows = |(_, line): &(usize, &str)| line.contains("--> $RUST");
    let problem = |(index, _)| Problem {
        path: path.to_owned(),
        line: index + 1,
        advice: "differs from machine to machine; have the error end in our own code".to_owned(),
    };
    text.lines()
        .enumerate()
        .filter(shows)
        .map(problem)
        .collect()
}

// ---- The tree ----

/// A source file: its path from the root with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

/// Something to put right.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    path: String,
    line: usize,
    advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

fn report(problems: &[Problem]) {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(
        lines.is_empty(),
        "\n{}\n(the rules and their reasons: docs/style.md)",
        lines.join("\n")
    );
}

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().to_owned()
}

/// The folders of all members of the workspace.
fn members() -> Vec<PathBuf> {
    let mut members = vec![root().join("tests")];
    for group in ["crates", "examples"] {
        members.extend(entries(&root().join(group)).into_iter().filter(|path| {
            // A folder left over from another branch has no manifest.
            path.join("Cargo.toml").is_file()
        }));
    }
    assert!(members.len() > 4, "the members were not found: {members:?}");
    members
}

fn sources() -> Vec<Source> {
    let members = members().into_iter();
    members.flat_map(|member| sources_in(&member)).collect()
}

/// All Rust files below a folder but those that trybuild is to refuse.
fn sources_in(folder: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    for path in entries(folder) {
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() && name != "ui" && name != "target" {
            found.append(&mut sources_in(&path));
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = name_of(&path);
            found.push(Source { path, text });
        }
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap();
    path.to_string_lossy().replace('\\', "/")
}

impl Source {
    fn problem(&self, line: usize, advice: impl Into<String>) -> Problem {
        let (path, advice) = (self.path.clone(), advice.into());
        Problem { path, line, advice }
    }

    /// Whether the whole file is tests.
    fn is_test(&self) -> bool {
        let path = &self.path;
        path.ends_with("/tests.rs") || path.starts_with("tests/") || path.contains("/tests/")
    }

    /// The modules from the root of its crate: `["route", "pattern"]`, none for the root.
    fn modules(&self) -> Vec<&str> {
        let below = self.path.split_once("src/").map_or("", |(_, below)| below);
        let below = below.trim_end_matches(".rs").trim_end_matches("/mod");
        let root = matches!(below, "lib" | "main" | "");
        below.split('/').filter(|_| !root).collect()
    }
}

// ---- Shape: the first line, the length of files and functions, ignored tests ----

fn check_shape(source: &Source) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !source.text.starts_with("//!") {
        let advice = "begin with a `//!` line that says what the file owns";
        problems.push(source.problem(1, advice));
    }
    let code = blank(&source.text);
    let tests = tests_of(&code);
    let lines = source.text.lines().count() - tests.map_or(0, |(first, last)| last - first + 1);
    let most = if source.is_test() {
        TEST_FILE_LINES
    } else {
        FILE_LINES
    };
    if lines > most {
        let advice = format!("{lines} lines, at most {most}: split it, one noun a file");
        problems.push(source.problem(most, advice));
    }
    for function in functions(&code) {
        let most = if function.quoted * 2 > function.lines {
            QUOTE_FN_LINES
        } else {
            FN_LINES
        };
        if function.lines > most {
            let Function { name, lines, .. } = function;
            let advice = format!("`{name}` has {lines} lines, at most {most}: split it by steps");
            problems.push(source.problem(function.line, advice));
        }
    }
    for (index, line) in code.lines().enumerate() {
        if line.contains("#[ignore]") {
            let advice = "say why: #[ignore = \"reason\"], or run the test";
            problems.push(source.problem(index + 1, advice));
        }
    }
    problems
}

/// The code with the insides of comments and literals made spaces, line for line.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (end, kept) = token(&chars, at);
        for (index, &c) in chars.iter().enumerate().take(end).skip(at) {
            let inside = index >= at + kept && index + kept < end;
            code.push(if inside && c != '\n' { ' ' } else { c });
        }
        at = end;
    }
    code
}

/// Where the comment, literal or other character at `at` ends, and how many characters at each
/// of its ends are kept.
fn token(chars: &[char], at: usize) -> (usize, usize) {
    let next = |index: usize| chars.get(at + index).copied().unwrap_or('\0');
    let until = |mut end: usize, stop: &dyn Fn(usize) -> bool| {
        while end < chars.len() && !stop(end) {
            end += 1;
        }
        end
    };
    let in_word = at > 0 && is_word(chars[at - 1]);
    match chars[at] {
        '/' if next(1) == '/' => (until(at, &|end| chars[end] == '\n'), 0),
        '/' if next(1) == '*' => (comment_end(chars, at), 0),
        '"' => (quoted_end(chars, at, '"'), 1),
        // A lifetime has no second quote behind its first character.
        '\'' if next(1) == '\\' || next(2) == '\'' => (quoted_end(chars, at, '\''), 1),
        'r' if !in_word || chars[at - 1] == 'b' => {
            let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
            if next(hashes + 1) != '"' {
                return (at + 1, 1);
            }
            let closed = |end: usize| {
                let tail = chars.get(end + 1..=end + hashes);
                chars[end] == '"' && tail.is_some_and(|tail| tail.iter().all(|c| *c == '#'))
            };
            let end = until(at + hashes + 2, &closed) + hashes + 1;
            (end.min(chars.len()), hashes + 1)
        }
        _ => (at + 1, 1),
    }
}

/// The end of a block comment; they nest.
fn comment_end(chars: &[char], at: usize) -> usize {
    let (mut end, mut depth) = (at, 0);
    while end < chars.len() {
        match (chars[end], chars.get(end + 1)) {
            ('/', Some('*')) => (depth, end) = (depth + 1, end + 1),
            ('*', Some('/')) => (depth, end) = (depth - 1, end + 1),
            _ => {}
        }
        end += 1;
        if depth == 0 {
            break;
        }
    }
    end
}

fn quoted_end(chars: &[char], at: usize, quote: char) -> usize {
    let mut end = at + 1;
    while end < chars.len() && chars[end] != quote {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(chars.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The first and last line of `#[cfg(test)] mod tests { … }`.
fn tests_of(code: &str) -> Option<(usize, usize)> {
    let from = code.find("#[cfg(test)]\nmod tests {")?;
    let end = from + close(&code[from..])?;
    Some((line_of(code, from), line_of(code, end)))
}

/// The position of the brace that closes the first one in `code`.
fn close(code: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

#[derive(Debug, PartialEq, Eq)]
struct Function {
    name: String,
    line: usize,
    lines: usize,
    /// How many of them are in a `quote!`.
    quoted: usize,
}

/// The functions that have a body.
fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in words(code, "fn") {
        let name: String = code[at + 2..].trim_start().chars().collect();
        let name: String = name.chars().take_while(|c| is_word(*c)).collect();
        let Some(open) = code[at..].find(['{', ';']).map(|open| at + open) else {
            continue;
        };
        // `fn(…)` is a type, and `fn …;` has no body. No signature here has a `;` or a `{`.
        if name.is_empty() || code[open..].starts_with(';') {
            continue;
        }
        let Some(end) = close(&code[open..]).map(|end| open + end) else {
            continue;
        };
        let (line, last) = (line_of(code, at), line_of(code, end));
        let (lines, quoted) = (last - line + 1, quoted_lines(&code[open..end]));
        found.push(Function {
            name,
            line,
            lines,
            quoted,
        });
    }
    found
}

/// How many lines of a body stand in a `quote!` or its kin.
fn quoted_lines(body: &str) -> usize {
    let mut lines = 0;
    for (at, _) in body.match_indices("quote") {
        let rest = &body[at..];
        let name = rest.chars().take_while(|c| is_word(*c)).count();
        if rest[name..].starts_with('!')
            && let Some(end) = close(rest)
        {
            lines += rest[..end].matches('\n').count();
        }
    }
    lines
}

/// Where a word stands alone.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    code.match_indices(word).filter(move |(at, word)| {
        let before = code[..*at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

// ---- Modules: the ladder, and no cycles ----

/// The modules of a crate in order, each with its rung, from the `# Layout` list in its root:
/// ``- 3 [`extract`], [`other`]: what they are``.
fn ladder(layout: &str) -> Vec<(String, usize)> {
    let mut modules = Vec::new();
    for line in layout.lines() {
        let item = line
            .strip_prefix("//! - ")
            .and_then(|item| item.split_once(' '));
        let Some((rung, rest)) = item else {
            continue;
        };
        let Ok(rung) = rung.parse() else {
            continue;
        };
        let list = rest.split(':').next().unwrap_or_default();
        let names = list.split('`').skip(1).step_by(2);
        modules.extend(names.map(|name| (name.to_owned(), rung)));
    }
    modules
}

fn check_ladder(sources: &[Source], ladder: &[(String, usize)]) -> Vec<Problem> {
    let place = |module: &str| ladder.iter().position(|(name, _)| name == module);
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for source in sources {
        let Some(&own) = source.modules().first() else {
            continue;
        };
        let Some(own_place) = place(own) else {
            let advice = format!("`{own}` is on no rung: add it to `# Layout` in lib.rs");
            problems.push(source.problem(1, advice));
            continue;
        };
        seen.insert(own);
        for (line, module) in imports(source) {
            let rung = ladder[own_place].1;
            let advice = match place(&module) {
                Some(place) if place <= own_place => continue,
                Some(place) => format!(
                    "`{own}` (rung {rung}) imports `{module}` (rung {}): move what it needs down, \
                     or what needs it up",
                    ladder[place].1
                ),
                None => format!("import `{module}` from the module that owns it"),
            };
            problems.push(source.problem(line, advice));
        }
    }
    let missing = ladder.iter().filter(|(name, _)| !seen.contains(&**name));
    let advice = |name| format!("`{name}` is on a rung, but there is no such module");
    problems.extend(missing.map(|(name, _)| Problem {
        path: "crates/gustnado-core/src/lib.rs".into(),
        line: 1,
        advice: advice(name),
    }));
    problems
}

/// The top-level modules that a file names by `crate::` or `super::`, with their lines. Tests may
/// name any.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let depth = source.modules().len();
    if source.is_test() {
        return Vec::new();
    }
    let mut code = blank(&source.text);
    if let Some((first, last)) = tests_of(&code) {
        let kept = |index: usize| index + 1 < first || index + 1 > last;
        let lines = code.lines().enumerate();
        let lines: Vec<&str> = lines
            .map(|(index, line)| if kept(index) { line } else { "" })
            .collect();
        code = lines.join("\n");
    }
    let up = "super::".repeat(depth);
    let paths = code
        .match_indices("crate::")
        .chain(code.match_indices(&*up).filter(|_| depth > 0));
    let mut found = Vec::new();
    for (at, path) in paths {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| is_word(c) || c == ':') {
            continue;
        }
        for name in first_names(&code[at + path.len()..]) {
            if name != "super" {
                found.push((line_of(&code, at), name));
            }
        }
    }
    found.sort();
    found
}

/// The first names of what follows `crate::`: of `a::b` it is `a`; of `{a::{b, c}, d}`, `a` and `d`.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String { text.chars().take_while(|c| is_word(*c)).collect() };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let group = &group[..close(rest).map_or(group.len(), |end| end - 1)];
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(name(group[start..at].trim_start()));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Cycles among the top-level modules of a crate. Its root is one of them: a module that imports
/// an item of the root closes a cycle, for the root names them all.
fn check_cycles(sources: &[Source]) -> Vec<Problem> {
    let mut graph: BTreeMap<&str, Vec<(usize, String, &Source)>> = BTreeMap::new();
    for source in sources {
        if let Some(&own) = source.modules().first() {
            let edges = imports(source).into_iter();
            let edges = edges.filter(|(_, module)| module != own);
            let edges = edges.map(|(line, module)| (line, module, source));
            graph.entry(own).or_default().extend(edges);
        }
    }
    let mut problems = Vec::new();
    for (own, edges) in &graph {
        for (line, module, source) in edges {
            let advice = if !graph.contains_key(&**module) {
                format!("import `{module}` from the module that owns it")
            } else if reaches(&graph, module, own) {
                format!("`{own}` imports `{module}`, which leads back to `{own}`: break the cycle")
            } else {
                continue;
            };
            problems.push(source.problem(*line, advice));
        }
    }
    problems
}

fn reaches(graph: &BTreeMap<&str, Vec<(usize, String, &Source)>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![from];
    while let Some(module) = next.pop() {
        if module == to {
            return true;
        }
        if seen.insert(module) {
            let edges = graph.get(module).into_iter().flatten();
            next.extend(edges.map(|(_, module, _)| &**module));
        }
    }
    false
}

// ---- Manifests ----

fn check_manifest(path: &str, text: &str) -> Vec<Problem> {
    let problem = |line: usize, advice: &str| Problem {
        path: path.into(),
        line,
        advice: advice.into(),
    };
    let mut problems = Vec::new();
    let mut section = "";
    let mut inherits = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if section == "lints" {
            inherits |= line == "workspace = true";
        } else if section.contains("dependencies") && line.contains('=') {
            let own_section = !section.ends_with("dependencies");
            let stated = if own_section {
                line.starts_with("version")
            } else {
                !line.contains("workspace = true")
            };
            if stated {
                let advice = "say `workspace = true`; the version stands in the root manifest";
                problems.push(problem(index + 1, advice));
            }
        }
    }
    if !inherits {
        problems.push(problem(1, "add `[lints]` with `workspace = true`"));
    }
    problems
}

// ---- Each rule is seen to fail ----

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        let (path, text) = (path.into(), text.into());
        Source { path, text }
    }

    /// The problems as `line: first words`.
    fn told(problems: &[Problem]) -> Vec<String> {
        let short = |problem: &Problem| {
            let words: Vec<&str> = problem.advice.split(' ').take(3).collect();
            format!("{}: {}", problem.line, words.join(" "))
        };
        problems.iter().map(short).collect()
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        let table = [
            ("a // {\nb", "a     \nb"),
            ("a /* { /* } */ \n */ b", "a              \n    b"),
            (
                r#"("{\"}", '{', '\'', b'}')"#,
                r#"("    ", ' ', '  ', b' ')"#,
            ),
            ("r#\"}\"{\"# + r\"\\\" }", "r#    \"# + r  \" }"),
            ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
            ("\"//\" // \"", "\"  \"     "),
            ("for_r\"x\"", "for_r\" \""),
        ];
        for (text, expected) in table {
            assert_eq!(blank(text), expected, "{text}");
        }
    }

    #[test]
    fn functions_are_measured() {
        let code = "fn a() {\n}\nfn b();\nlet c: fn(u8) -> u8;\nimpl X {\n  fn d(\n) {\n{}\n}\n}";
        let found: Vec<_> = functions(code)
            .into_iter()
            .map(|function| (function.name, function.line, function.lines))
            .collect();
        assert_eq!(found, [("a".into(), 1, 2), ("d".into(), 6, 4)]);
    }

    #[test]
    fn shapes_out_of_form_are_told() {
        let long = |most: usize| format!("//! x\n{}", "// x\n".repeat(most));
        let body = |lines: usize| format!("//! x\nfn a() {{\n{}}}\n", "b();\n".repeat(lines));
        let quoted = |lines: usize| {
            format!(
                "//! x\nfn a() {{\nquote! {{\n{}}}\n}}\n",
                "b\n".repeat(lines)
            )
        };
        let tests = format!(
            "//! x\n#[cfg(test)]\nmod tests {{\n{}}}\n",
            "\n".repeat(500)
        );
        let ignored = "//! x\n#[ignore]\nfn a() {}\n#[ignore = \"slow\"]\nfn b() {}\n";
        let table = [
            ("crates/a/src/b.rs", "//! x\n".into(), vec![]),
            (
                "crates/a/src/b.rs",
                "// x\n".into(),
                vec!["1: begin with a"],
            ),
            ("crates/a/src/b.rs", long(499), vec![]),
            ("crates/a/src/b.rs", long(500), vec!["500: 501 lines, at"]),
            ("crates/a/src/b.rs", tests, vec![]),
            ("tests/b.rs", long(500), vec![]),
            ("tests/b.rs", long(800), vec!["800: 801 lines, at"]),
            ("examples/a/src/tests.rs", long(500), vec![]),
            ("crates/a/src/b.rs", body(58), vec![]),
            ("crates/a/src/b.rs", body(59), vec!["2: `a` has 61"]),
            ("crates/a/src/b.rs", quoted(59), vec![]),
            ("crates/a/src/b.rs", quoted(77), vec!["2: `a` has 81"]),
            (
                "crates/a/src/b.rs",
                ignored.into(),
                vec!["2: say why: #[ignore"],
            ),
        ];
        for (path, text, expected) in table {
            assert_eq!(told(&check_shape(&source(path, &text))), expected, "{text}");
        }
    }

    #[test]
    fn imports_are_read() {
        let table = [
            ("src/a.rs", "use crate::b::C;", "b"),
            ("src/a.rs", "use crate::{b::{C, D}, e, f::*};", "b e f"),
            (
                "src/a.rs",
                "use crate::{\n    b::C,\n};\ncrate::d::e()",
                "b d",
            ),
            ("src/a.rs", "// use crate::b;\n\"crate::c\"", ""),
            ("src/a.rs", "mycrate::b; super::c::d()", "c"),
            ("src/a/mod.rs", "use super::b;", "b"),
            ("src/a/x.rs", "use super::y; use super::super::b::C;", "b"),
            (
                "src/a.rs",
                "#[cfg(test)]\nmod tests {\nuse crate::b;\n}",
                "",
            ),
            ("src/tests.rs", "use crate::b;", ""),
        ];
        for (path, text, expected) in table {
            let found = imports(&source(&format!("crates/k/{path}"), text));
            let names: Vec<String> = found.into_iter().map(|(_, name)| name).collect();
            assert_eq!(names.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn steps_up_the_ladder_are_told() {
        let layout = "//! # Layout\n//! - 0 [`a`], [`b`]\n//! - 1 [`c`]: with [`links`]\nmod a;";
        let ladder = ladder(layout);
        let rungs: Vec<_> = ladder.iter().map(|(name, rung)| (&**name, *rung)).collect();
        assert_eq!(rungs, [("a", 0), ("b", 0), ("c", 1)]);
        let whole = |path: &str, text: &str| {
            let mut sources = vec![source(&format!("crates/k/src/{path}"), text)];
            let others = ["a.rs", "b.rs", "c.rs"].into_iter();
            sources.extend(others.map(|other| source(&format!("crates/k/src/{other}"), "")));
            told(&check_ladder(&sources, &ladder))
        };
        let table = [
            ("c/x.rs", "use crate::{a, b, c::y};", vec![]),
            ("b.rs", "use crate::a;", vec![]),
            ("a.rs", "\nuse crate::b;", vec!["2: `a` (rung 0)"]),
            ("b.rs", "crate::c::x()", vec!["1: `b` (rung 0)"]),
            ("b.rs", "use crate::Thing;", vec!["1: import `Thing` from"]),
            ("d.rs", "", vec!["1: `d` is on"]),
            ("lib.rs", "use crate::c;", vec![]),
        ];
        for (path, text, expected) in table {
            assert_eq!(whole(path, text), expected, "{path}: {text}");
        }
        let missing = check_ladder(&[source("crates/k/src/a.rs", "")], &ladder);
        assert_eq!(told(&missing), ["1: `b` is on", "1: `c` is on"]);
    }

    #[test]
    fn cycles_are_told() {
        let sources = |texts: [(&str, &str); 3]| {
            texts.map(|(path, text)| source(&format!("crates/k/src/{path}"), text))
        };
        let tree = [
            ("a.rs", "use crate::{b, c};"),
            ("b/x.rs", "use super::y; use crate::c;"),
            ("c.rs", ""),
        ];
        assert_eq!(told(&check_cycles(&sources(tree))), [""; 0]);
        let ring = [
            ("a.rs", "use crate::b;"),
            ("b/x.rs", "\nuse crate::c;"),
            ("c.rs", "use super::a::A;"),
        ];
        let expected = [
            "1: `a` imports `b`,",
            "2: `b` imports `c`,",
            "1: `c` imports `a`,",
        ];
        assert_eq!(told(&check_cycles(&sources(ring))), expected);
        let root = [("lib.rs", ""), ("a.rs", "use crate::Thing;"), ("b.rs", "")];
        let expected = ["1: import `Thing` from"];
        assert_eq!(told(&check_cycles(&sources(root))), expected);
    }

    #[test]
    fn manifests_that_go_their_own_way_are_told() {
        let lints = "[lints]\nworkspace = true\n";
        let table = [
            ("[dependencies]\na.workspace = true\n", vec![]),
            (
                "[dependencies]\na = { workspace = true, optional = true }\n",
                vec![],
            ),
            ("[dependencies]\na = \"1\"\n", vec!["2: say `workspace ="]),
            (
                "[dev-dependencies]\na = { version = \"1\" }\n",
                vec!["2: say `workspace ="],
            ),
            (
                "[dependencies.a]\nversion = \"1\"\n",
                vec!["2: say `workspace ="],
            ),
            (
                "[target.'cfg(unix)'.dependencies]\na = \"1\"\n",
                vec!["2: say `workspace ="],
            ),
            ("[package]\nversion = \"1\"\n", vec![]),
        ];
        for (text, expected) in table {
            let problems = check_manifest("Cargo.toml", &format!("{text}{lints}"));
            assert_eq!(told(&problems), expected, "{text}");
        }
        let problems = check_manifest("Cargo.toml", "[package]\n");
        assert_eq!(told(&problems), ["1: add `[lints]` with"]);
    }
}
