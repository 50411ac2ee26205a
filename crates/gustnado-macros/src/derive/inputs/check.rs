//! The rules of a group.

use crate::{
    attr::Source,
    derive::fields::{self, Fields},
    diag::Diag,
};

pub(super) fn check(group: &Fields, diag: &mut Diag) {
    fields::check(group, diag);
    for field in &group.list {
        if let Some((Source::Path, mark)) = &field.mark {
            let message = "a group has no route: a path value is a field of the handler";
            diag.at(mark, message);
        }
    }
}
