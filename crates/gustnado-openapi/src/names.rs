//! What things are called in a document: the ids of operations, and paths. It must not know what
//! they do.

use std::collections::HashSet;

use gustnado_core::{Pattern, Piece};

/// An id for each operation, of its method and its handler: `getOneNote`. Where handlers are named
/// alike, their modules tell them apart, `getUsersOne`, and where one handler stands at several paths,
/// numbers do.
pub(crate) fn operation_ids(operations: &[(&str, &str)]) -> Vec<String> {
    let mut seen = HashSet::new();
    let ids = operations.iter().map(|(method, handler)| {
        let alike = operations.iter().filter(|(other, name)| {
            other == method && name != handler && last(name, 1) == last(handler, 1)
        });
        let alike: Vec<&str> = alike.map(|(_, name)| *name).collect();
        let depth = handler.split("::").count();
        let mut parts = 1..=depth;
        let parts = parts.find(|parts| {
            !alike
                .iter()
                .any(|a| last(a, *parts) == last(handler, *parts))
        });
        let id = id(method, last(handler, parts.unwrap_or(depth)));
        let mut numbered = id.clone();
        let mut number = 2;
        while !seen.insert(numbered.clone()) {
            numbered = format!("{id}{number}");
            number += 1;
        }
        numbered
    });
    ids.collect()
}

/// The last parts of a path of modules.
fn last(name: &str, parts: usize) -> &str {
    let mut at = name.rmatch_indices("::").map(|(at, _)| at + 2);
    at.nth(parts - 1).map_or(name, |at| &name[at..])
}

fn id(method: &str, name: &str) -> String {
    let mut id = method.to_ascii_lowercase();
    for word in name.split("::").flat_map(|part| part.split('_')) {
        let mut letters = word.chars();
        id.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        id.push_str(letters.as_str());
    }
    id
}

/// A template as OpenAPI has it: the rest of a path is a parameter like any other, and a brace that
/// stands for itself is percent-encoded.
pub(crate) fn path(pattern: &Pattern) -> String {
    let pieces = pattern.pieces().map(|piece| match piece {
        Piece::Text(text) => text.replace('{', "%7B").replace('}', "%7D"),
        Piece::Value(name) | Piece::Rest(name) => format!("{{{name}}}"),
    });
    pieces.collect()
}

/// What an error says, where `{0}` is what nobody knows before and `{{` is a brace.
pub(crate) fn text(format: &str) -> String {
    let mut text = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
        } else if let Some((name, after)) = rest.split_once('}') {
            let name = name.split(':').next().unwrap_or_default();
            let number = name.chars().all(|c| c.is_ascii_digit());
            text.push_str(&if number {
                "…".into()
            } else {
                format!("{{{name}}}")
            });
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

/// The path without the names in it: two that are the same are one to OpenAPI.
pub(crate) fn nameless(path: &str) -> String {
    let mut pieces = path.split('{');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |path, piece| {
        let after = piece.split_once('}').map_or("", |(_, after)| after);
        format!("{path}{{}}{after}")
    })
}

/// The names in a path.
pub(crate) fn in_path(path: &str) -> impl Iterator<Item = &str> {
    let pieces = path.split('{').skip(1);
    pieces.filter_map(|piece| piece.split_once('}').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique() {
        let table = [
            ("GET", "app::OneNote", "getOneNote"),
            ("PUT", "app::OneNote", "putOneNote"),
            ("GET", "app::users::One", "getUsersOne"),
            ("GET", "app::notes::One", "getNotesOne"),
            ("GET", "app::All", "getAll"),
            ("GET", "app::All", "getAll2"),
            ("GET", "app::old_api::All2", "getAll22"),
            ("GET", "app::old::Page", "getAppOldPage"),
            ("GET", "lib::old::Page", "getLibOldPage"),
            ("GET", "lib::old_one::Some_Page", "getSomePage"),
        ];
        let operations: Vec<_> = table.iter().map(|(m, h, _)| (*m, *h)).collect();
        let expected: Vec<_> = table.iter().map(|(_, _, id)| *id).collect();
        assert_eq!(operation_ids(&operations), expected);
    }

    #[test]
    fn paths() {
        let table = [
            ("/", "/", "/"),
            ("/users/{id}", "/users/{id}", "/users/{}"),
            ("/files/{*rest}", "/files/{rest}", "/files/{}"),
            ("/{id}.json", "/{id}.json", "/{}.json"),
            ("/{{a}}/{b}/c", "/%7Ba%7D/{b}/c", "/%7Ba%7D/{}/c"),
            ("/{{{id}}}", "/%7B{id}%7D", "/%7B{}%7D"),
        ];
        for (template, expected, bare) in table {
            let pattern = Pattern::parse(template).expect(template);
            assert_eq!(path(&pattern), expected);
            assert_eq!(nameless(expected), bare);
        }
        assert_eq!(text("{0} of {total:>3}, {{x}}"), "… of {total}, {x}");
        assert_eq!(in_path("/a/{b}/{c}.d").collect::<Vec<_>>(), ["b", "c"]);
    }
}
