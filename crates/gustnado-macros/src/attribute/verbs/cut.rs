//! Cuts the tokens of an impl block into its header and its items without reading them, so that
//! code that is being typed stays whole.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// An impl in two: the tokens before its braces, and the braces.
pub(super) fn halves(item: TokenStream) -> Option<(Vec<TokenTree>, Group)> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let is_body = |token: &TokenTree| is_group(token, Delimiter::Brace);
    let at = tokens.iter().rposition(is_body)?;
    match tokens.split_off(at).into_iter().next() {
        Some(TokenTree::Group(body)) => Some((tokens, body)),
        _ => None,
    }
}

/// The items in an impl's braces: each ends with a brace group or a `;`.
pub(super) fn items(body: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut items = vec![Vec::new()];
    for token in body {
        let Some(item) = items.last_mut() else {
            break;
        };
        let ends = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            // `Foo<{ N }>` and `= {` go on.
            token if is_group(token, Delimiter::Brace) => !item.last().is_some_and(goes_on),
            _ => false,
        };
        item.push(token);
        if ends {
            items.push(Vec::new());
        }
    }
    items.retain(|item| !item.is_empty());
    items
}

fn goes_on(before: &TokenTree) -> bool {
    matches!(before, TokenTree::Punct(punct) if "<,=".contains(punct.as_char()))
}

pub(super) fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// The item without what only the macro understands: `#[verb(…)]`, and the attributes of
/// arguments that are not rustc's.
pub(super) fn cleaned(item: &[TokenTree]) -> TokenStream {
    let is_fn = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "fn");
    let signature = item.iter().position(is_fn).unwrap_or(item.len());
    let head = without_attributes(item[..signature].to_vec(), |name| name == "verb");
    let mut rest = item[signature..].to_vec();
    let arguments = rest
        .iter_mut()
        .find(|token| is_group(token, Delimiter::Parenthesis));
    if let Some(TokenTree::Group(group)) = arguments {
        let tokens = group.stream().into_iter().collect();
        let mut cleaned = Group::new(
            Delimiter::Parenthesis,
            without_attributes(tokens, |name| !is_inert(name)),
        );
        cleaned.set_span(group.span());
        *group = cleaned;
    }
    head.into_iter().chain(rest).collect()
}

/// Whether an argument may carry the attribute in the eyes of rustc.
pub(super) fn is_inert(name: &str) -> bool {
    ["allow", "warn", "deny", "forbid", "expect"].contains(&name)
}

fn without_attributes(tokens: Vec<TokenTree>, strip: impl Fn(&str) -> bool) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let after_pound =
            matches!(kept.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if after_pound && attribute_name(&token).is_some_and(|name| strip(&name)) {
            kept.pop();
        } else {
            kept.push(token);
        }
    }
    kept.into_iter().collect()
}

fn attribute_name(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            Some(group.stream().into_iter().next()?.to_string())
        }
        _ => None,
    }
}
