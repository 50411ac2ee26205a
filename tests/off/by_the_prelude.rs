//! What a newcomer types of the guide, with no feature added.

use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/pictures")]
struct Pictures;

#[verbs]
impl Pictures {
    async fn post(self, #[form] title: String, #[form] picture: Upload) -> Result<String> { //~ multipart
        Ok(format!("{title}: {} bytes", picture.size()))
    }

    async fn put(self, mut form: Multipart) -> Result<String> { //~ multipart
        while let Some(part) = form.next().await? {
            part.name();
        }
        Ok(String::new())
    }
}

#[derive(serde::Deserialize)]
struct NewUser {
    name: String,
}

#[derive(RequestHandler)]
#[route("/users")]
struct Users;

#[verbs]
impl Users {
    async fn post(self, Garde(Json(user)): Garde<Json<NewUser>>) -> String { //~ garde
        user.name
    }
}

struct Assets;

impl FileHooks for Assets {} //~ static

#[derive(RequestHandler)]
#[route("/")]
struct Page {
    #[allow(dead_code)]
    urls: StaticUrls<Assets>, //~ static
}

#[verbs]
impl Page {
    async fn get(self) -> &'static str {
        "page"
    }
}

fn files() -> StaticFiles {
    StaticFiles::new("static").spa("index.html") //~ static
}

fn main() {
    files();
    Application::new().layer(Compress::new().level(5)); //~ static
    Application::new().layer(ResponseCache::new()); //~ static
    Application::new().mount("/docs", ApiDocs::new().title("Users")); //~ openapi
    Application::new().work_stealing().run("localhost:8888"); //~ work-stealing
    if let Ok(app) = Application::new().handler::<Users>().handler::<Pictures>().handler::<Page>().build() {
        println!("{}", app.openapi()); //~ openapi
    }
}
