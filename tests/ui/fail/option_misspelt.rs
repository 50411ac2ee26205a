//! Options of marks: unknown, twice, without a value, of the wrong kind. All are told together.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[query(defualt)]
    a: u32,
    #[query(default, default = 2)]
    b: u32,
    #[query(name)]
    c: u32,
    #[query(default =)]
    d: u32,
    #[query(name = 3)]
    e: u32,
    #[state(default)]
    f: u32,
    #[query = "g"]
    g: u32,
}

#[verbs]
impl Home {
    async fn get(self, #[header(nam = "x")] h: String) {
        let _ = h;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
