//! Handlers of files, and the URLs of what they serve: what the derive and `StaticUrls` promise,
//! through an application without a socket.

use std::{borrow::Cow, fs, path::Path, time::Duration};

use gustnado::{App, prelude::*, testing::TestClient};

const IMMUTABLE: &str = "max-age=31536000, immutable";

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn client(app: Application) -> TestClient {
    TestClient::new(built(app))
}

fn built(app: Application) -> App {
    app.build().expect("a sound application")
}

/// Files of this crate, with overrides that know a word.
#[derive(StaticFileHandler)]
#[files("static", at = "/static")]
struct Assets {
    word: &'static str,
}

impl FileHooks for Assets {
    fn configure(&self, files: StaticFiles) -> StaticFiles {
        files.cache_control("*.txt", CacheControl::NoStore)
    }

    fn validate(&self, file: &FileRequest<'_>) -> Result<Audience> {
        match file.path() {
            "refused.txt" => Err(Error::new(403, self.word)),
            _ => Ok(Audience::Everyone),
        }
    }

    fn cache_control(&self, file: &FileInfo<'_>) -> Option<CacheControl> {
        let hour = CacheControl::MaxAge(Duration::from_secs(3600));
        file.path().ends_with(".js").then_some(hour)
    }

    fn content_type(&self, path: &str) -> Option<Cow<'static, str>> {
        path.ends_with(".log").then_some("text/x-log".into())
    }

    fn extra_headers(&self, _: &FileInfo<'_>, headers: &mut HeaderMap) {
        headers.insert("x-word", HeaderValue::from_static(self.word));
    }
}

#[test]
fn a_handler_of_files_serves_with_its_overrides() {
    let client = client(Application::new().files(Assets { word: "mark" }));
    let script = client.get("/static/app.js").send();
    assert_eq!(script.header("cache-control"), "max-age=3600");
    assert_eq!(script.header("x-word"), "mark");
    let log = client.get("/static/a.log").send();
    assert_eq!(log.header("content-type"), "text/x-log");
    assert_eq!(log.header("cache-control"), "no-cache");
    let text = client.get("/static/note.txt").send();
    assert_eq!(text.header("cache-control"), "no-store");
    let refused = client.get("/static/refused.txt").send();
    assert_eq!(refused.status(), 403);
    assert!(refused.text().contains("mark"));
    assert_eq!(client.get("/static/").send().text(), "<!doctype html>\n");
}

/// Says the URL of the file that is asked for, by its name.
#[derive(RequestHandler)]
#[route("/url")]
struct Url {
    urls: StaticUrls,
}

#[verbs]
impl Url {
    async fn get(self, #[query] of: String) -> Result<String> {
        self.urls.static_url(&of)
    }
}

#[test]
fn a_url_names_the_content_and_is_immutable() {
    let folder = folder(&[("app.js", "let a;"), ("ä b/c.txt", "c")]);
    let files = StaticFiles::new(folder.path());
    let app = Application::new()
        .handler::<Url>()
        .files_at("/static", files);
    let client = client(app);
    let url = client.get("/url?of=app.js").send();
    let url = url.text();
    let (path, hash) = url.split_once("?v=").expect("a hash");
    assert_eq!((path, hash.len()), ("/static/app.js", 16));
    // Not only at once, but also when it is in memory.
    for _ in 0..3 {
        let file = client.get(url).send();
        assert_eq!(
            (file.text(), file.header("cache-control")),
            ("let a;", IMMUTABLE)
        );
        let tag = file.header("etag");
        let same = client.get(url).header("if-none-match", tag).send();
        assert_eq!(
            (same.status(), same.header("cache-control")),
            (304, IMMUTABLE)
        );
        assert_eq!(client.get("/url?of=app.js").send().text(), url);
    }
    let missed = client.get(url).header("if-match", "\"x\"").send();
    assert_eq!((missed.status(), missed.header("cache-control")), (412, ""));
    // As it is without a hash, or with what somebody else calls `v`.
    for plain in [
        "/static/app.js",
        "/static/app.js?v=2",
        "/static/app.js?w=0123456789abcdef",
    ] {
        assert_eq!(client.get(plain).send().header("cache-control"), "no-cache");
    }
    let odd = client.get("/url?of=%C3%A4%20b/c.txt").send();
    assert!(
        odd.text().starts_with("/static/%C3%A4%20b/c.txt?v="),
        "{}",
        odd.text()
    );
    assert_eq!(client.get(odd.text()).send().text(), "c");
}

#[test]
fn another_content_has_another_url_and_the_old_one_is_not_kept() {
    let folder = folder(&[("app.js", "let a;")]);
    let hour = CacheControl::MaxAge(Duration::from_secs(3600));
    let files = StaticFiles::new(folder.path()).cache_control("**", hour);
    let client = client(Application::new().handler::<Url>().files(files));
    let url = || client.get("/url?of=app.js").send().text().to_owned();
    let old = url();
    assert_eq!(client.get(&old).send().header("cache-control"), IMMUTABLE);
    // Of the same length, within the same moment.
    write(folder.path(), "app.js", "let b;");
    let new = url();
    assert_ne!(new, old);
    assert_eq!(client.get(&new).send().header("cache-control"), IMMUTABLE);
    let answer = client.get(&old).send();
    assert_eq!(
        (answer.text(), answer.header("cache-control")),
        ("let b;", "no-cache")
    );
    write(folder.path(), "app.js", "let a;");
    assert_eq!(url(), old);
}

#[test]
fn a_file_that_is_not_served_has_no_url() {
    let folder = folder(&[("a", "a"), (".env", "secret"), ("dir/b", "b")]);
    let files = StaticFiles::new(folder.path());
    let client = client(Application::new().handler::<Url>().files(files));
    for name in ["none", ".env", "dir", "", "/a", "../a", "dir/../a", "a%00"] {
        let answer = client.get(&format!("/url?of={name}")).send();
        assert_eq!(answer.status(), 500, "{name}");
    }
}

#[test]
fn urls_have_the_prefixes_of_groups() {
    let folder = folder(&[("a", "a")]);
    let inner = Group::new("/app").handler::<Url>();
    let inner = inner.files_at("/static", StaticFiles::new(folder.path()));
    let client = client(Application::new().group(Group::new("/v1").group(inner)));
    let url = client.get("/v1/app/url?of=a").send();
    assert!(url.text().starts_with("/v1/app/static/a?v="));
    assert_eq!(client.get(url.text()).send().text(), "a");
}

/// Shows the import map of all scripts.
#[derive(RequestHandler)]
#[route("/map")]
struct Map {
    urls: StaticUrls<Assets>,
}

#[verbs]
impl Map {
    async fn get(self) -> Result<Html<String>> {
        let map = self.urls.import_map("**/*.js").await?;
        Ok(Html(
            map.with_name("dep", asset!("static", "js/dep.js"))?
                .to_string(),
        ))
    }

    async fn post(self, Text(pattern): Text) -> Result<Json<Manifest>> {
        self.urls.manifest(&pattern).await.map(Json)
    }
}

#[test]
fn an_import_map_leads_modules_to_urls_with_hashes() {
    let app = Application::new()
        .handler::<Map>()
        .files(Assets { word: "x" });
    let client = client(app);
    let page = client.get("/map").send();
    let json = page
        .text()
        .strip_prefix("<script type=\"importmap\">")
        .expect("its begin");
    let json = json.strip_suffix("</script>").expect("its end");
    let map: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let imports = map["imports"].as_object().expect("imports");
    let from: Vec<&str> = imports.keys().map(String::as_str).collect();
    assert_eq!(from, ["/static/app.js", "/static/js/dep.js", "dep"]);
    assert_eq!(imports["dep"], imports["/static/js/dep.js"]);
    for url in imports.values() {
        let script = client.get(url.as_str().expect("a URL")).send();
        assert_eq!(
            (script.status(), script.header("cache-control")),
            (200, IMMUTABLE)
        );
    }
    let manifest = client.post("/map").body("*.txt").send();
    let manifest: serde_json::Value = manifest.json();
    let paths = manifest.as_object().expect("an object").keys();
    assert_eq!(paths.collect::<Vec<_>>(), ["note.txt", "refused.txt"]);
    assert_eq!(client.post("/map").body("[").send().status(), 500);
}

#[test]
fn urls_of_what_is_not_served_are_told_at_start() {
    let problems = Application::new()
        .handler::<Map>()
        .build()
        .expect_err("no files");
    let text = problems.to_string();
    assert!(
        text.contains("StaticUrls<") && text.contains("Assets"),
        "{text}"
    );
}

/// The same folder, in the program.
#[derive(StaticFileHandler)]
#[files(embed = "static", at = "/static")]
struct InProgram;

impl FileHooks for InProgram {}

/// Shows the URLs of all files.
#[derive(RequestHandler)]
#[route("/all")]
struct All {
    on_disk: StaticUrls,
    in_program: StaticUrls<InProgram>,
}

#[verbs]
impl All {
    async fn get(self) -> Result<Json<[Manifest; 2]>> {
        let [disk, program] = [
            self.on_disk.manifest("**").await?,
            self.in_program.manifest("**").await?,
        ];
        Ok(Json([disk, program]))
    }
}

#[test]
fn a_folder_in_the_program_has_the_files_and_the_hashes_of_the_one_on_disk() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/static");
    let app = Application::new()
        .handler::<All>()
        .files(InProgram)
        .files_at("/disk", StaticFiles::new(folder));
    let client = client(app);
    let [disk, program]: [serde_json::Map<String, serde_json::Value>; 2] =
        client.get("/all").send().json();
    assert!(disk.len() > 5 && disk.len() == program.len());
    for (path, url) in &program {
        let url = url.as_str().expect("a URL");
        let on_disk = disk[path].as_str().expect("a URL");
        assert_eq!(url.strip_prefix("/static/"), on_disk.strip_prefix("/disk/"));
        let (here, there) = (client.get(url).send(), client.get(on_disk).send());
        assert_eq!(here.header("cache-control"), IMMUTABLE);
        assert_eq!(here.header("etag"), there.header("etag"), "{path}");
        assert_eq!(here.text(), there.text(), "{path}");
    }
}

#[test]
fn a_folder_in_the_program_is_a_value() {
    const SITE: Embedded = embed!("static");
    let files = || StaticFiles::embedded(SITE).no_index();
    let client = client(Application::new().mount("/a", files()).mount("/b", files()));
    assert_eq!(client.get("/a/js/dep.js").send().text(), "export {};\n");
    assert_eq!(client.get("/b/").send().status(), 404);
}
