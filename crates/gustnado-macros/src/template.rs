//! The pieces of a route's template. The grammar is that of the core's `route/pattern.rs`, which
//! has the last word at start-up; keep the two in step.

/// A template, in pieces from left to right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text that a path has as it is, its doubled braces made single.
    Text(String),
    /// `{name}`.
    Value(String),
    /// `{*name}`.
    Rest(String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err("a route begins with `/`".into());
        }
        let mut template = Self { pieces: Vec::new() };
        let segments: Vec<&str> = text[1..].split('/').collect();
        for (index, segment) in segments.iter().enumerate() {
            template.push_text('/');
            template.segment(segment, index + 1 == segments.len())?;
        }
        Ok(template)
    }

    /// The names in it, from left to right.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(name) | Piece::Rest(name) => Some(name.as_str()),
        })
    }

    fn segment(&mut self, segment: &str, last: bool) -> Result<(), String> {
        let unbalanced = "a brace has no partner; write `{{` or `}}` for the brace itself";
        let mut found = false;
        let mut rest = segment;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '{' | '}' if rest.starts_with(c) => {
                    self.push_text(c);
                    rest = &rest[1..];
                }
                '}' => return Err(unbalanced.into()),
                '{' => {
                    let (name, after) = rest.split_once('}').ok_or(unbalanced)?;
                    if std::mem::replace(&mut found, true) {
                        return Err("a segment can hold one `{name}`".into());
                    }
                    let whole = segment.len() == name.len() + 2;
                    self.push_name(name, last && whole)?;
                    rest = after;
                }
                c => self.push_text(c),
            }
        }
        Ok(())
    }

    fn push_text(&mut self, c: char) {
        if let Some(Piece::Text(text)) = self.pieces.last_mut() {
            text.push(c);
        } else {
            self.pieces.push(Piece::Text(c.into()));
        }
    }

    fn push_name(&mut self, name: &str, may_be_rest: bool) -> Result<(), String> {
        let plain = name.strip_prefix('*').unwrap_or(name);
        let rest = plain.len() < name.len();
        if rest && !may_be_rest {
            return Err("`{*name}` must be the whole last segment".into());
        }
        if plain.is_empty() {
            return Err("`{}` needs a name, such as `{id}`".into());
        }
        if !is_identifier(plain) {
            return Err(format!("`{plain}` is not a name a field can have"));
        }
        if self.names().any(|other| other == plain) {
            return Err(format!("`{{{plain}}}` stands twice"));
        }
        let plain = plain.to_owned();
        self.pieces.push(if rest {
            Piece::Rest(plain)
        } else {
            Piece::Value(plain)
        });
        Ok(())
    }
}

fn is_identifier(name: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(begins) && name.chars().all(|c| begins(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of `route/pattern.rs`, so that the two cannot drift apart unseen.
    #[test]
    fn templates() {
        let names = |text: &str| {
            let template = Template::parse(text)?;
            Ok(template.names().collect::<Vec<_>>().join(","))
        };
        let table: [(&str, Result<&str, &str>); 18] = [
            ("/", Ok("")),
            ("/users", Ok("")),
            ("/users/{id}", Ok("id")),
            ("/a/{b}/c/{d}", Ok("b,d")),
            ("/files/{*rest}", Ok("rest")),
            ("/{id}.json", Ok("id")),
            ("/v{version}", Ok("version")),
            ("/{{literal}}", Ok("")),
            ("/{{{id}}}", Ok("id")),
            ("users", Err("a route begins")),
            ("", Err("a route begins")),
            ("/{id", Err("a brace")),
            ("/id}", Err("a brace")),
            ("/{}", Err("`{}` needs")),
            ("/{1d}", Err("`1d` is not")),
            ("/{a}/{a}", Err("`{a}` stands twice")),
            ("/{a}-{b}", Err("a segment can hold one")),
            ("/{*rest}/x", Err("`{*name}` must be")),
        ];
        for (text, expected) in table {
            let got: Result<String, String> = names(text);
            match (&got, expected) {
                (Ok(got), Ok(expected)) => assert_eq!(got, expected, "{text}"),
                (Err(got), Err(expected)) => assert!(got.starts_with(expected), "{text}: {got}"),
                _ => panic!("{text}: {got:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn pieces_in_order() {
        let pieces = Template::parse("/a{{b/{c}.d/{*e}").map(|template| template.pieces);
        let expected = vec![
            Piece::Text("/a{b/".into()),
            Piece::Value("c".into()),
            Piece::Text(".d/".into()),
            Piece::Rest("e".into()),
        ];
        assert_eq!(pieces, Ok(expected));
    }
}
