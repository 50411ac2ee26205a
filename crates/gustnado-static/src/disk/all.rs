//! The paths of all files below the root, for manifests. It must not know what the files are.

use std::{fs, io, path::Path};

use crate::{
    limits,
    resolve::{Names, is_file_path},
};

/// The paths below the folder of all that a URL can name, in no order. Links to folders are not
/// followed, as they may lead in circles.
///
/// # Errors
/// When a folder cannot be read, or when there are too many files.
pub(super) fn files(root: &Path) -> io::Result<Vec<String>> {
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
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_url_can_name_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "app.js",
            "js/dep.js",
            ".env",
            ".git/config",
            ".well-known/security.txt",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        let mut found = files(folder.path()).unwrap();
        found.sort();
        assert_eq!(found, [".well-known/security.txt", "app.js", "js/dep.js"]);
        assert!(files(&folder.path().join("none")).is_err());
    }
}
