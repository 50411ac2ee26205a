//! What the attribute knows of an impl block once its signatures are read.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Generics, LitStr};

use crate::{input::Input, options::Options};

/// An inherent impl.
pub(super) struct Block {
    pub(super) generics: Generics,
    /// The self type as written.
    pub(super) ty: TokenStream,
    pub(super) methods: Vec<Method>,
}

impl Block {
    /// The method that is this hook.
    pub(super) fn hook(&self, hook: Hook) -> Option<&Method> {
        let role = Some(Role::Hook(hook));
        self.methods.iter().find(|method| method.role == role)
    }
}

/// A method whose signature could be read.
pub(super) struct Method {
    pub(super) ident: Ident,
    pub(super) custom: Custom,
    /// What `#[verb(…)]` says besides.
    pub(super) options: Options,
    pub(super) doc: String,
    /// The `#[cfg(…)]`s it has.
    pub(super) conditions: Vec<Attribute>,
    pub(super) is_async: bool,
    pub(super) generics: Generics,
    pub(super) receiver: Option<Receiver>,
    pub(super) arguments: Vec<Argument>,
    pub(super) reply: Reply,
    /// What it turned out to be. `None` where it has a mistake.
    pub(super) role: Option<Role>,
}

/// What `#[verb("…")]` says.
pub(super) enum Custom {
    /// There is none.
    Absent,
    /// It cannot be read, which has been said.
    Unreadable,
    Method(LitStr),
}

/// What a method is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// Answers the HTTP method of this name.
    Verb(String),
    Hook(Hook),
}

/// The methods that are not verbs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hook {
    /// Runs before the body is read.
    Prepare,
    /// Runs when the request is over.
    OnFinish,
    /// Writes the answers to requests that failed.
    WriteError,
    /// Says what every answer has.
    DefaultHeaders,
}

impl Hook {
    /// The hook of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "prepare" => Self::Prepare,
            "on_finish" => Self::OnFinish,
            "write_error" => Self::WriteError,
            "default_headers" => Self::DefaultHeaders,
            _ => return None,
        })
    }
}

/// How a method takes its instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Receiver {
    Value,
    Ref,
    Mut,
}

/// An argument.
pub(super) struct Argument {
    /// The pattern as written.
    pub(super) pattern: TokenStream,
    pub(super) ty: TokenStream,
    pub(super) input: Input,
    /// The mark it has, as written.
    pub(super) mark: Option<Attribute>,
    /// Whether it is marked and has no name to be looked up by.
    pub(super) nameless: bool,
    /// Whether it has a mark that is none, which has been said.
    pub(super) mismarked: bool,
}

/// The return type.
pub(super) enum Reply {
    /// None written.
    Unit,
    /// A type that is converted as a whole.
    Plain(TokenStream),
    /// `Result<T, E>`, or `Result<T>` where an alias names the error.
    Result {
        ty: TokenStream,
        value: TokenStream,
        error: Option<TokenStream>,
    },
}
