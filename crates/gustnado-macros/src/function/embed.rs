//! `embed!("site")`: all files of a folder, as a value that stands in the program. It must not know how
//! they are served.

use std::fs;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

use crate::{
    folder::{self, File},
    names::files_runtime,
};

/// Bytes of all files that are embedded. The compiler holds them in memory, and each process that
/// runs the program maps them.
const BYTES: u64 = 64 * 1024 * 1024;

/// What the name of a file ends in that is another one in a coding.
const CODINGS: [&str; 3] = [".br", ".zst", ".gz"];

pub(crate) fn embed(tokens: TokenStream) -> TokenStream {
    match syn::parse2::<LitStr>(tokens) {
        Ok(folder) => expand(&folder),
        Err(error) => {
            let message = "write `embed!(\"site\")`: a folder of the crate";
            let told = syn::Error::new(error.span(), message).into_compile_error();
            let embedded = files_runtime("Embedded", Span::call_site());
            quote!({ #told; #embedded::new(&[]) })
        }
    }
}

/// The value, as an expression; the mistake, if there is one, at the literal.
pub(crate) fn expand(folder: &LitStr) -> TokenStream {
    let span = folder.span();
    let [embedded, file] = ["Embedded", "EmbeddedFile"].map(|name| files_runtime(name, span));
    match files(&folder.value()) {
        Ok(files) => {
            let files = files
                .iter()
                .map(|(name, path)| quote!(#file::new(#name, ::core::include_bytes!(#path))));
            quote_spanned!(span=> {
                static FILES: &[#file] = &[#(#files),*];
                #embedded::new(FILES)
            })
        }
        Err(why) => {
            let told = syn::Error::new(span, why).into_compile_error();
            quote!({ #told; #embedded::new(&[]) })
        }
    }
}

/// Names, in order, and paths of the files to embed; or what is wrong.
fn files(folder: &str) -> Result<Vec<(String, String)>, String> {
    let root = folder::find(folder);
    if !root.is_dir() {
        return Err(folder::missing(folder));
    }
    let cannot = |why: String| format!("the folder `{folder}` cannot be embedded: {why}");
    let found = folder::files(&root).map_err(cannot)?;
    if let Some(link) = found.iter().find(|file| file.is_link) {
        let why = format!("`{}` is a symbolic link, and none are followed", link.name);
        return Err(cannot(why));
    }
    let found: Vec<&File> = found
        .iter()
        .filter(|file| !is_stale(file, &found))
        .collect();
    let lengths = found.iter().map(|file| fs::metadata(&file.path));
    if let Some(why) = too_much(lengths.flatten().map(|data| data.len()).sum()) {
        return Err(cannot(why));
    }
    let pair = |file: &&File| {
        let path = file.path.to_str();
        let path = path.ok_or_else(|| cannot(format!("the path of `{}` is not UTF-8", file.name)));
        Ok((file.name.clone(), path?.to_owned()))
    };
    found.iter().map(pair).collect()
}

fn too_much(bytes: u64) -> Option<String> {
    let (have, most) = (bytes >> 20, BYTES >> 20);
    (bytes > BYTES).then(|| {
        format!("its files have {have} MiB, and at most {most} MiB can be: serve it from disk")
    })
}

/// Whether it is another file in a coding and older than that: it may be of an older version.
fn is_stale(file: &File, files: &[File]) -> bool {
    let original = CODINGS
        .iter()
        .find_map(|suffix| file.name.strip_suffix(suffix));
    let original = original.and_then(|name| files.iter().find(|other| other.name == name));
    let modified = |file: &File| fs::metadata(&file.path).and_then(|data| data.modified());
    original.is_some_and(|original| match (modified(file), modified(original)) {
        (Ok(file), Ok(original)) => file < original,
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_told_in_mebibytes() {
        assert_eq!(too_much(BYTES), None);
        let why = too_much(BYTES + (6 << 20)).expect("too much");
        assert!(
            why.starts_with("its files have 70 MiB, and at most 64 MiB"),
            "{why}"
        );
    }

    #[test]
    fn a_folder_of_this_crate_is_told_file_by_file() {
        let found = files("src/function").expect("files");
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["asset.rs", "embed.rs", "mod.rs"]);
        let missing = files("src/functoin").expect_err("none");
        assert_eq!(
            missing,
            "the crate has no folder `src/functoin`; did you mean `src/function`?"
        );
    }
}
