//! Bounds: of the wrong kind, empty, twice, unknown. Each is told at its own token.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/{id}/{name}")]
struct Home {
    #[param(mni = 1)]
    id: u32,
    #[param(len = 5..=2)]
    name: String,
    #[query(max = "ten")]
    a: u32,
    #[query(min = 10, max = 1)]
    b: u32,
    #[header(len = 1..64)]
    c: String,
    #[cookie(len = -1)]
    d: String,
    #[query(pattern = 5)]
    e: String,
    #[query(max, min =)]
    f: u32,
    #[query(len = 8, len = 9)]
    g: String,
    #[state(max = 1)]
    h: u32,
}

#[verbs]
impl Home {
    async fn get(self, #[query(max = LIMIT)] i: u32) {
        let _ = i;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
