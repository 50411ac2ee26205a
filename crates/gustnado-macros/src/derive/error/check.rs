//! The rules of an error type.

use super::model::{Case, Problem};
use crate::diag::{Diag, did_you_mean};

pub(super) fn check(problem: &Problem, diag: &mut Diag) {
    for case in &problem.cases {
        text(case, diag);
        causes(case, diag);
    }
}

/// The text names fields that are there.
fn text(case: &Case, diag: &mut Diag) {
    let Some(text) = &case.text else {
        return;
    };
    if let Some(error) = text.error {
        diag.at(&text.literal, error);
    }
    let known: Vec<&str> = case
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    for name in &text.names {
        if !known.contains(&name.as_str()) {
            let named: Vec<&str> = known.iter().copied().filter(|k| k.len() > 1).collect();
            let hint = did_you_mean(name, &named);
            let message = format!("`{}` has no field `{name}`{hint}", case.ident);
            diag.at(&text.literal, message);
        }
    }
}

/// One cause at most, and `#[from]` on the only field.
fn causes(case: &Case, diag: &mut Diag) {
    let mut found = false;
    for field in &case.fields {
        if let (Some(from), true) = (&field.from, case.fields.len() > 1) {
            let message = "`#[from]` makes the error from one value: let it be the only field";
            diag.at(from, message);
        }
        let marks = field.from.iter().chain(&field.source);
        for mark in marks {
            if std::mem::replace(&mut found, true) {
                diag.at(mark, "an error has one cause, and this is the second");
            }
        }
    }
}
