//! The names of fields in a text such as `no user {0}`, and the same text with the names that the
//! fields are bound to. It must not know the fields.

/// What a field is called where it is bound: `{0}` and `{name}` are no names of their own that
/// could not hide something.
pub(super) fn bound(name: &str) -> String {
    format!("__field_{name}")
}

/// The text with bound names, and the names as written.
///
/// # Errors
/// What is wrong with the text.
pub(super) fn rewrite(text: &str) -> Result<(String, Vec<String>), &'static str> {
    let mut rewritten = String::with_capacity(text.len() + 16);
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let brace = &rest[at..=at];
        rewritten.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if rest.starts_with(brace) {
            rewritten.push_str(brace);
            rest = &rest[1..];
            continue;
        }
        if brace == "}" {
            return Err("a brace has no partner; write `}}` for the brace itself");
        }
        let (inside, after) = rest
            .split_once('}')
            .ok_or("a brace has no partner; write `{{` for the brace itself")?;
        let (name, spec) = inside
            .find(':')
            .map_or((inside, ""), |at| inside.split_at(at));
        let name = name.trim();
        if name.is_empty() {
            return Err("name the field: `{0}` or `{name}`");
        }
        if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return Err("braces hold the name of a field; write `{{` for the brace itself");
        }
        if spec.contains('$') || spec.contains('*') {
            return Err("a width or precision is a number here");
        }
        rewritten.push_str(&bound(name));
        rewritten.push_str(spec);
        rewritten.push('}');
        if !names.iter().any(|other| other == name) {
            names.push(name.into());
        }
        rest = after;
    }
    rewritten.push_str(rest);
    Ok((rewritten, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let table: [(&str, Result<(&str, &str), ()>); 11] = [
            ("taken", Ok(("taken", ""))),
            ("no user {0}", Ok(("no user {__field_0}", "0"))),
            ("{a} of {b}", Ok(("{__field_a} of {__field_b}", "a,b"))),
            ("{a:?}, {a:>3}", Ok(("{__field_a:?}, {__field_a:>3}", "a"))),
            ("{{a}} {0}", Ok(("{{a}} {__field_0}", "0"))),
            ("ü{0}ü", Ok(("ü{__field_0}ü", "0"))),
            ("{}", Err(())),
            ("{0", Err(())),
            ("0}", Err(())),
            ("{a.b}", Err(())),
            ("{0:1$}", Err(())),
        ];
        for (text, expected) in table {
            let got = rewrite(text).map(|(text, names)| (text, names.join(",")));
            let got = got
                .as_ref()
                .map(|(text, names)| (text.as_str(), names.as_str()));
            assert_eq!(got.map_err(|_| ()), expected, "{text}");
        }
    }
}
