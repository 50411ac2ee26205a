//! Names of words: unknown options, no text, twice, and two variants of one word.
use gustnado::prelude::*;

#[derive(FromParam)]
enum A {
    #[param(nmae = "a")]
    One,
    #[param(name)]
    Two,
    #[param(name = 3)]
    Three,
    #[param]
    Four,
    #[param(name = "")]
    Five,
    #[param(name = "six")]
    #[param(name = "sechs")]
    Six,
}

#[derive(FromParam)]
enum B {
    HttpOnly,
    #[param(name = "http_only")]
    Plain,
    HTTPOnly,
}

#[derive(FromParam)]
#[param(name = "c")]
struct C(#[param(name = "c")] u8);

fn main() {}
