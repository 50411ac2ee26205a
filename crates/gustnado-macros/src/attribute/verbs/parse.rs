//! Tokens to the model of an impl block, and to the block as it is written again. Signatures are
//! parsed, bodies are never entered.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, GenericArgument, Generics, PathArguments, Token, Type, Visibility, WhereClause,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use super::{
    cut::{cleaned, halves, is_inert, items},
    model::{Argument, Block, Custom, Method, Receiver, Reply},
};
use crate::{
    attr::{self, MARKS},
    diag::{Diag, did_you_mean},
    input::Input,
    options::{Arguments, Options},
};

/// The block to be written again, and what was read of it.
pub(super) fn parse(item: TokenStream, diag: &mut Diag) -> (TokenStream, Option<Block>) {
    let Some((header, body)) = halves(item.clone()) else {
        diag.at(&item, "`#[verbs]` goes on the `impl` block of a handler");
        return (item, None);
    };
    let items = items(body.stream());
    let mut braces = Group::new(
        Delimiter::Brace,
        items.iter().flat_map(|item| cleaned(item)).collect(),
    );
    braces.set_span(body.span());
    let header: TokenStream = header.into_iter().collect();
    let output = quote!(#header #braces);
    let result = block.parse2(header);
    let Some((generics, ty)) = diag.take(result) else {
        return (output, None);
    };
    let mut methods = Vec::new();
    for item in items {
        let read = |input: ParseStream<'_>| method(input, diag);
        let result = read.parse2(item.into_iter().collect());
        methods.extend(diag.take(result));
    }
    let block = Block {
        generics,
        ty,
        methods,
    };
    (output, Some(block))
}

/// The header of an inherent impl: its generics and its self type.
fn block(input: ParseStream<'_>) -> syn::Result<(Generics, TokenStream)> {
    input.call(Attribute::parse_outer)?;
    if !input.peek(Token![impl]) {
        return Err(error(
            input,
            "`#[verbs]` goes on the `impl` block of a handler",
        ));
    }
    input.parse::<Token![impl]>()?;
    let mut generics: Generics = input.parse()?;
    let mut ty = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![where]) {
        if input.peek(Token![for]) {
            return Err(error(
                input,
                "`#[verbs]` goes on an impl of the handler, not of a trait",
            ));
        }
        ty.extend([input.parse::<TokenTree>()?]);
    }
    if ty.is_empty() {
        return Err(error(input, "the handler's type is missing"));
    }
    generics.where_clause = input.parse::<Option<WhereClause>>()?;
    Ok((generics, ty))
}

fn method(input: ParseStream<'_>, diag: &mut Diag) -> syn::Result<Method> {
    let attributes = input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    let mut is_async = false;
    while !input.peek(Token![fn]) {
        is_async |= input.peek(Token![async]);
        let modifier = ["const", "async", "unsafe"].iter().any(|word| {
            let next = input.fork().call(Ident::parse_any);
            next.is_ok_and(|next| next == word)
        });
        if !modifier {
            let message = "only verbs and hooks stand here; move helpers to a plain `impl` block";
            let rest: TokenStream = input.parse()?;
            return Err(syn::Error::new(crate::names::first_span(&rest), message));
        }
        input.call(Ident::parse_any)?;
    }
    input.parse::<Token![fn]>()?;
    let ident: Ident = input.parse()?;
    let generics: Generics = input.parse()?;
    let arguments;
    syn::parenthesized!(arguments in input);
    let (receiver, arguments) = self::arguments(&arguments, diag)?;
    let reply = reply(input)?;
    let rest: TokenStream = input.parse()?;
    if !rest
        .into_iter()
        .any(|t| super::cut::is_group(&t, Delimiter::Brace))
    {
        return Err(syn::Error::new(
            ident.span(),
            format!("`{ident}` has no body"),
        ));
    }
    let (custom, options) = custom(&attributes, diag);
    Ok(Method {
        ident,
        custom,
        options,
        doc: attr::doc(&attributes),
        conditions: conditions(attributes),
        is_async,
        generics,
        receiver,
        arguments,
        reply,
        role: None,
    })
}

/// What `#[verb(…)]` says: a method, options, or both.
fn custom(attributes: &[Attribute], diag: &mut Diag) -> (Custom, Options) {
    let mut verbs = attributes.iter().filter(|a| a.path().is_ident("verb"));
    let Some(verb) = verbs.next() else {
        return (Custom::Absent, Options::default());
    };
    for second in verbs {
        diag.at(second, "a verb answers one method");
    }
    let arguments = verb.parse_args::<Arguments>().ok();
    let Some(mut arguments) = arguments.filter(|a| !a.begin_with_a_bare_word()) else {
        diag.at(verb, "write the method as `#[verb(\"PURGE\")]`");
        return (Custom::Unreadable, Options::default());
    };
    let custom = arguments.text.take();
    let custom = custom.map_or(Custom::Absent, Custom::Method);
    (custom, Options::read(arguments, diag))
}

fn conditions(attributes: Vec<Attribute>) -> Vec<Attribute> {
    let is_cfg = |attribute: &Attribute| attribute.path().is_ident("cfg");
    attributes.into_iter().filter(is_cfg).collect()
}

fn arguments(
    input: ParseStream<'_>,
    diag: &mut Diag,
) -> syn::Result<(Option<Receiver>, Vec<Argument>)> {
    let receiver = receiver(input)?;
    let mut arguments = Vec::new();
    while !input.is_empty() {
        arguments.push(argument(input, diag)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok((receiver, arguments))
}

fn receiver(input: ParseStream<'_>) -> syn::Result<Option<Receiver>> {
    let ahead = input.fork();
    let borrows = ahead.parse::<Option<Token![&]>>()?.is_some();
    let is_mut = ahead.parse::<Option<Token![mut]>>()?.is_some();
    if !ahead.peek(Token![self]) {
        return Ok(None);
    }
    input.parse::<Option<Token![&]>>()?;
    input.parse::<Option<Token![mut]>>()?;
    input.parse::<Token![self]>()?;
    if input.peek(Token![:]) {
        return Err(error(input, "write `self`, `&self` or `&mut self`"));
    }
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(Some(match (borrows, is_mut) {
        (false, _) => Receiver::Value,
        (true, false) => Receiver::Ref,
        (true, true) => Receiver::Mut,
    }))
}

fn argument(input: ParseStream<'_>, diag: &mut Diag) -> syn::Result<Argument> {
    let attributes = input.call(Attribute::parse_outer)?;
    let mut mismarked = false;
    for attribute in &attributes {
        let name = attribute.path().to_token_stream().to_string();
        if name == "param" {
            let message = "a path value is a field of the handler: it is not for arguments";
            diag.at(attribute.path(), message);
            mismarked = true;
        } else if !is_inert(&name) && !MARKS.contains(&name.as_str()) {
            let mut hint = did_you_mean(&name, &MARKS);
            if hint.is_empty() {
                hint = "; there are #[query], #[header], #[cookie], #[form] and #[state]".into();
            }
            let message = format!("there is no source `{name}`{hint}");
            diag.at(attribute.path(), message);
            mismarked = true;
        }
    }
    let mut pattern = TokenStream::new();
    while !input.peek(Token![:]) || input.peek(Token![::]) {
        if input.peek(Token![::]) {
            input.parse::<Token![::]>()?.to_tokens(&mut pattern);
        } else {
            pattern.extend([input.parse::<TokenTree>()?]);
        }
    }
    input.parse::<Token![:]>()?;
    let ty = input.parse::<Type>()?.to_token_stream();
    let mark = attr::mark(&attributes, diag);
    let attribute = mark.as_ref().map(|mark| mark.attribute.clone());
    let name = binding(&pattern);
    let nameless = name.is_none() && mark.as_ref().is_some_and(|mark| mark.name.is_none());
    let name = name.unwrap_or_else(|| pattern.to_string().replace(' ', ""));
    Ok(Argument {
        input: Input::new(&name, ty.clone(), mark),
        mark: attribute,
        pattern,
        ty,
        nameless,
        mismarked,
    })
}

/// The name that a pattern of one name binds: `page`, `mut page`, `Json(page)`.
fn binding(pattern: &TokenStream) -> Option<String> {
    let last = pattern.clone().into_iter().last()?;
    if let TokenTree::Group(group) = &last
        && group.delimiter() == Delimiter::Parenthesis
        && group.stream().to_string() != pattern.to_string()
    {
        return binding(&group.stream());
    }
    let read = |input: ParseStream<'_>| {
        input.parse::<Option<Token![mut]>>()?;
        input.parse::<Ident>()
    };
    let ident = read.parse2(pattern.clone()).ok()?;
    Some(ident.unraw().to_string())
}

/// The return type. It is kept as tokens: `impl Trait + use<>` and the like are rustc's to read.
fn reply(input: ParseStream<'_>) -> syn::Result<Reply> {
    if input.parse::<Option<Token![->]>>()?.is_none() {
        return Ok(Reply::Unit);
    }
    let mut ty = TokenStream::new();
    let mut before: Option<TokenTree> = None;
    while !input.is_empty() && !input.peek(Token![where]) {
        let is_generic = matches!(&before, Some(TokenTree::Punct(p)) if "<,".contains(p.as_char()));
        if input.peek(syn::token::Brace) && !is_generic {
            break;
        }
        let token = input.parse::<TokenTree>()?;
        ty.extend([token.clone()]);
        before = Some(token);
    }
    if ty.is_empty() {
        return Err(error(input, "a type is missing after `->`"));
    }
    Ok(split(&ty).unwrap_or(Reply::Plain(ty)))
}

/// The value and the error of a `Result`, told by its name.
fn split(ty: &TokenStream) -> Option<Reply> {
    let mut parsed = syn::parse2(ty.clone()).ok()?;
    // What `macro_rules` handed on.
    while let Type::Group(group) = parsed {
        parsed = *group.elem;
    }
    let Type::Path(path) = parsed else {
        return None;
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    if last.ident != "Result" {
        return None;
    }
    let mut types = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.to_token_stream()),
        _ => None,
    });
    let value = types.next()??;
    let error = types.next().flatten();
    let ty = ty.clone();
    types
        .next()
        .is_none()
        .then_some(Reply::Result { ty, value, error })
}

/// A mistake at the next token. (Syn's own says "unexpected end of input" first where there is none.)
fn error(input: ParseStream<'_>, message: &str) -> syn::Error {
    syn::Error::new(input.span(), message)
}
