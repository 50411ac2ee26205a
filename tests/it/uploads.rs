//! Multipart forms with files: as arguments, and part by part; and those that are meant to harm.

use futures_util::stream;
use gustnado::{
    Body, Bytes, Multipart, Upload,
    prelude::*,
    testing::{TestClient, TestResponse},
};
use serde_json::Value;

pub(crate) const MULTIPART: &str = "multipart/form-data; boundary=XX";
/// What is kept of a part in memory here.
const MEMORY: usize = 1000;
/// What a body may have here.
const LIMIT: usize = 2_000_000;

#[derive(RequestHandler)]
#[route("/pictures")]
struct Pictures;

#[verbs]
impl Pictures {
    async fn post(
        self,
        #[form] title: String,
        #[form] picture: Upload,
        #[form] thumb: Option<Upload>,
        #[form] more: Vec<Upload>,
    ) -> Result<String> {
        let thumb = thumb.map(|thumb| thumb.len());
        let more: u64 = more.iter().map(Upload::len).sum();
        Ok(format!(
            "{title} {} {thumb:?} {more}",
            shown(picture).await?
        ))
    }

    /// Part by part.
    async fn put(self, mut form: Multipart) -> Result<String> {
        let mut parts = Vec::new();
        while let Some(mut part) = form.next().await? {
            let (name, is_file) = (part.name().to_owned(), part.is_file());
            parts.push(match &*name {
                "skip" => continue,
                "half" => format!("half {:?}", part.chunk().await?.is_some()),
                "whole" => shown(part.upload().await?).await?,
                _ if is_file => {
                    let folder = tempfile::tempdir().internal()?;
                    let path = folder.path().join("saved");
                    let len = part.save_to(&path).await?;
                    assert_eq!(std::fs::metadata(&path).internal()?.len(), len);
                    format!("{name} saved {len}")
                }
                _ => format!("{name}={}", part.text().await?),
            });
        }
        Ok(parts.join(" "))
    }
}

/// What is known of a file, once it was read in every way there is.
async fn shown(mut file: Upload) -> Result<String> {
    let bytes = file.bytes().await?;
    let folder = tempfile::tempdir().internal()?;
    let path = folder.path().join("saved");
    std::fs::write(&path, "what was there before").internal()?;
    assert_eq!(file.save_to(&path).await?, file.len());
    assert_eq!(std::fs::read(&path).internal()?, bytes);
    assert_eq!(std::fs::read_dir(folder.path()).internal()?.count(), 1);
    let mut chunks = Vec::new();
    while let Some(chunk) = file.chunk().await? {
        chunks.extend_from_slice(&chunk);
    }
    assert_eq!(chunks, bytes);
    assert_eq!(file.bytes().await?, bytes);
    assert_eq!(bytes.len() as u64, file.len());
    Ok(format!(
        "{}:{:?}:{:?}:{}",
        file.name(),
        file.file_name(),
        file.content_type(),
        bytes.len()
    ))
}

/// A part with these lines as its head.
fn part(head: &str, content: &str) -> String {
    format!("--XX\r\n{head}\r\n\r\n{content}\r\n")
}

pub(crate) fn text_part(name: &str, content: &str) -> String {
    let head = format!("Content-Disposition: form-data; name=\"{name}\"");
    part(&head, content)
}

fn file_part(name: &str, file_name: &str, content: &str) -> String {
    let head = format!(
        "Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
         Content-Type: image/png"
    );
    part(&head, content)
}

pub(crate) fn form(parts: &[String]) -> String {
    format!("{}--XX--\r\n", parts.concat())
}

fn send(method: &str, content_type: &str, body: impl Into<Body>) -> TestResponse {
    let app = Application::new()
        .limits(|limits| {
            limits.upload_memory = MEMORY;
            limits.body = LIMIT;
        })
        .handler::<Pictures>();
    let client = TestClient::new(app.build().expect("an application"));
    let method = method.parse().expect("a method");
    let request = client.request(method, "/pictures");
    request
        .header("content-type", content_type)
        .body(body)
        .send()
}

fn post(parts: &[String]) -> TestResponse {
    send("POST", MULTIPART, form(parts))
}

fn put(parts: &[String]) -> TestResponse {
    send("PUT", MULTIPART, form(parts))
}

/// The first input that an error lists: its name, and what is said of it.
fn told(response: &TestResponse) -> (String, String) {
    let error = &response.json::<Value>()["errors"][0];
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    (text("name"), text("detail"))
}

#[test]
fn files_are_arguments_in_memory_or_on_disk() {
    for size in [1, MEMORY, MEMORY + 1, 600_000] {
        let content = "0123456789".repeat(size / 10 + 1);
        let content = &content[..size];
        let response = post(&[
            file_part("more", "1.png", "one"),
            text_part("title", "Cat"),
            file_part("picture", "C:\\pictures\\cat.png", content),
            file_part("unasked", "big.iso", content),
            file_part("more", "2.png", "three"),
        ]);
        let expected = format!("Cat picture:Some(\"cat.png\"):Some(\"image/png\"):{size} None 8");
        assert_eq!(response.text(), expected);
    }
}

#[test]
fn a_file_that_was_not_chosen_is_absent() {
    let response = post(&[
        text_part("title", ""),
        file_part("picture", "empty.png", ""),
        file_part("thumb", "", ""),
        file_part("more", "", ""),
    ]);
    let picture = "picture:Some(\"empty.png\"):Some(\"image/png\"):0";
    assert_eq!(response.text(), format!(" {picture} None 0"));
    let response = post(&[text_part("title", ""), file_part("picture", "", "")]);
    assert_eq!(response.status(), 422);
    assert_eq!(told(&response), ("picture".into(), "is missing".into()));
}

#[test]
fn files_and_texts_are_not_mixed_up() {
    let cat = || file_part("picture", "cat.png", "…");
    let title = || text_part("title", "Cat");
    let table = [
        (
            [file_part("title", "title.txt", "Cat"), cat()],
            ("title", "expected text and no file"),
        ),
        (
            [title(), text_part("picture", "cat.png")],
            ("picture", "expected a file, with a file name"),
        ),
        (
            [title(), cat() + &cat()],
            ("picture", "is given more than once"),
        ),
    ];
    for (parts, (name, detail)) in table {
        let response = post(&parts);
        assert_eq!(response.status(), 422);
        assert_eq!(told(&response), (name.into(), detail.into()));
    }
    let pairs = "application/x-www-form-urlencoded";
    let response = send("POST", pairs, "title=Cat&picture=cat.png");
    let detail = "expected a file, in a form sent as multipart/form-data";
    assert_eq!(told(&response), ("picture".into(), detail.into()));
}

#[test]
fn parts_come_one_by_one() {
    let long = "x".repeat(300_000);
    let response = put(&[
        text_part("a", "1"),
        file_part("skip", "skip.png", &long),
        file_part("half", "half.png", &long),
        file_part("kept", "kept.png", &long),
        text_part("", "nameless"),
        file_part("whole", "../whole.png", &long),
    ]);
    let whole = "whole:Some(\"whole.png\"):Some(\"image/png\"):300000";
    let expected = format!("a=1 half true kept saved 300000 =nameless {whole}");
    assert_eq!(response.text(), expected);
    let response = send("PUT", "application/x-www-form-urlencoded", "a=1");
    assert_eq!(response.status(), 415);
}

#[test]
fn every_split_into_chunks_is_the_same_form() {
    let body = form(&[text_part("a", "1"), text_part("b", "--XX\r\n-\r\n--X")]);
    // The first boundary within a value is one; what looks like it is none.
    let body = body.replace("--XX\r\n-\r\n--X\r\n", "-XX\r\n-\r\n--X\r\n");
    for size in 1..body.len() {
        let chunks = body.as_bytes().chunks(size).map(Bytes::copy_from_slice);
        let chunks: Vec<_> = chunks.map(Ok::<_, std::convert::Infallible>).collect();
        let response = send("PUT", MULTIPART, Body::stream(stream::iter(chunks)));
        assert_eq!(response.text(), "a=1 b=-XX\r\n-\r\n--X", "{size}");
    }
}

#[test]
fn broken_forms_are_bad_requests() {
    let whole = form(&[text_part("title", "Cat")]);
    let no_end = text_part("title", "Cat");
    let half = no_end[..no_end.len() - 4].to_owned();
    let long_head = part(&format!("x: {}", "y".repeat(9_000)), "");
    let many: Vec<_> = (0..101).map(|n| text_part(&n.to_string(), "")).collect();
    let table: Vec<(&str, String, &str)> = vec![
        ("multipart/form-data", whole.clone(), "no boundary"),
        (
            "multipart/form-data; boundary=",
            whole.clone(),
            "no boundary",
        ),
        (
            "multipart/form-data; boundary=YY",
            whole.clone(),
            "last boundary",
        ),
        (MULTIPART, no_end, "last boundary"),
        (MULTIPART, half, "last boundary"),
        (MULTIPART, "no form".into(), "last boundary"),
        (MULTIPART, "--XX".into(), "last boundary"),
        (MULTIPART, "--XX\r\n".into(), "last boundary"),
        (
            MULTIPART,
            long_head.clone() + &whole,
            "a head of more than 8192 bytes",
        ),
        (
            MULTIPART,
            long_head[..9_000].into(),
            "a head of more than 8192 bytes",
        ),
        (MULTIPART, form(&many), "more than 100 parts"),
        (MULTIPART, "x".repeat(9_000) + &whole, "around a boundary"),
        (MULTIPART, part("a b: c", "") + &whole, "head of a part"),
        (MULTIPART, part("a\u{0}: c", "") + &whole, "head of a part"),
    ];
    for (content_type, body, expected) in table {
        for method in ["POST", "PUT"] {
            let response = send(method, content_type, body.clone());
            assert_eq!(response.status(), 400, "{method} {expected}");
            let (name, detail) = told(&response);
            assert!(name.is_empty() && detail.contains(expected), "{detail}");
        }
    }
    let hundred = form(&many[..100]);
    assert_eq!(send("PUT", MULTIPART, hundred).status(), 200);
}

#[test]
fn a_text_that_fills_memory_is_refused() {
    for (method, name) in [("POST", "title"), ("PUT", "a")] {
        let send = |len| {
            send(
                method,
                MULTIPART,
                form(&[text_part(name, &"x".repeat(len))]),
            )
        };
        assert_ne!(send(MEMORY).status(), 413);
        let response = send(MEMORY + 1);
        assert_eq!(response.status(), 413);
        let detail = "may have at most 1000 bytes, or be a file";
        assert_eq!(told(&response), (name.into(), detail.into()));
    }
    let binary = part("Content-Disposition: form-data; name=title", "?");
    let binary = form(&[binary]).into_bytes();
    let binary: Vec<u8> = binary
        .iter()
        .map(|b| if *b == b'?' { 0xff } else { *b })
        .collect();
    let response = send("POST", MULTIPART, binary.clone());
    assert_eq!(
        told(&response),
        ("title".into(), "is not UTF-8 text".into())
    );
    assert_eq!(send("PUT", MULTIPART, binary).status(), 400);
}

#[test]
fn the_limit_of_the_body_holds_for_parts() {
    let sized = |len: usize, name: &str| {
        let empty = form(&[text_part("title", ""), file_part(name, "f", "")]).len();
        let content = "x".repeat(len - empty);
        form(&[text_part("title", ""), file_part(name, "f", &content)])
    };
    for (method, name) in [
        ("POST", "picture"),
        ("POST", "unasked"),
        ("PUT", "kept"),
        ("PUT", "skip"),
    ] {
        assert_ne!(send(method, MULTIPART, sized(LIMIT, name)).status(), 413);
        let chunked = |body: String| {
            let chunks = body.as_bytes().chunks(70_000).map(Bytes::copy_from_slice);
            let chunks: Vec<_> = chunks.map(Ok::<_, std::convert::Infallible>).collect();
            Body::stream(stream::iter(chunks))
        };
        for body in [
            sized(LIMIT + 1, name).into(),
            chunked(sized(LIMIT + 70_000, name)),
        ] {
            let response = send(method, MULTIPART, body);
            assert_eq!(response.status(), 413, "{method} {name}");
            let detail = "the body may have at most 2000000 bytes";
            assert_eq!(response.json::<Value>()["detail"], detail);
        }
    }
}

#[test]
fn nothing_is_left_of_a_file_whose_sender_left() {
    #[derive(Clone)]
    struct Folder(std::path::PathBuf);

    #[derive(RequestHandler)]
    #[route("/")]
    struct Keep {
        #[state]
        folder: Folder,
    }

    #[verbs]
    impl Keep {
        async fn post(self, mut form: Multipart) -> Result<()> {
            while let Some(mut part) = form.next().await? {
                part.save_to(self.folder.0.join("kept")).await?;
            }
            Ok(())
        }
    }

    let folder = tempfile::tempdir().expect("a folder");
    let state = Folder(folder.path().to_owned());
    let app = Application::new().state(state).handler::<Keep>();
    let client = TestClient::new(app.build().expect("an application"));
    let part = file_part("file", "f", &"x".repeat(500_000));
    let chunks = [Ok(Bytes::from(part)), Err("gone")];
    let request = client.post("/").header("content-type", MULTIPART);
    let response = request.body(Body::stream(stream::iter(chunks))).send();
    assert_eq!(response.status(), 400);
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 0);
}
