//! Options of a handler of files: misspelt, twice, of another form, places that are none.
use gustnado::prelude::*;

macro_rules! hooks {
    ($($name:ident)+) => { $(impl FileHooks for $name {})+ };
}

hooks! { A B C D E F }

#[derive(StaticFileHandler)]
#[files("static", att = "/static")]
struct A;

#[derive(StaticFileHandler)]
#[files("static", at = "/a", at = "/b")]
struct B;

#[derive(StaticFileHandler)]
#[files = "static"]
struct C;

#[derive(StaticFileHandler)]
#[files("static", at = "static")]
struct D;

#[derive(StaticFileHandler)]
#[files("", at = "/static/")]
struct E;

#[derive(StaticFileHandler)]
#[files("static", at = "/{name}")]
#[files("more", at = "/more")]
struct F;

fn main() {
    let _ = Application::new().files(A).files(B).files(C).files(D).files(E).files(F);
}
