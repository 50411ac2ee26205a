//! A value is an enum of words or a struct around one value. Inputs and links of it say no more.
use gustnado::prelude::*;

#[derive(FromParam)]
enum Order {
    Newest,
    By(String),
    Named { name: String },
}

#[derive(FromParam)]
enum Nothing {}

#[derive(FromParam)]
struct Pair(u8, u8);

#[derive(FromParam)]
struct Named {
    id: u64,
}

#[derive(FromParam)]
struct Unit;

#[derive(FromParam)]
struct Borrowed<'a>(&'a str);

#[derive(FromParam)]
union Either {
    a: u8,
}

#[derive(RequestHandler)]
#[route("/{order}/{pair}")]
struct Home {
    order: Order,
    pair: Pair,
}

#[verbs]
impl Home {
    async fn get(self, #[query] named: Named, #[query] unit: Option<Unit>) -> String {
        let _ = (named.id, unit);
        Home::url(self.order, self.pair)
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
