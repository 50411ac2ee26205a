//! The collector of mistakes: all that is wrong with an item is said at once, each at its token.
//! It must not know what the mistakes are about.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Diag {
    errors: Vec<syn::Error>,
}

impl Diag {
    /// Notes a mistake that spans `tokens`, from the first to the last.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Notes a mistake at one place.
    pub(crate) fn at_span(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Notes a mistake that a parser found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// The result's value, or `None` and its mistake noted.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.errors.iter().map(ToString::to_string).collect()
    }

    /// The mistakes as `compile_error!`s, in the order found.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let errors = self.errors.into_iter();
        errors.map(|error| error.into_compile_error()).collect()
    }
}

/// `; did you mean …?` if one of `known` is like `word`, else nothing.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> String {
    nearest(word, known).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}

/// The one of `known` that `word` was most likely meant to be.
pub(crate) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let allowed = if word.len() < 4 { 1 } else { 2 };
    known
        .iter()
        .map(|known| (distance(word, known), *known))
        .filter(|&(distance, known)| distance <= allowed && distance < known.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known)
}

/// How many characters are to be put in, left out, changed, or swapped with the next to make one
/// word the other (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likely_words() {
        let verbs = ["get", "head", "post", "put", "patch", "delete", "options"];
        let table = [
            ("gte", Some("get")),
            ("gett", Some("get")),
            ("ptu", Some("put")),
            ("delet", Some("delete")),
            ("Post", Some("post")),
            ("helper", None),
            ("list", None),
            ("", None),
        ];
        for (word, expected) in table {
            assert_eq!(nearest(word, &verbs), expected, "{word}");
        }
        assert_eq!(
            did_you_mean("defualt", &["default", "name"]),
            "; did you mean `default`?"
        );
    }
}
