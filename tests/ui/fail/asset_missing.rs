//! A file that is not there, a folder that is not there, and what is no file at all. The folder `.` is that
//! of the manifest, which trybuild writes.
use gustnado::prelude::*;

const NEAR: &str = asset!(".", "Cargo.tml");
const FAR: &str = asset!(".", "app.js");
const FOLDER: &str = asset!("static", "app.js");
const ONE: &str = asset!("app.js");
const NUMBER: &str = asset!(".", 1);

fn main() {
    let _ = [NEAR, FAR, FOLDER, ONE, NUMBER];
}
