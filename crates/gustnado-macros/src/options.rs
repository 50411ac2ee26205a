//! Options of a route or a verb: `body_limit = "50 MiB"`, `client_gone = "finish"`. It must not know
//! which of the two it reads.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{
    LitInt, LitStr, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::{
    diag::{Diag, did_you_mean},
    names::runtime,
};

const OPTIONS: [&str; 2] = ["body_limit", "client_gone"];

/// The options given.
#[derive(Default)]
pub(crate) struct Options {
    body_limit: Option<usize>,
    client_gone: Option<Ident>,
}

/// What stands in parentheses: a text, options, or both, in this order.
pub(crate) struct Arguments {
    pub(crate) text: Option<LitStr>,
    options: Vec<(Ident, TokenStream)>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self {
            text: None,
            options: Vec::new(),
        };
        if input.peek(LitStr) {
            arguments.text = Some(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            let mut value = TokenStream::new();
            if input.parse::<Option<Token![=]>>()?.is_some() {
                while !input.is_empty() && !input.peek(Token![,]) {
                    value.extend([input.parse::<TokenTree>()?]);
                }
            }
            arguments.options.push((name, value));
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

impl Arguments {
    /// Whether they begin with a word that is neither an option nor has a value: a text without
    /// its quotes.
    pub(crate) fn begin_with_a_bare_word(&self) -> bool {
        let first = self.options.first().filter(|_| self.text.is_none());
        first.is_some_and(|(name, value)| {
            value.is_empty() && !OPTIONS.contains(&name.to_string().as_str())
        })
    }
}

impl Options {
    /// Reads the options among `arguments`.
    pub(crate) fn read(arguments: Arguments, diag: &mut Diag) -> Self {
        let mut options = Self::default();
        let mut seen = Vec::new();
        for (name, value) in arguments.options {
            let given = name.to_string();
            if seen.contains(&given) {
                diag.at(&name, format!("`{given}` is given twice"));
                continue;
            }
            // Where there is no value to blame it is the name.
            let at = if value.is_empty() {
                name.to_token_stream()
            } else {
                value.clone()
            };
            match given.as_str() {
                "body_limit" => {
                    options.body_limit = body_limit(value);
                    if options.body_limit.is_none() {
                        diag.at(at, "a size is a number with its unit, such as \"50 MiB\"");
                    }
                }
                "client_gone" => {
                    options.client_gone = client_gone(value, name.span());
                    if options.client_gone.is_none() {
                        diag.at(at, "it is \"cancel\" or \"finish\"");
                    }
                }
                other => {
                    let mut hint = did_you_mean(other, &OPTIONS);
                    if hint.is_empty() {
                        hint = "; there are `body_limit` and `client_gone`".into();
                    }
                    diag.at(&name, format!("there is no option `{other}`{hint}"));
                }
            }
            seen.push(given);
        }
        options
    }

    /// Whether any is given.
    pub(crate) fn is_some(&self) -> bool {
        self.body_limit.is_some() || self.client_gone.is_some()
    }

    /// The value they make, or nothing where none is given.
    pub(crate) fn value(&self, span: Span) -> Option<TokenStream> {
        if !self.is_some() {
            return None;
        }
        let [options, policy] = ["Options", "ClientGone"].map(|name| runtime(name, span));
        let limit = self
            .body_limit
            .map(|bytes| quote_spanned!(span=> .body_limit(#bytes)));
        let gone = self
            .client_gone
            .as_ref()
            .map(|variant| quote_spanned!(span=> .client_gone(#policy::#variant)));
        Some(quote_spanned!(span=> #options::none() #limit #gone))
    }
}

fn body_limit(value: TokenStream) -> Option<usize> {
    if let Ok(text) = syn::parse2::<LitStr>(value.clone()) {
        return size(&text.value());
    }
    let bytes = syn::parse2::<LitInt>(value).ok()?;
    bytes.base10_parse().ok()
}

/// `50 MiB` in bytes. Binary units and decimal ones are told apart by their `i`.
fn size(text: &str) -> Option<usize> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let factor: usize = match unit.trim() {
        "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1000 * 1000,
        "GB" => 1000 * 1000 * 1000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(factor)
}

fn client_gone(value: TokenStream, span: Span) -> Option<Ident> {
    let text = syn::parse2::<LitStr>(value).ok()?;
    match text.value().as_str() {
        "cancel" => Some(Ident::new("Cancel", span)),
        "finish" => Some(Ident::new("Finish", span)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table = [
            ("50 MiB", Some(50 * 1024 * 1024)),
            ("512KiB", Some(512 * 1024)),
            ("10 MB", Some(10_000_000)),
            ("0 B", Some(0)),
            ("50", None),
            ("MiB", None),
            ("1.5 MiB", None),
            ("50 mib", None),
            ("99999999999999999999 B", None),
            ("99999999999999999 GiB", None),
        ];
        for (text, bytes) in table {
            assert_eq!(size(text), bytes, "{text}");
        }
    }
}
