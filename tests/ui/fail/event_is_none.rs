//! A stream of events whose items are none.

use futures_util::stream;
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/events")]
struct Feed {}

#[verbs]
impl Feed {
    async fn get(self) -> Events {
        Events::new(stream::iter(["one", "two"]))
    }
}

fn main() {}
