//! The entries of Gustnado's macros, and nothing else. Each hands its tokens to a folder that
//! parses, checks and expands them.
//!
//! # Layout
//!
//! - `derive::handler`: `#[derive(RequestHandler)]`
//! - `derive::inputs`: `#[derive(Inputs)]`
//! - `derive::param`: `#[derive(FromParam)]`
//! - `derive::error`: `#[derive(HttpError)]`
//! - `derive::files`: `#[derive(StaticFileHandler)]`
//! - `attribute::verbs`: `#[verbs]`
//! - `function::asset`, `function::embed`: `asset!` and `embed!`; `folder`: the files they look at
//! - each of them: `parse` (tokens → model) → `check` (rules → diagnostics) → `expand` (model →
//!   tokens); the three know the model and never each other
//! - `derive::fields`: a struct whose fields are inputs; `input`: one input, a field or an argument
//! - `attr`, `bounds`, `options`, `template`, `diag`, `names`: the attributes of inputs, the bounds
//!   among their options, the options of routes and verbs, the names in a route, the collector of
//!   mistakes, and the runtime as text
//!
//! It must not depend on the runtime: what it writes is checked where it lands. The macros are
//! documented where users meet them, on the re-exports of `gustnado`.

#![allow(missing_docs, reason = "the facade documents the macros")]

mod attr;
mod attribute;
mod bounds;
mod derive;
mod diag;
mod folder;
mod function;
mod input;
mod names;
mod options;
mod template;

use proc_macro::TokenStream;

#[proc_macro_derive(
    RequestHandler,
    attributes(route, query, header, cookie, form, state, param)
)]
pub fn request_handler(item: TokenStream) -> TokenStream {
    derive::handler::derive(item.into()).into()
}

#[proc_macro_derive(Inputs, attributes(query, header, cookie, form, state, param))]
pub fn inputs(item: TokenStream) -> TokenStream {
    derive::inputs::derive(item.into()).into()
}

#[proc_macro_derive(FromParam, attributes(param))]
pub fn from_param(item: TokenStream) -> TokenStream {
    derive::param::derive(item.into()).into()
}

#[proc_macro_derive(HttpError, attributes(problem, source, from))]
pub fn http_error(item: TokenStream) -> TokenStream {
    derive::error::derive(item.into()).into()
}

#[proc_macro_derive(StaticFileHandler, attributes(files))]
pub fn static_file_handler(item: TokenStream) -> TokenStream {
    derive::files::derive(item.into()).into()
}

#[proc_macro]
pub fn asset(tokens: TokenStream) -> TokenStream {
    function::asset::asset(tokens.into()).into()
}

#[proc_macro]
pub fn embed(tokens: TokenStream) -> TokenStream {
    function::embed::embed(tokens.into()).into()
}

#[proc_macro_attribute]
pub fn verbs(options: TokenStream, item: TokenStream) -> TokenStream {
    attribute::verbs::attribute(options.into(), item.into()).into()
}
