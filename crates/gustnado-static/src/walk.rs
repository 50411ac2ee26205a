//! The names of all files below a folder, for manifests. Everything here waits for the disk. It must
//! not know what the files are, nor serve any.

use std::{fs, io, path::Path};

use crate::{
    coding::Coding,
    limits,
    resolve::{Names, is_file_path},
};

/// The paths below the folder of all that a URL can name, sorted: no dotfiles, nothing in a coding
/// beside its original. Links to folders are not followed, as they may lead in circles.
///
/// # Errors
/// When a folder cannot be read, or when there are too many files.
pub(crate) fn files(root: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, path)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            // A name that is no UTF-8 has no URL.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = if path.is_empty() {
                name
            } else {
                format!("{path}/{name}")
            };
            if !is_file_path(&path, Names::HERE) {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push((entry.path(), path));
            } else if kind.is_file() || entry.path().is_file() {
                found.push(path);
            }
            if found.len() + folders.len() > limits::LISTED {
                let text = format!("the folder has more than {} files", limits::LISTED);
                return Err(io::Error::other(text));
            }
        }
    }
    found.sort_unstable();
    let originals = found.clone();
    found.retain(|path| !is_sibling(path, &originals));
    Ok(found)
}

/// Whether a file is another one in a coding.
fn is_sibling(path: &str, sorted: &[String]) -> bool {
    Coding::CODED.into_iter().any(|coding| {
        let original = path.strip_suffix(coding.file_suffix());
        original.is_some_and(|original| {
            let place = sorted.binary_search_by(|other| other.as_str().cmp(original));
            place.is_ok()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_url_can_name_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "app.js",
            "app.js.br",
            "lone.gz",
            "js/dep.js",
            ".env",
            ".git/config",
            ".well-known/security.txt",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        assert_eq!(
            files(folder.path()).unwrap(),
            [".well-known/security.txt", "app.js", "js/dep.js", "lone.gz"]
        );
        assert!(files(&folder.path().join("none")).is_err());
    }
}
