//! A handler of files that does not say what it overrides.
use gustnado::prelude::*;

#[derive(StaticFileHandler)]
#[files("static", at = "/static")]
struct Assets;

fn main() {
    let _ = Application::new().files(Assets);
}
