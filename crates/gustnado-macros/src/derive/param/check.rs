//! The rules of a value.

use syn::GenericParam;

use super::model::{Shape, Value};
use crate::diag::Diag;

pub(super) fn check(value: &Value, diag: &mut Diag) {
    for parameter in &value.generics.params {
        if let GenericParam::Lifetime(lifetime) = parameter {
            let lifetime = &lifetime.lifetime;
            let message = format!("a value owns what it holds: remove `{lifetime}`");
            diag.at(lifetime, message);
        }
    }
    let Shape::Words(words) = &value.shape else {
        return;
    };
    if words.is_empty() && diag.is_empty() {
        diag.at(&value.ident, "without a variant there is no word to read");
    }
    for (index, word) in words.iter().enumerate() {
        if word.text.is_empty() {
            diag.at(word.named_by(), "a word has at least one character");
        }
        let mut earlier = words[..index].iter();
        if let Some(other) = earlier.find(|other| other.text == word.text) {
            let message = format!(
                "`{}` is the word for `{}` already",
                word.text, other.variant
            );
            diag.at(word.named_by(), message);
        }
    }
}
