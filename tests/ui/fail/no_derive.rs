//! Verbs without a route: told at the type and at the mount.
use gustnado::prelude::*;

struct Home;

#[verbs]
impl Home {
    async fn get(self, #[query] page: u32) -> String {
        page.to_string()
    }

    async fn put(&self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
