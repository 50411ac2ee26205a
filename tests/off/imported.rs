//! What the guide imports by its name, with no feature added: rustc knows why it is not there.

use gustnado::client::Client; //~ client
use gustnado::{CompressLimits, prelude::*}; //~ static
use gustnado::FormPart; //~ multipart
use gustnado::OpenApi; //~ openapi
use gustnado::Proxy; //~ gateway
use gustnado::Tls; //~ tls

fn main() {}
