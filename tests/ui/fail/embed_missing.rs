//! Folders that are to be embedded and are not there. trybuild writes the folder that `.` is.
use gustnado::prelude::*;

#[derive(StaticFileHandler)]
#[files(embed = "site", at = "/static")]
struct Assets;

impl FileHooks for Assets {}

#[derive(StaticFileHandler)]
#[files("site", embed = "site", at = "/static")]
struct Both;

impl FileHooks for Both {}

fn main() {
    let _ = Application::new()
        .files(Assets)
        .files(Both)
        .mount("/a", StaticFiles::embedded(embed!("public")))
        .mount("/b", StaticFiles::embedded(embed!()));
}
