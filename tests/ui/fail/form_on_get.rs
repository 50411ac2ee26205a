//! A form that is sent with GET is a query.
use gustnado::prelude::*;

#[derive(Inputs)]
struct Words {
    #[form]
    word: String,
}

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self, #[form] word: String, #[form(default)] page: u32) {
        let _ = (word, page);
    }

    #[verb("HEAD")]
    async fn peek(self, #[form] word: String) {
        let _ = word;
    }

    #[verb("GET")]
    async fn group(self, words: Words) {
        let _ = words.word;
    }

    async fn post(self, #[form] word: String) {
        let _ = word;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
