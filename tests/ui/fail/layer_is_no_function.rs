//! A function is no layer, but one can be made of it.

use gustnado::prelude::*;

fn main() {
    let _group = Group::new("/api").layer(|next| next);
}
