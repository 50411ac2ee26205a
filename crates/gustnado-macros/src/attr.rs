//! The attributes of inputs: `#[query]`, `#[header]`, `#[form]`, `#[state]` and their options. Fields and
//! arguments are marked the same way; it must not know which of them it reads.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, LitStr, Meta, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::diag::{Diag, did_you_mean, nearest};

/// The marks there are.
pub(crate) const SOURCES: [&str; 4] = ["query", "header", "form", "state"];

const OPTIONS: [&str; 2] = ["default", "name"];

/// Where a marked input comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    Query,
    Header,
    Form,
    State,
}

/// A mark, and what it says.
pub(crate) struct Mark {
    pub(crate) source: Source,
    pub(crate) attribute: Attribute,
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Default>,
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
        let mut mark = Mark {
            source,
            attribute: attribute.clone(),
            name: None,
            default: None,
        };
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
        Some(Mark {
            source: source_named(nearest(&name, &SOURCES)?)?,
            attribute: attribute.clone(),
            name: None,
            default: None,
        })
    })
}

fn source(attribute: &Attribute) -> Option<Source> {
    source_named(&attribute.path().get_ident()?.to_string())
}

fn source_named(name: &str) -> Option<Source> {
    Some(match name {
        "query" => Source::Query,
        "header" => Source::Header,
        "form" => Source::Form,
        "state" => Source::State,
        _ => return None,
    })
}

impl Mark {
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
        match option.to_string().as_str() {
            "default" | "name" if self.source == Source::State => {
                diag.at(
                    &option,
                    "shared state has no options: it is there or `build()` fails",
                );
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
            other => {
                let hint = did_you_mean(other, &OPTIONS);
                diag.at(&option, format!("there is no option `{other}`{hint}"));
            }
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

    #[test]
    fn options_that_cannot_be() {
        let table: [(Attribute, &str); 9] = [
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
                parse_quote!(#[header(name = "X_Id")]),
                "a header name is a token in lower case; write \"x-id\"",
            ),
            (
                parse_quote!(#[state(default)]),
                "shared state has no options: it is there or `build()` fails",
            ),
            (
                parse_quote!(#[query = "page"]),
                "options go into parentheses: `(default)`, `(name = \"…\")`",
            ),
        ];
        for (attribute, expected) in table {
            let mut diag = Diag::default();
            assert!(mark(&[attribute], &mut diag).is_some(), "{expected}");
            assert_eq!(diag.messages(), [expected]);
        }
    }

    #[test]
    fn header_names_from_fields() {
        assert_eq!(header_name("last_event_id"), "last-event-id");
        assert_eq!(header_name("accept"), "accept");
    }
}
