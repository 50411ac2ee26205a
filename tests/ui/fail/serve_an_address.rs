//! A server in a runtime of one's own takes a listener.

use gustnado::prelude::*;

fn main() {
    let _ = Application::new().serve("127.0.0.1:8888");
}
