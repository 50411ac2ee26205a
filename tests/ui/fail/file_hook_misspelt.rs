//! An override whose name is not one.
use gustnado::prelude::*;

#[derive(StaticFileHandler)]
#[files("static", at = "/static")]
struct Assets;

impl FileHooks for Assets {
    fn extra_header(&self, _: &FileInfo<'_>, _: &mut HeaderMap) {}
}

fn main() {
    let _ = Application::new().files(Assets);
}
