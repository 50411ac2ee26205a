//! The rules of a handler of files.

use syn::GenericParam;

use super::model::{Folder, Handler};
use crate::diag::Diag;

pub(super) fn check(handler: &Handler, diag: &mut Diag) {
    for parameter in &handler.generics.params {
        if let GenericParam::Lifetime(lifetime) = parameter {
            let lifetime = &lifetime.lifetime;
            let message = format!("a handler of files outlives all requests: remove `{lifetime}`");
            diag.at(lifetime, message);
        }
    }
    let Some(files) = &handler.files else {
        return;
    };
    if let Some(problem) = place(&files.at.value()) {
        diag.at(&files.at, problem);
    }
    if let Folder::OnDisk(folder) = &files.folder
        && folder.value().is_empty()
    {
        let message = "a folder has a name; `.` is the one that the program runs in";
        diag.at(folder, message);
    }
}

/// What is wrong with a place to mount at.
fn place(text: &str) -> Option<&'static str> {
    if !text.starts_with('/') {
        Some("a place is a path, such as \"/static\"")
    } else if text.len() > 1 && text.ends_with('/') {
        Some("a place has no slash at its end")
    } else if text.contains("//") {
        Some("a place has no empty segment")
    } else if text.contains(['{', '}']) {
        Some("a place has no names in braces: all below it is the path of a file")
    } else if text.contains(['?', '#']) {
        Some("a place is a path, without a query")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places() {
        for good in ["/", "/static", "/a/b.c"] {
            assert_eq!(place(good), None, "{good}");
        }
        for bad in [
            "", "static", "/static/", "//", "/a//b", "/{a}", "/a?b", "/a#b",
        ] {
            assert!(place(bad).is_some(), "{bad}");
        }
    }
}
