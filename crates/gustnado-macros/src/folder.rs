//! A folder of the crate that is compiled: the names of its files. It must not know what is made of
//! them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::diag::did_you_mean;

/// Files of a folder that macros look at; above, it is an error. Who lists more has named the wrong
/// folder, such as one with `node_modules`.
const FILES: usize = 10_000;

/// A file: its path below the folder, with `/` between its parts, and on disk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// Whether it is a symbolic link, whatever that leads to.
    pub(crate) is_link: bool,
}

/// Where a folder is that was named in the source: relative to the manifest of the crate.
pub(crate) fn find(name: &str) -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    PathBuf::from(manifest).join(name)
}

/// All files below a folder, sorted by name, but those that are never served: names that begin with
/// a dot, other than `.well-known`.
pub(crate) fn files(root: &Path) -> Result<Vec<File>, String> {
    let mut found = Vec::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, above)) = folders.pop() {
        let told = |error: io::Error| format!("`{above}` cannot be read: {error}");
        for entry in fs::read_dir(&folder).map_err(told)? {
            let entry = entry.map_err(told)?;
            let Ok(name) = entry.file_name().into_string() else {
                let name = entry.file_name();
                return Err(format!("the name {name:?} in `{above}` is not UTF-8"));
            };
            if name.starts_with('.') && name != ".well-known" {
                continue;
            }
            let name = if above.is_empty() {
                name
            } else {
                format!("{above}/{name}")
            };
            let kind = entry.file_type().map_err(told)?;
            if kind.is_dir() {
                folders.push((entry.path(), name));
            } else if kind.is_file() || kind.is_symlink() {
                found.push(File {
                    name,
                    path: entry.path(),
                    is_link: kind.is_symlink(),
                });
            }
            if found.len() + folders.len() > FILES {
                return Err(format!("there are more than {FILES} files"));
            }
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// The folders beside one that is not there, as it would have been written.
fn beside(name: &str) -> Vec<String> {
    let before = name.rfind('/').map_or("", |slash| &name[..=slash]);
    let Ok(entries) = fs::read_dir(find(before)) else {
        return Vec::new();
    };
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> = names.map(|name| format!("{before}{name}")).collect();
    names.sort();
    names
}

/// What is said of a folder that is not there.
pub(crate) fn missing(name: &str) -> String {
    let beside = beside(name);
    let beside: Vec<&str> = beside.iter().map(String::as_str).collect();
    format!(
        "the crate has no folder `{name}`{}",
        did_you_mean(name, &beside)
    )
}
