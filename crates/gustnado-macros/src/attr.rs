//! The attributes of inputs: `#[query]`, `#[header]`, `#[cookie]`, `#[form]`, `#[state]`, `#[param]`
//! and their options. Fields and arguments are marked the same way; it must not know which of them it
//! reads.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Expr, Lit, LitStr, Meta, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::{
    bounds::{self, Bounds},
    diag::{Diag, did_you_mean, nearest},
};

/// The marks there are.
pub(crate) const MARKS: [&str; 6] = ["query", "header", "cookie", "form", "state", "param"];

/// Where a marked input comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// `#[param]` says more of a value that the route has a place for.
    Path,
    Query,
    Header,
    Cookie,
    Form,
    State,
}

/// A mark, and what it says.
pub(crate) struct Mark {
    pub(crate) source: Source,
    pub(crate) attribute: Attribute,
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Default>,
    pub(crate) bounds: Bounds,
}

/// What stands for an input that is absent.
pub(crate) enum Default {
    /// `default`: the type's own.
    OfType,
    /// `default = "text"`: read as the parameter would be.
    Text(LitStr),
    /// `default = value`.
    Value(TokenStream),
}

impl Default {
    /// It as text that the parameter would be read from, where it is written as a literal.
    pub(crate) fn text(&self) -> Option<String> {
        let value = match self {
            Self::OfType => return None,
            Self::Text(text) => return Some(text.value()),
            Self::Value(value) => value,
        };
        let text = value.to_string().replace(' ', "");
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let sign = &text[..text.len() - digits.len()];
        match syn::parse_str::<Lit>(digits).ok()? {
            Lit::Int(number) => Some(format!("{sign}{}", number.base10_digits())),
            Lit::Float(number) => Some(format!("{sign}{}", number.base10_digits())),
            Lit::Bool(value) => Some(value.value.to_string()),
            Lit::Char(value) => Some(value.value().to_string()),
            _ => None,
        }
    }
}

/// The doc comment, a line a line, each without the space it begins with.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else {
            return None;
        };
        let Expr::Lit(value) = &meta.value else {
            return None;
        };
        let text = syn::parse2::<LitStr>(value.lit.to_token_stream()).ok()?;
        let text = text.value();
        let is_doc = meta.path.is_ident("doc");
        is_doc.then(|| text.strip_prefix(' ').unwrap_or(&text).to_owned())
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The mark among `attributes`. A second one is a mistake.
pub(crate) fn mark(attributes: &[Attribute], diag: &mut Diag) -> Option<Mark> {
    let mut found: Option<Mark> = None;
    for attribute in attributes {
        let Some(source) = source(attribute) else {
            continue;
        };
        if found.is_some() {
            diag.at(attribute, "an input has one source, and this is the second");
            continue;
        }
        let mut mark = Mark::new(source, attribute);
        mark.read_options(diag);
        found = Some(mark);
    }
    found
}

/// A mark with an unlikely name, such as `#[qeury]`.
///
/// On a field it is rustc that says so. Taking it for what it was meant to be keeps the field's
/// type from being blamed as well; should it be another derive's after all, no type that is an
/// input by itself can be read from text, so it does not go unnoticed.
pub(crate) fn misspelt_mark(attributes: &[Attribute]) -> Option<Mark> {
    attributes.iter().find_map(|attribute| {
        let name = attribute.path().get_ident()?.to_string();
        let source = source_named(nearest(&name, &MARKS)?)?;
        Some(Mark::new(source, attribute))
    })
}

fn source(attribute: &Attribute) -> Option<Source> {
    source_named(&attribute.path().get_ident()?.to_string())
}

fn source_named(name: &str) -> Option<Source> {
    Some(match name {
        "query" => Source::Query,
        "header" => Source::Header,
        "cookie" => Source::Cookie,
        "form" => Source::Form,
        "state" => Source::State,
        "param" => Source::Path,
        _ => return None,
    })
}

impl Mark {
    fn new(source: Source, attribute: &Attribute) -> Self {
        Self {
            source,
            attribute: attribute.clone(),
            name: None,
            default: None,
            bounds: Bounds::default(),
        }
    }

    /// The options it may have, or why it may not have the one of this name.
    fn options(&self, option: &str) -> Result<&'static [&'static str], &'static str> {
        const ALL: [&str; 6] = ["default", "name", "min", "max", "len", "pattern"];
        match (self.source, option) {
            (Source::State, option) if ALL.contains(&option) => {
                Err("shared state has no options: it is there or `build()` fails")
            }
            (Source::State, _) => Ok(&[]),
            (Source::Path, "default") => Err("a path value is always there"),
            (Source::Path, "name") => Err("a path value has the name that the route gives it"),
            (Source::Path, _) => Ok(&bounds::OPTIONS),
            (Source::Query | Source::Header | Source::Cookie | Source::Form, _) => Ok(&ALL),
        }
    }

    fn read_options(&mut self, diag: &mut Diag) {
        let tokens = match &self.attribute.meta {
            Meta::Path(_) => return,
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(value) => {
                let message = "options go into parentheses: `(default)`, `(name = \"…\")`";
                diag.at(&value.value, message);
                return;
            }
        };
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                self.read_option(input, diag)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        let result = read.parse2(tokens);
        diag.take(result);
    }

    fn read_option(&mut self, input: ParseStream<'_>, diag: &mut Diag) -> syn::Result<()> {
        let option = input.call(Ident::parse_any)?;
        let has_value = input.parse::<Option<Token![=]>>()?.is_some();
        let value = if has_value {
            until_comma(input)?
        } else {
            TokenStream::new()
        };
        let text = syn::parse2::<LitStr>(value.clone()).ok();
        if has_value && value.is_empty() {
            diag.at(&option, format!("a value is missing after `{option} =`"));
            return Ok(());
        }
        let word = option.to_string();
        let known = match self.options(&word) {
            Ok(known) => known,
            Err(message) => {
                diag.at(&option, message);
                return Ok(());
            }
        };
        match word.as_str() {
            word if !known.contains(&word) => {
                let hint = did_you_mean(word, known);
                diag.at(&option, format!("there is no option `{word}`{hint}"));
            }
            "default" if self.default.is_some() => diag.at(&option, "`default` is given twice"),
            "default" if !has_value => self.default = Some(Default::OfType),
            "default" => {
                self.default = Some(text.map_or(Default::Value(value), Default::Text));
            }
            "name" if self.name.is_some() => diag.at(&option, "`name` is given twice"),
            "name" => match text {
                Some(text) => self.read_name(text, diag),
                None if has_value => diag.at(&value, "a name is a string, such as \"page\""),
                None => diag.at(&option, "write `name = \"…\"`"),
            },
            _ => self.bounds.read(&option, &value, diag),
        }
        Ok(())
    }

    fn read_name(&mut self, name: LitStr, diag: &mut Diag) {
        let text = name.value();
        if text.is_empty() {
            diag.at(&name, "a name has at least one character");
        } else if self.source == Source::Header && !is_header_name(&text) {
            let likely = text.to_ascii_lowercase().replace(['_', ' '], "-");
            let hint = if is_header_name(&likely) {
                format!("; write \"{likely}\"")
            } else {
                String::new()
            };
            let message = format!("a header name is a token in lower case{hint}");
            diag.at(&name, message);
        } else if self.source == Source::Cookie && !is_token(&text) {
            diag.at(
                &name,
                "the name of a cookie is a token, such as \"session_id\"",
            );
        }
        self.name = Some(name);
    }
}

fn until_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

/// The name of a header for the field or argument `name`: `_` is `-`.
pub(crate) fn header_name(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

fn is_header_name(text: &str) -> bool {
    is_token(text) && !text.contains(|c: char| c.is_ascii_uppercase())
}

/// Whether the text is a token (RFC 9110 section 5.6.2).
pub(crate) fn is_token(text: &str) -> bool {
    let is_tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(is_tchar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    /// Reads each mark, which has one mistake.
    fn expect(table: &[(Attribute, &str)]) {
        for (attribute, expected) in table {
            let mut diag = Diag::default();
            let mark = mark(std::slice::from_ref(attribute), &mut diag);
            assert!(mark.is_some(), "{expected}");
            assert_eq!(diag.messages(), [*expected]);
        }
    }

    #[test]
    fn options_that_cannot_be() {
        expect(&[
            (
                parse_quote!(#[query(defualt)]),
                "there is no option `defualt`; did you mean `default`?",
            ),
            (
                parse_quote!(#[query(default, default = 1)]),
                "`default` is given twice",
            ),
            (
                parse_quote!(#[query(default =)]),
                "a value is missing after `default =`",
            ),
            (parse_quote!(#[query(name)]), "write `name = \"…\"`"),
            (
                parse_quote!(#[query(name = 3)]),
                "a name is a string, such as \"page\"",
            ),
            (
                parse_quote!(#[query(name = "")]),
                "a name has at least one character",
            ),
            (
                parse_quote!(#[query = "page"]),
                "options go into parentheses: `(default)`, `(name = \"…\")`",
            ),
        ]);
    }

    #[test]
    fn options_that_this_source_cannot_have() {
        expect(&[
            (
                parse_quote!(#[header(name = "X_Id")]),
                "a header name is a token in lower case; write \"x-id\"",
            ),
            (
                parse_quote!(#[state(default)]),
                "shared state has no options: it is there or `build()` fails",
            ),
            (
                parse_quote!(#[state(max = 1)]),
                "shared state has no options: it is there or `build()` fails",
            ),
            (
                parse_quote!(#[cookie(name = "a b")]),
                "the name of a cookie is a token, such as \"session_id\"",
            ),
            (
                parse_quote!(#[param(default)]),
                "a path value is always there",
            ),
            (
                parse_quote!(#[param(name = "id")]),
                "a path value has the name that the route gives it",
            ),
            (
                parse_quote!(#[param(mxa = 1)]),
                "there is no option `mxa`; did you mean `max`?",
            ),
            (
                parse_quote!(#[query(max = 1, max = 2)]),
                "`max` is given twice",
            ),
            (
                parse_quote!(#[header(max = 1, min = 1.5)]),
                "`min` is above `max`",
            ),
        ]);
    }

    #[test]
    fn header_names_from_fields() {
        assert_eq!(header_name("last_event_id"), "last-event-id");
        assert_eq!(header_name("accept"), "accept");
    }
}
