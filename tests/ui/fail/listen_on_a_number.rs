//! An address is text, a `SocketAddr` or a host and a port.

use gustnado::prelude::*;

fn main() -> Result<(), RunError> {
    Application::new().run(8888)
}
