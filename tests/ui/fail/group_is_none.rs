//! A group is a struct with named fields that owns its inputs. Handlers that have it say no more.
use gustnado::prelude::*;

#[derive(Inputs)]
enum A {
    One,
}

#[derive(Inputs)]
struct B(u64);

#[derive(Inputs)]
struct C<'a> {
    #[query]
    name: &'a str,
}

#[derive(Inputs)]
struct D {
    #[query(defualt)]
    name: String,
    #[query]
    word: &'static str,
}

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    a: A,
    b: B,
    d: D,
}

#[verbs]
impl Home {
    async fn get(self, c: C<'static>) {
        let _ = c;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
