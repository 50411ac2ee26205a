//! A handler of files that names no folder, or no place.
use gustnado::prelude::*;

#[derive(StaticFileHandler)]
struct Assets;

impl FileHooks for Assets {}

#[derive(StaticFileHandler)]
#[files("static")]
struct Photos;

impl FileHooks for Photos {}

#[derive(StaticFileHandler)]
#[files(at = "/icons")]
struct Icons;

impl FileHooks for Icons {}

fn main() {
    let _ = Application::new().files(Assets).files(Photos).files(Icons);
}
