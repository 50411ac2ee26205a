//! Which bodies are asked for: `Expect: 100-continue` is answered only when one is wanted.

use gustnado::prelude::*;

use super::{
    lab::{Server, serve_app},
    peer::Peer,
};

#[derive(RequestHandler)]
#[route("/notes")]
struct Notes {
    #[query(default)]
    page: u32,
    #[header]
    x_who: String,
}

#[verbs]
impl Notes {
    async fn prepare(&mut self) -> Result<()> {
        match &*self.x_who {
            "nobody" => Err(Error::new(403, "nobody may")),
            _ => Ok(()),
        }
    }

    async fn post(self, Json(note): Json<String>) -> String {
        format!("{} {note}", self.page)
    }

    async fn put(self, #[form] note: String) -> String {
        format!("{} {note}", self.page)
    }
}

fn serve() -> Server {
    let app = Application::new()
        .limits(|limits| limits.body = 100)
        .handler::<Notes>();
    serve_app(app.build().expect("an application"))
}

fn request(start: &str, who: &str, content_type: &str, length: usize) -> String {
    format!(
        "{start} HTTP/1.1\r\nhost: lab\r\nx-who: {who}\r\ncontent-type: {content_type}\r\n\
         expect: 100-continue\r\ncontent-length: {length}\r\n\r\n"
    )
}

const JSON: &str = "application/json";
const PAIRS: &str = "application/x-www-form-urlencoded";

#[test]
fn continue_is_sent_only_when_all_else_is_good() {
    let server = serve();
    let table = [
        ("POST /notes?page=x", "me", JSON, 6, 400),
        ("POST /notes", "nobody", JSON, 6, 403),
        ("POST /notes", "me", PAIRS, 6, 415),
        ("POST /notes", "me", JSON, 101, 413),
        ("PUT /notes?page=x", "me", PAIRS, 6, 400),
        ("PUT /notes", "me", JSON, 6, 415),
        ("PUT /notes", "me", PAIRS, 101, 413),
        ("PATCH /notes", "me", JSON, 6, 405),
        ("POST /other", "me", JSON, 6, 404),
    ];
    for (start, who, content_type, length, status) in table {
        let mut peer = Peer::connect(server.addr);
        peer.send(request(start, who, content_type, length));
        assert_eq!(peer.answer().status, status, "{start} {who} {content_type}");
    }
    for (start, content_type, body, answer) in [
        ("POST /notes?page=3", JSON, "\"milk\"", "3 milk"),
        ("PUT /notes", PAIRS, "note=milk", "0 milk"),
    ] {
        let mut peer = Peer::connect(server.addr);
        peer.send(request(start, "me", content_type, body.len()));
        assert_eq!(peer.answer().status, 100, "{start}");
        peer.send(body);
        assert_eq!(peer.answer().text(), answer);
    }
}

#[test]
fn a_length_that_lies_is_a_bad_request() {
    let server = serve();
    for (start, content_type, body) in [
        ("POST /notes", JSON, "\"milk\""),
        ("PUT /notes", PAIRS, "note=milk"),
        ("PUT /notes", "multipart/form-data; boundary=XX", "--XX\r\n"),
    ] {
        let mut peer = Peer::connect(server.addr);
        let head = request(start, "me", content_type, body.len() + 1);
        let head = head.replace("expect: 100-continue\r\n", "");
        peer.send(head + body);
        peer.end();
        let answer = peer.rest();
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{start}: {answer}"
        );
    }
}
