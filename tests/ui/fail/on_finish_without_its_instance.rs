use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {}

#[verbs]
impl Home {
    async fn get(self) {}

    async fn put(&self) {}

    fn on_finish(&mut self, _outcome: &Outcome<'_>) {}
}

fn main() {
    Application::new().handler::<Home>();
}
