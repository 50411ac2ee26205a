//! The rules of verbs and hooks. It gives each method its role; one that breaks a rule has none.

mod hooks;

use std::collections::HashSet;

use super::model::{Argument, Block, Custom, Hook, Method, Receiver, Reply, Role};
use crate::{
    attr::is_token,
    diag::{Diag, nearest},
    input::borrowed,
    names::first_span,
};

const VERBS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];
const HOOKS: [&str; 4] = ["prepare", "on_finish", "write_error", "default_headers"];

pub(super) fn check(block: &mut Block, diag: &mut Diag) {
    if block.methods.is_empty() && diag.is_empty() {
        diag.at_span(
            first_span(&block.ty),
            "no verb answers here; add an async method named get, post, put, patch or delete",
        );
    }
    let mut seen = HashSet::new();
    let mut methods = block.methods.iter();
    let finishes = methods.any(|method| method.ident == "on_finish");
    for method in &mut block.methods {
        let Some(role) = role(method, diag) else {
            continue;
        };
        let sound = match &role {
            Role::Verb(name) => {
                let message = format!("{name} is answered twice");
                verb(method, name, finishes, diag) && once(method, name, message, &mut seen, diag)
            }
            Role::Hook(hook) => {
                let name = method.ident.to_string();
                let message = format!("`{name}` is there twice");
                hooks::check(*hook, method, diag) && once(method, &name, message, &mut seen, diag)
            }
        };
        if sound {
            method.role = Some(role);
        }
    }
}

/// What its name says it is.
fn role(method: &Method, diag: &mut Diag) -> Option<Role> {
    if let Custom::Unreadable = method.custom {
        return None;
    }
    if let Custom::Method(custom) = &method.custom {
        let name = custom.value();
        let upper = name.to_ascii_uppercase();
        if !is_token(&name) {
            diag.at(custom, "a method is a token, such as `PURGE`");
        } else if name != upper && VERBS.contains(&name.to_ascii_lowercase().as_str()) {
            diag.at(
                custom,
                format!("methods are case-sensitive: write \"{upper}\""),
            );
        } else {
            return Some(Role::Verb(name));
        }
        return None;
    }
    let name = method.ident.to_string();
    if let Some(hook) = Hook::named(&name) {
        return Some(Role::Hook(hook));
    }
    if VERBS.contains(&name.as_str()) {
        return Some(Role::Verb(name.to_ascii_uppercase()));
    }
    let names = [&VERBS[..], &HOOKS].concat();
    let hint = match nearest(&name, &names) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "move helpers to a plain `impl` block".into(),
    };
    let message = format!("`{name}` is neither a verb nor a hook; {hint}");
    diag.at(&method.ident, message);
    None
}

fn verb(method: &Method, name: &str, finishes: bool, diag: &mut Diag) -> bool {
    let mut sound = signature(method, diag);
    if finishes && method.receiver == Some(Receiver::Value) {
        let message = format!(
            "`on_finish` needs the instance when `{0}` is done: write `{0}(&self, …)`",
            method.ident
        );
        diag.at(&method.ident, message);
        sound = false;
    }
    if method.receiver.is_none() {
        let message = format!(
            "`{0}` answers for an instance: write `{0}(self, …)`",
            method.ident
        );
        diag.at(&method.ident, message);
        sound = false;
    }
    for argument in &method.arguments {
        sound &= self::argument(argument, diag) & form(argument, name, diag);
    }
    sound & reply(&method.reply, diag)
}

/// A reply outlives the handler it is made by, so it cannot borrow from it.
fn reply(reply: &Reply, diag: &mut Diag) -> bool {
    let value = match reply {
        Reply::Unit => return true,
        Reply::Plain(value) | Reply::Result { value, .. } => value,
    };
    let mut tokens = value.clone().into_iter().map(|token| token.to_string());
    let borrows = tokens.next().is_some_and(|token| token == "&");
    // A tick and the name after it are two tokens.
    let lifetime: String = tokens.take(2).collect();
    if !borrows || lifetime == "'static" {
        return true;
    }
    let message = "a reply outlives its handler: write `String`, `Vec<u8>` or `&'static str`";
    diag.at_span(first_span(value), message);
    false
}

fn signature(method: &Method, diag: &mut Diag) -> bool {
    let ident = &method.ident;
    if !method.generics.params.is_empty() {
        let message = format!("`{ident}` is called by the framework, which cannot choose generics");
        diag.at(&method.generics, message);
        return false;
    }
    if !method.is_async {
        diag.at(ident, format!("write `async fn {ident}`"));
        return false;
    }
    true
}

fn argument(argument: &Argument, diag: &mut Diag) -> bool {
    if argument.mismarked {
        return false;
    }
    let first = argument.ty.clone().into_iter().next();
    let message = if let Some(message) = borrowed(&argument.ty) {
        message
    } else if first.is_some_and(|token| token.to_string() == "impl") {
        "name the type of an input".into()
    } else if argument.nameless {
        let pattern = &argument.pattern;
        diag.at(pattern, "a name is needed to look for: add `name = \"…\"`");
        return false;
    } else {
        return true;
    };
    diag.at(&argument.ty, message);
    false
}

/// A form that is sent with GET is no body.
fn form(argument: &Argument, name: &str, diag: &mut Diag) -> bool {
    if !argument.input.is_form() || !matches!(name, "GET" | "HEAD") {
        return true;
    }
    let message = format!("a {name} form sends its fields in the query: use #[query]");
    diag.at(&argument.mark, message);
    false
}

fn once(
    method: &Method,
    name: &str,
    message: String,
    seen: &mut HashSet<String>,
    diag: &mut Diag,
) -> bool {
    // One method under two conditions is one at a time.
    if !method.conditions.is_empty() || seen.insert(name.into()) {
        return true;
    }
    if let Custom::Method(custom) = &method.custom {
        diag.at(custom, message);
    } else {
        diag.at(&method.ident, message);
    }
    false
}
