//! A verb that lends a part of its handler is told to give it away.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[query]
    name: String,
}

#[verbs]
impl Home {
    async fn get(&self) -> &str {
        &self.name
    }

    async fn post(&self) -> Result<&str, Error> {
        Ok(&self.name)
    }

    async fn put(&self) -> &'static str {
        "kept"
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
