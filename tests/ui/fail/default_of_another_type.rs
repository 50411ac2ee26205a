//! A default is a value of its type.
use gustnado::prelude::*;

struct Page(u32);

impl gustnado::FromParam for Page {
    fn from_param(text: &str) -> Result<Self, gustnado::ParamError> {
        gustnado::FromParam::from_param(text).map(Page)
    }
}

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[query(default = 'x')]
    size: u32,
}

#[verbs]
impl Home {
    async fn get(self, #[query(default)] page: Page) {
        let _ = (self.size, page.0);
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
