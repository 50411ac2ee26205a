//! `asset!("static", "app.js")`: the name of a file that is there. It must not know how it is served.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    LitStr, Token,
    parse::{Parse, ParseStream},
};

use crate::{
    diag::nearest,
    folder::{self, File},
};

/// Bytes of a file up to which a change of it compiles the crate again. The compiler reads what it
/// watches.
const WATCHED: u64 = 32 * 1024 * 1024;

pub(crate) fn asset(tokens: TokenStream) -> TokenStream {
    let (name, told) = match syn::parse2::<Asset>(tokens) {
        Ok(asset) => {
            let name = &asset.name;
            match asset.find() {
                Ok(file) => return found(name, &file),
                Err(error) => (quote!(#name), error),
            }
        }
        Err(error) => (quote!(""), error),
    };
    let told = told.into_compile_error();
    // A name all the same, so that the mistake is the only error.
    quote!({ #told; #name })
}

fn found(name: &LitStr, file: &File) -> TokenStream {
    let small = std::fs::metadata(&file.path).is_ok_and(|data| data.len() <= WATCHED);
    let watched = file.path.to_str().filter(|_| small).map(|path| {
        // Read and dropped: so cargo learns that the crate depends on it.
        quote!(
            const _: &[::core::primitive::u8] = ::core::include_bytes!(#path);
        )
    });
    quote_spanned!(name.span()=> { #watched #name })
}

/// A folder, and the path of a file within it.
struct Asset {
    folder: LitStr,
    name: LitStr,
}

impl Parse for Asset {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let form = |error: syn::Error| {
            let message = "write `asset!(\"static\", \"app.js\")`: a folder of the crate, \
                           then the path of a file within it";
            syn::Error::new(error.span(), message)
        };
        let folder = input.parse().map_err(form)?;
        input.parse::<Token![,]>().map_err(form)?;
        let name = input.parse().map_err(form)?;
        input.parse::<Option<Token![,]>>().map_err(form)?;
        if !input.is_empty() {
            return Err(form(input.error("")));
        }
        Ok(Self { folder, name })
    }
}

impl Asset {
    fn find(&self) -> syn::Result<File> {
        let (folder, name) = (self.folder.value(), self.name.value());
        let root = folder::find(&folder);
        if !root.is_dir() {
            let message = folder::missing(&folder);
            return Err(syn::Error::new(self.folder.span(), message));
        }
        let files = folder::files(&root).map_err(|why| {
            let message = format!("the folder `{folder}` is not to be searched: {why}");
            syn::Error::new(self.folder.span(), message)
        })?;
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let hint = likely(&name, &names);
        let is_it = |file: &File| file.name == name && (!file.is_link || file.path.is_file());
        let found = files.into_iter().find(is_it);
        found.ok_or_else(|| {
            let message = format!("there is no file `{name}` in `{folder}`{hint}");
            syn::Error::new(self.name.span(), message)
        })
    }
}

/// `; did you mean …?` of the name that was meant: one that is written much the same, or the same in another folder.
fn likely(name: &str, names: &[&str]) -> String {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let elsewhere = || {
        names
            .iter()
            .copied()
            .find(|other| last(other) == last(name))
    };
    let likely = nearest(name, names).or_else(elsewhere);
    likely.map_or_else(String::new, |likely| format!("; did you mean `{likely}`?"))
}
