//! Tokens to the model of a handler of files.

use proc_macro2::Ident;
use syn::{
    Attribute, DeriveInput, LitStr, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use super::model::{Files, Folder, Handler};
use crate::diag::{Diag, did_you_mean};

/// What `#[files(…)]` looks like.
const FORM: &str = "`#[files(\"static\", at = \"/static\")]`";

pub(super) fn parse(item: DeriveInput, diag: &mut Diag) -> Handler {
    let files = files(&item, diag);
    Handler {
        ident: item.ident,
        generics: item.generics,
        files,
    }
}

fn files(item: &DeriveInput, diag: &mut Diag) -> Option<Files> {
    let mut all = item.attrs.iter().filter(|a| a.path().is_ident("files"));
    let Some(attribute) = all.next() else {
        let message = format!("`{}` names no folder; add {FORM}", item.ident);
        diag.at(&item.ident, message);
        return None;
    };
    for second in all {
        diag.at(second, "a handler of files has one folder: derive another");
    }
    said(attribute, diag)
}

fn said(attribute: &Attribute, diag: &mut Diag) -> Option<Files> {
    let Ok(list) = attribute.meta.require_list() else {
        diag.at(attribute, format!("write {FORM}"));
        return None;
    };
    let said = diag.take(list.parse_args::<Said>())?;
    if said.folder.is_none() {
        let message = format!("there is no folder: write {FORM}");
        diag.at(attribute, message);
    }
    if said.at.is_none() {
        let message = format!("say where the files are served: {FORM}");
        diag.at(attribute, message);
    }
    Some(Files {
        folder: said.folder?,
        at: said.at?,
    })
}

/// What stands in the parentheses.
struct Said {
    folder: Option<Folder>,
    at: Option<LitStr>,
}

impl Parse for Said {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut said = Self {
            folder: None,
            at: None,
        };
        if input.peek(LitStr) {
            said.folder = Some(Folder::OnDisk(input.parse()?));
            input.parse::<Option<Token![,]>>()?;
        }
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            let text = || -> syn::Result<LitStr> {
                let wrong = || syn::Error::new(name.span(), format!("write `{name} = \"…\"`"));
                input.parse::<Token![=]>().map_err(|_| wrong())?;
                input.parse().map_err(|_| wrong())
            };
            let twice = match name.to_string().as_str() {
                "at" => said.at.replace(text()?).map(|_| "`at` is given twice"),
                "embed" => {
                    let before = said.folder.replace(Folder::Embedded(text()?));
                    before.map(|_| "a handler of files has one folder, on disk or embedded")
                }
                other => {
                    let hint = did_you_mean(other, &["at", "embed"]);
                    let message = format!("there is no option `{other}`{hint}");
                    return Err(syn::Error::new(name.span(), message));
                }
            };
            if let Some(message) = twice {
                return Err(syn::Error::new(name.span(), message));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(said)
    }
}
