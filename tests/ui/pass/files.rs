//! Handlers of files: without fields, with fields, generic, an enum.
use gustnado::prelude::*;

#[derive(StaticFileHandler)]
#[files("static", at = "/")]
struct Plain;

impl FileHooks for Plain {}

#[derive(StaticFileHandler)]
#[files("static", at = "/holding",)]
struct Holding {
    word: String,
}

impl FileHooks for Holding {
    fn validate(&self, file: &FileRequest<'_>) -> Result<Audience> {
        let is_it = file.cookie("word") == Some(self.word.as_str());
        is_it.then_some(Audience::ThisClient).or_error(403, "no")
    }
}

#[derive(StaticFileHandler)]
#[files("static", at = "/generic")]
struct Generic<T>(T);

impl<T: Fn(&str) -> bool + Send + Sync + 'static> FileHooks for Generic<T> {}

#[derive(StaticFileHandler)]
#[files("static", at = "/either")]
enum Either {
    One,
}

impl FileHooks for Either {}

#[derive(RequestHandler)]
#[route("/page")]
struct Page {
    plain: StaticUrls<Plain>,
    urls: StaticUrls,
}

#[verbs]
impl Page {
    async fn get(self) -> Result<String> {
        const MANIFEST: &str = asset!(".", "Cargo.toml");
        Ok(self.plain.static_url("a")? + &self.urls.static_url(MANIFEST)?)
    }
}

fn main() {
    let _ = Application::new()
        .handler::<Page>()
        .files(Plain)
        .files(Holding { word: String::new() })
        .files(Generic(|_: &str| true))
        .files(Either::One)
        .files_at("/any", StaticFiles::new("any"));
}
