//! The bounds of an input, `min`, `max`, `len` and `pattern`: as options of a mark, and as what the
//! runtime checks. It must not know the mark.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Lit, LitInt, LitStr, Token,
    parse::{ParseStream, Parser},
};

use crate::{diag::Diag, names::runtime};

/// The options there are.
pub(crate) const OPTIONS: [&str; 4] = ["min", "max", "len", "pattern"];

/// What bounds an input.
#[derive(Default)]
pub(crate) struct Bounds {
    min: Option<Number>,
    max: Option<Number>,
    /// Characters, from and to.
    len: Option<(usize, Option<usize>)>,
    pattern: Option<LitStr>,
}

#[derive(Clone, Copy)]
enum Number {
    Whole(i128),
    Real(f64),
}

impl Bounds {
    /// Reads the option of this name. What is wrong with it is said.
    pub(crate) fn read(&mut self, option: &Ident, value: &TokenStream, diag: &mut Diag) {
        let name = option.to_string();
        let given = match name.as_str() {
            "min" => self.min.is_some(),
            "max" => self.max.is_some(),
            "len" => self.len.is_some(),
            _ => self.pattern.is_some(),
        };
        if given {
            diag.at(option, format!("`{name}` is given twice"));
            return;
        }
        let example = match name.as_str() {
            "min" => "1",
            "max" => "100",
            "len" => "1..=64",
            _ => "\"^[a-z]+$\"",
        };
        if value.is_empty() {
            diag.at(option, format!("write `{name} = {example}`"));
            return;
        }
        let result = match name.as_str() {
            "min" => number.parse2(value.clone()).map(|n| self.min = Some(n)),
            "max" => number.parse2(value.clone()).map(|n| self.max = Some(n)),
            "len" => match range.parse2(value.clone()) {
                Ok(Ok(range)) => {
                    self.len = Some(range);
                    Ok(())
                }
                Ok(Err(message)) => {
                    diag.at(value, message);
                    return;
                }
                Err(error) => Err(error),
            },
            _ => syn::parse2(value.clone()).map(|text| self.pattern = Some(text)),
        };
        if result.is_err() {
            let what = match name.as_str() {
                "min" | "max" => "a number",
                "len" => "a count of characters",
                _ => "a regular expression in a string",
            };
            diag.at(value, format!("`{name}` is {what}, such as `{example}`"));
        } else if self.is_empty_range() {
            diag.at(value, "`min` is above `max`");
        }
    }

    fn is_empty_range(&self) -> bool {
        match (self.min, self.max) {
            (Some(Number::Whole(min)), Some(Number::Whole(max))) => min > max,
            (Some(min), Some(max)) => min.real() > max.real(),
            _ => false,
        }
    }

    /// The expression of an `Option` of them. With them goes what is only told: the default as it is
    /// written, and the doc comment.
    pub(crate) fn expand(&self, span: Span, default: Option<String>, doc: &str) -> TokenStream {
        let number = |name: &str, number: &Option<Number>| {
            let (name, ty) = (Ident::new(name, span), runtime("Number", span));
            number.map(|number| match number {
                Number::Whole(number) => {
                    let number = Literal::i128_unsuffixed(number);
                    quote_spanned!(span=> .#name(#ty::Whole(#number)))
                }
                Number::Real(number) => {
                    let number = Literal::f64_suffixed(number);
                    quote_spanned!(span=> .#name(#ty::Real(#number)))
                }
            })
        };
        let (min, max) = (number("min", &self.min), number("max", &self.max));
        let len = self.len.map(|(from, to)| {
            let from = Literal::usize_unsuffixed(from);
            let to = to.map(Literal::usize_unsuffixed);
            let to = to.map_or(quote!(::core::primitive::usize::MAX), |to| quote!(#to));
            quote_spanned!(span=> .len(#from, #to))
        });
        let pattern = self.pattern.as_ref();
        let text = pattern.map(|pattern| quote_spanned!(span=> .pattern(#pattern)));
        let default = default.map(|text| quote_spanned!(span=> .default_text(#text)));
        let doc = (!doc.is_empty()).then(|| quote_spanned!(span=> .doc(#doc)));
        let steps = [min, max, len, text, default, doc].into_iter().flatten();
        let steps: TokenStream = steps.collect();
        if steps.is_empty() {
            return quote_spanned!(span=> ::core::option::Option::None);
        }
        let bounds = runtime("Bounds", span);
        let feature = pattern.map(feature);
        quote_spanned! {span=>
            ::core::option::Option::Some({
                #feature
                static BOUNDS: #bounds = #bounds::new() #steps;
                &BOUNDS
            })
        }
    }
}

/// Refuses a pattern in a build that cannot match any.
fn feature(pattern: &LitStr) -> TokenStream {
    let span = pattern.span();
    let bounds = runtime("Bounds", span);
    let message = "`pattern` needs the feature `pattern` of `gustnado`";
    quote_spanned! {span=>
        const _: () = if !#bounds::PATTERNS { ::core::panic!(#message) };
    }
}

impl Number {
    fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

fn number(input: ParseStream<'_>) -> syn::Result<Number> {
    let minus = input.parse::<Option<Token![-]>>()?.is_some();
    match input.parse::<Lit>()? {
        Lit::Int(number) => {
            let number: i128 = number.base10_parse()?;
            Ok(Number::Whole(if minus { -number } else { number }))
        }
        Lit::Float(number) => {
            let at = number.span();
            let number: f64 = number.base10_parse()?;
            // One that is too large to be a number cannot be written down again.
            if !number.is_finite() {
                return Err(syn::Error::new(at, "no number"));
            }
            Ok(Number::Real(if minus { -number } else { number }))
        }
        other => Err(syn::Error::new(other.span(), "no number")),
    }
}

/// `8`, `1..=64`, `..=64` or `1..`; or what is wrong with the range.
fn range(input: ParseStream<'_>) -> syn::Result<Result<(usize, Option<usize>), String>> {
    let end = |input: ParseStream<'_>| match input.parse::<Option<LitInt>>()? {
        Some(number) => number.base10_parse::<usize>().map(Some),
        None => Ok(None),
    };
    let from = end(input)?;
    if input.is_empty() {
        let exact = from.ok_or_else(|| input.error("no number"))?;
        return Ok(Ok((exact, Some(exact))));
    }
    let closed = input.peek(Token![..=]);
    if closed {
        input.parse::<Token![..=]>()?;
    } else {
        input.parse::<Token![..]>()?;
    }
    let to = end(input)?;
    Ok(match (from, to) {
        (None, None) => return Err(input.error("no number")),
        (Some(from), Some(to)) if from > to => {
            Err(format!("the range is empty: {from} is above {to}"))
        }
        (_, Some(to)) if !closed => {
            let from = from.map_or_else(String::new, |from| from.to_string());
            let to = to.saturating_sub(1);
            Err(format!("write `{from}..={to}`: both ends count"))
        }
        (from, to) => Ok((from.unwrap_or(0), to)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(option: &str, value: &str) -> (String, Vec<String>) {
        let (mut bounds, mut diag) = (Bounds::default(), Diag::default());
        let option = Ident::new(option, Span::call_site());
        let value: TokenStream = value.parse().expect("tokens");
        bounds.read(&option, &value, &mut diag);
        let tokens = bounds.expand(Span::call_site(), None, "").to_string();
        let tokens = tokens.replace([' ', '\n'], "");
        let steps = tokens.split_once("::new()").map(|(_, steps)| steps);
        let steps = steps.and_then(|steps| steps.split_once(';'));
        let steps = steps.map_or("", |(steps, _)| steps);
        (
            steps.replace("::gustnado::__private::", ""),
            diag.messages(),
        )
    }

    #[test]
    fn what_is_bounded() {
        let table = [
            ("min", "1", ".min(Number::Whole(1))"),
            ("min", "-1_000i64", ".min(Number::Whole(-1000))"),
            ("max", "0xff", ".max(Number::Whole(255))"),
            ("max", "1.5", ".max(Number::Real(1.5f64))"),
            ("len", "8", ".len(8,8)"),
            ("len", "1..=64", ".len(1,64)"),
            ("len", "..=64", ".len(0,64)"),
            ("len", "1..", ".len(1,::core::primitive::usize::MAX)"),
            ("pattern", "\"a\"", ".pattern(\"a\")"),
        ];
        for (option, value, expected) in table {
            assert_eq!(read(option, value), (expected.into(), vec![]), "{value}");
        }
    }

    #[test]
    fn what_is_no_bound() {
        let table = [
            ("min", "", "write `min = 1`"),
            ("max", "\"ten\"", "`max` is a number, such as `100`"),
            ("max", "LIMIT", "`max` is a number, such as `100`"),
            ("max", "1e999", "`max` is a number, such as `100`"),
            ("max", "1 + 1", "`max` is a number, such as `100`"),
            (
                "len",
                "..",
                "`len` is a count of characters, such as `1..=64`",
            ),
            (
                "len",
                "-1",
                "`len` is a count of characters, such as `1..=64`",
            ),
            (
                "len",
                "1.5",
                "`len` is a count of characters, such as `1..=64`",
            ),
            ("len", "5..=2", "the range is empty: 5 is above 2"),
            ("len", "1..64", "write `1..=63`: both ends count"),
            ("len", "..64", "write `..=63`: both ends count"),
            (
                "pattern",
                "5",
                "`pattern` is a regular expression in a string, such as `\"^[a-z]+$\"`",
            ),
        ];
        for (option, value, expected) in table {
            let expected = (String::new(), vec![expected.to_owned()]);
            assert_eq!(read(option, value), expected, "{value}");
        }
    }
}
