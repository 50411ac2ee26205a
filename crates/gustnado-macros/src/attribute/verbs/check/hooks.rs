//! The rules of hooks: each has one signature. It must not know verbs.

use super::super::model::{Custom, Hook, Method, Receiver, Reply};
use crate::diag::Diag;

/// Whether the method can be this hook.
pub(super) fn check(hook: Hook, method: &Method, diag: &mut Diag) -> bool {
    if !matches!(method.custom, Custom::Absent) || method.options.is_some() {
        let message = format!("`{}` is a hook, not a verb", method.ident);
        diag.at(&method.ident, message);
        return false;
    }
    if has_form(hook, method) {
        return true;
    }
    diag.at(&method.ident, format!("write `{}`", form(hook)));
    false
}

/// How the hook is written.
fn form(hook: Hook) -> &'static str {
    match hook {
        Hook::Prepare => {
            "async fn prepare(&mut self)`: its inputs are the fields; it may return `Result<(), E>"
        }
        Hook::OnFinish => "fn on_finish(&mut self, outcome: &Outcome<'_>)",
        Hook::WriteError => "fn write_error(cx: &Cx, error: &Error) -> Response",
        Hook::DefaultHeaders => "fn default_headers(headers: &mut HeaderMap)",
    }
}

fn has_form(hook: Hook, method: &Method) -> bool {
    let borrowed = matches!(method.receiver, Some(Receiver::Ref | Receiver::Mut));
    let shape = (
        method.is_async,
        method.receiver.is_some(),
        method.arguments.len(),
    );
    let replies = !matches!(method.reply, Reply::Unit);
    let shape = match hook {
        Hook::Prepare => shape == (true, true, 0) && borrowed,
        Hook::OnFinish => shape == (false, true, 1) && borrowed && !replies,
        Hook::WriteError => shape == (false, false, 2) && replies,
        Hook::DefaultHeaders => shape == (false, false, 1) && !replies,
    };
    shape && method.generics.params.is_empty()
}
