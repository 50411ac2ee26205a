//! What overrides, but is no handler of files.
use gustnado::prelude::*;

struct Assets;

impl FileHooks for Assets {}

fn main() {
    let _ = Application::new().files(Assets);
}
