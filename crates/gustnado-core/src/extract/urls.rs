//! Links to routes by the names of their handlers, and how values are written in links. It must not
//! know handlers but for those names.

use std::{
    collections::HashMap,
    fmt::{self, Display, Write as _},
    sync::Arc,
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    error::Error,
    route::{Pattern, Piece},
};

/// Links to routes by name, for templates and for handlers in groups. Cheap to clone.
///
/// An input of handlers, and [`Cx::urls`](crate::Cx::urls).
/// [`App::reverse_url`](crate::App::reverse_url) says what a name is.
#[derive(Clone, Default)]
pub struct Urls(Arc<Names>);

type Names = HashMap<String, Named>;

/// What a name stands for.
#[derive(Clone)]
enum Named {
    One(Pattern),
    /// The names that each mean one of them.
    Several(Vec<String>),
}

impl Urls {
    /// The names of these routes: the full path of each handler's type, what is behind each `::` of
    /// it, and the template.
    pub(crate) fn new<'r>(routes: &[(&'r str, &'r Pattern)]) -> Self {
        let mut names = HashMap::new();
        for (path, pattern) in routes {
            let parts = path.match_indices("::").map(|(at, _)| &path[at + 2..]);
            for name in parts.chain([*path, pattern.as_str()]) {
                names
                    .entry(name.to_owned())
                    .or_insert_with(|| named(name, routes));
            }
        }
        Self(Arc::new(names))
    }

    /// The same for another worker, with a reference count of its own.
    pub(crate) fn replica(&self) -> Self {
        Self(Arc::new(Names::clone(&self.0)))
    }

    /// The path of the route with this name, with these values in it, percent-encoded; see
    /// [`App::reverse_url`](crate::App::reverse_url).
    ///
    /// # Errors
    /// 500 when the name is that of no route or of several, or when it wants more or fewer values.
    pub fn reverse_url(&self, name: &str, values: &[&dyn Display]) -> Result<String, Error> {
        let wrong = |what: String| Err(Error::new(500, what));
        match self.0.get(name) {
            None => wrong(format!("no handler is named `{name}`")),
            Some(Named::Several(names)) => {
                let names = names.join("`, `");
                wrong(format!("`{name}` stands for several routes: `{names}`"))
            }
            Some(Named::One(pattern)) => match pattern.names().len() {
                wanted if wanted == values.len() => Ok(write(pattern, values)),
                wanted => wrong(format!(
                    "`{name}` is at \"{pattern}\" and takes {wanted} values, not {}",
                    values.len()
                )),
            },
        }
    }
}

fn named(name: &str, routes: &[(&str, &Pattern)]) -> Named {
    let has_name = |path: &str| {
        let before = path.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with("::"))
    };
    let mut found: Vec<&(&str, &Pattern)> = Vec::new();
    for route in routes {
        let (path, pattern) = *route;
        if has_name(path) || pattern.as_str() == name {
            let place = found.binary_search_by_key(&pattern.as_str(), |(_, other)| other.as_str());
            // One path under several guards is one path.
            if let Err(at) = place {
                found.insert(at, route);
            }
        }
    }
    if let [(_, pattern)] = found[..] {
        return Named::One((*pattern).clone());
    }
    let one_type = found.iter().all(|(path, _)| *path == found[0].0);
    let names = found.into_iter().map(|(path, pattern)| {
        let name = if one_type { pattern.as_str() } else { path };
        name.to_owned()
    });
    Named::Several(names.collect())
}

/// A template with values in place of its names, of which there are as many.
fn write(pattern: &Pattern, values: &[&dyn Display]) -> String {
    let mut url = String::with_capacity(pattern.as_str().len());
    let mut values = values.iter().map(ToString::to_string);
    for piece in pattern.pieces() {
        let mut value = || values.next().unwrap_or_default();
        match piece {
            Piece::Text(text) => url.push_str(text),
            Piece::Value(_) => push_segment(&mut url, &value()),
            Piece::Rest(_) => push_rest(&mut url, &value()),
        }
    }
    url
}

/// All but the unreserved characters (RFC 3986 section 2.3); a `/` within stays in its segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Appends a value as one segment, or a part of one.
pub(super) fn push_segment(url: &mut String, text: &str) {
    let _ = write!(url, "{}", utf8_percent_encode(text, SEGMENT));
}

/// Appends a value as the rest of a path: its `/` stay separators.
pub(super) fn push_rest(url: &mut String, text: &str) {
    for (index, segment) in text.split('/').enumerate() {
        if index > 0 {
            url.push('/');
        }
        push_segment(url, segment);
    }
}

impl fmt::Debug for Urls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Urls({} names)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The link, or the detail of the error.
    fn link(urls: &Urls, name: &str, values: &[&dyn Display]) -> String {
        let made = urls.reverse_url(name, values);
        made.unwrap_or_else(|error| error.detail().to_owned())
    }

    #[test]
    fn values_stand_in_templates_as_they_are_told_apart() {
        let table: [(&str, &[&dyn Display], &str); 7] = [
            ("/", &[], "/"),
            ("/users/{id}", &[&7], "/users/7"),
            ("/a/{b}.json", &[&"x y/z"], "/a/x%20y%2Fz.json"),
            ("/f/{*rest}", &[&"a b/c"], "/f/a%20b/c"),
            ("/{{x}}/{{{id}}}", &[&1], "/{x}/{1}"),
            ("/{a}/{b}", &[&1, &"é"], "/1/%C3%A9"),
            (
                "/{a}",
                &[],
                "`/{a}` is at \"/{a}\" and takes 1 values, not 0",
            ),
        ];
        for (template, values, expected) in table {
            let pattern = Pattern::parse(template).unwrap();
            let urls = Urls::new(&[("x::Y", &pattern)]);
            assert_eq!(link(&urls, template, values), expected, "{template}");
        }
    }

    #[test]
    fn names_are_as_long_as_they_must_be() {
        let patterns = ["/a", "/b", "/v1/c", "/v2/c"].map(|text| Pattern::parse(text).unwrap());
        let [a, b, v1, v2] = &patterns;
        let routes = [
            ("m::One", a),
            ("m::sub::One", b),
            ("m::Two", v1),
            ("m::Two", v2),
            ("n::One", a),
        ];
        let urls = Urls::new(&routes);
        let table = [
            ("m::One", "/a"),
            ("sub::One", "/b"),
            ("m::sub::One", "/b"),
            (
                "One",
                "`One` stands for several routes: `m::One`, `m::sub::One`",
            ),
            ("Two", "`Two` stands for several routes: `/v1/c`, `/v2/c`"),
            ("/v2/c", "/v2/c"),
            ("/a", "/a"),
            ("ne", "no handler is named `ne`"),
            ("", "no handler is named ``"),
        ];
        for (name, expected) in table {
            assert_eq!(link(&urls, name, &[]), expected, "{name}");
        }
    }
}
