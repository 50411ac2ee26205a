//! Paths to routes, on matchit, for routes that are under the same guards. It must not know what the
//! routes are.

use super::exact::Exact;
use crate::route::{Captures, Pattern, Piece};

/// Paths to the positions of routes.
///
/// matchit knows all of them, and which of several is the nearest. For the two kinds of template that
/// most requests are for, it need not be asked: comparing is a third of the work of walking.
#[derive(Clone, Default)]
pub(super) struct Tree {
    /// Paths that are templates without names.
    plain: Exact<Place>,
    /// What `/users/{id}` has before its name; nothing stands for it where there is another template
    /// for some of those paths, such as `/users/{id}.json`.
    last: Exact<Option<Place>>,
    paths: matchit::Router<Place>,
    /// What is below mounts that have a handler's `{name}` right below them: matchit cannot have
    /// that name and the rest of the path in one place.
    below: Option<matchit::Router<Place>>,
    /// The templates of handlers.
    handlers: Vec<String>,
}

/// What is at a template.
#[derive(Clone, Copy)]
struct Place {
    index: usize,
    values: Values,
}

/// Where the values of a template lie in a path.
#[derive(Clone, Copy)]
enum Values {
    /// There is one, behind so many bytes and before so many.
    Only(usize, usize),
    /// There are several, or none.
    Others,
    /// Nobody asks.
    Unasked,
}

/// A template, as far as it can be compared.
enum Shape {
    /// It has no names.
    Plain(String),
    /// One name, with this before and behind it.
    Only(String, String),
    Other,
}

impl Shape {
    fn of(template: &str) -> Self {
        let Ok(pattern) = Pattern::parse(template) else {
            return Self::Other;
        };
        let (mut before, mut behind, mut names) = (String::new(), String::new(), 0);
        for piece in pattern.pieces() {
            match piece {
                Piece::Text(text) if names == 0 => before.push_str(text),
                Piece::Text(text) => behind.push_str(text),
                Piece::Value(_) => names += 1,
                // It has more than one segment.
                Piece::Rest(_) => return Self::Other,
            }
        }
        match names {
            0 => Self::Plain(before),
            1 => Self::Only(before, behind),
            _ => Self::Other,
        }
    }
}

impl Tree {
    /// Adds a handler's template.
    ///
    /// # Errors
    /// The template that has the same paths.
    pub(super) fn add_handler(&mut self, template: &str, index: usize) -> Result<(), String> {
        let values = match Shape::of(template) {
            Shape::Only(before, behind) => Values::Only(before.len(), behind.len()),
            Shape::Plain(_) | Shape::Other => Values::Others,
        };
        self.insert(template, Place { index, values })?;
        self.handlers.push(template.into());
        Ok(())
    }

    /// Adds what is at a prefix and below. To be called when all handlers are there: what they
    /// answer is left to them.
    ///
    /// # Errors
    /// The template that has the same paths.
    pub(super) fn add_mount(&mut self, prefix: &str, index: usize) -> Result<(), String> {
        let values = Values::Unasked;
        let place = Place { index, values };
        for own in [prefix.to_owned(), format!("{prefix}/")] {
            if own.is_empty() {
                continue;
            }
            match self.insert(&own, place) {
                Err(with) if !self.is_handler(&with) => return Err(with),
                _ => {}
            }
        }
        let rest = format!("{prefix}/{{*rest}}");
        match self.insert(&rest, place) {
            // All that is below would be the handler's, and the mount of no use.
            Err(with) if !self.is_handler(&with) || with.contains("{*") => Err(with),
            Err(_) => insert(self.below.get_or_insert_default(), &rest, place),
            Ok(()) => Ok(()),
        }
    }

    fn insert(&mut self, template: &str, place: Place) -> Result<(), String> {
        insert(&mut self.paths, template, place)?;
        match Shape::of(template) {
            Shape::Plain(path) => self.plain.insert(&path, place),
            Shape::Only(before, behind) if !behind.contains('/') => {
                let folder = before.rfind('/').map_or("", |slash| &before[..=slash]);
                let alone =
                    before == folder && behind.is_empty() && self.last.get(folder).is_none();
                self.last.insert(folder, alone.then_some(place));
            }
            Shape::Only(..) | Shape::Other => {}
        }
        Ok(())
    }

    fn is_handler(&self, template: &str) -> bool {
        self.handlers.iter().any(|other| other == template)
    }

    /// What is at a path, and where the values of the template's names lie in it; nothing of those
    /// where there is no room for them.
    #[inline]
    pub(super) fn at(&self, path: &str) -> Option<(usize, Option<Captures>)> {
        if let Some(place) = self.plain.get(path) {
            return Some((place.index, Some(Captures::default())));
        }
        let folder = path.bytes().rposition(|byte| byte == b'/').unwrap_or(0) + 1;
        if folder < path.len()
            && let Some(Some(place)) = self.last.get(&path[..folder])
        {
            return Some((place.index, Captures::only(path, folder, 0)));
        }
        let found = self.paths.at(path).ok()?;
        let Place { index, values } = *found.value;
        let captures = match values {
            Values::Only(before, behind) => Captures::only(path, before, behind),
            Values::Others => {
                let mut captures = Captures::default();
                let mut values = found.params.iter().map(|(_name, value)| value);
                let fits = values.all(|value| captures.push(path, value));
                fits.then_some(captures)
            }
            Values::Unasked => Some(Captures::default()),
        };
        Some((index, captures))
    }

    /// The mount that a path is below and that stands apart from the other routes.
    pub(super) fn below(&self, path: &str) -> Option<usize> {
        let found = self.below.as_ref()?.at(path).ok()?;
        Some(found.value.index)
    }
}

/// Adds a template, or says with which other it clashes and leaves `paths` as it was.
fn insert<T: Clone>(
    paths: &mut matchit::Router<T>,
    template: &str,
    place: T,
) -> Result<(), String> {
    let mut more = paths.clone();
    more.insert(template, place).map_err(|error| match error {
        matchit::InsertError::Conflict { with } => with,
        other => other.to_string(),
    })?;
    *paths = more;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_allows_can_be_matched() {
        let alphabet = ['/', '{', '}', '*', 'a', 'b'];
        let mut texts = vec![String::from("/")];
        for _ in 0..7 {
            let longer = texts
                .iter()
                .filter(|text| text.len() < 8)
                .flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}")));
            texts = longer.collect();
            for text in &texts {
                // matchit does not get along with `{{` behind a name.
                let named = Pattern::parse(text).map(|pattern| !pattern.names().is_empty());
                if named.is_ok_and(|named| !named || !text.contains("{{")) {
                    let inserted = insert(&mut matchit::Router::new(), text, 0);
                    assert_eq!(inserted, Ok(()), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_nearest_of_several_is_found() {
        let mut tree = Tree::default();
        let templates = ["/u/{x}", "/u/new", "/u/v{x}", "/u/{x}/y", "/w/{x}"];
        for (index, template) in templates.iter().enumerate() {
            assert_eq!(tree.add_handler(template, index), Ok(()), "{template}");
        }
        assert_eq!(tree.add_mount("/w", 5), Ok(()));
        let table = [
            ("/u/7", Some(0)),
            ("/u/new", Some(1)),
            ("/u/v7", Some(2)),
            ("/u/v", Some(0)),
            ("/u/", None),
            ("/u/7/y", Some(3)),
            ("/w/7", Some(4)),
            ("/w/", Some(5)),
        ];
        for (path, expected) in table {
            let found = tree.at(path).map(|(index, _)| index);
            assert_eq!(found, expected, "{path}");
            let walked = tree.paths.at(path).ok().map(|found| found.value.index);
            assert_eq!(walked, expected, "matchit for {path}");
        }
        assert_eq!(tree.below("/w/7/8"), Some(5));
    }

    #[test]
    fn values_lie_where_matchit_finds_them() {
        let templates = [
            "/",
            "/a",
            "/a/b",
            "/a/{x}",
            "/{{a}}",
            "/i/{x}.png",
            "/n/v{x}",
            "/n/v{x}/{y}",
            "/w/{x}/end",
            "/r/{*rest}",
            "/{{/{x}",
            "/m/{x}/{y}/{z}",
        ];
        let mut tree = Tree::default();
        for (index, template) in templates.iter().enumerate() {
            assert_eq!(tree.add_handler(template, index), Ok(()), "{template}");
        }
        type Found = Option<(usize, &'static [&'static str])>;
        let table: [(&str, Found); 16] = [
            ("/", Some((0, &[]))),
            ("/a", Some((1, &[]))),
            ("/b", None),
            ("/a/b", Some((2, &[]))),
            ("/a/c", Some((3, &["c"]))),
            ("/a/", None),
            ("/{a}", Some((4, &[]))),
            ("/{{a}}", None),
            ("/i/7.png", Some((5, &["7"]))),
            ("/n/v7", Some((6, &["7"]))),
            ("/n/v7/8", Some((7, &["7", "8"]))),
            ("/w/\u{fc}/end", Some((8, &["\u{fc}"]))),
            ("/w/x/ende", None),
            ("/r/a/b/", Some((9, &["a/b/"]))),
            ("/{/x", Some((10, &["x"]))),
            ("/m/x/y/z", Some((11, &["x", "y", "z"]))),
        ];
        for (path, expected) in table {
            let found = tree.at(path).map(|(index, captures)| {
                let captures = captures.expect("room");
                let values = (0..).map_while(|index| captures.get(path, index));
                (index, values.collect::<Vec<_>>())
            });
            let expected = expected.map(|(index, values)| (index, values.to_vec()));
            assert_eq!(found, expected, "{path}");
        }
    }
}
