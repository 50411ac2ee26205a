//! What is sent, and what is read of an answer.

use gustnado::{client::ErrorKind, prelude::*};
use serde::{Deserialize, Serialize};

use crate::peer::{answer, client, run, run_real, serve};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct User {
    id: u32,
    name: String,
}

#[test]
fn a_request_is_what_was_said() {
    run(async {
        let (address, heard) = answer("HTTP/1.1 204 No Content\r\n\r\n").await;
        let answered = client()
            .put(format_args!("http://{address}/a b?x=1"))
            .header("x-y", "z")
            .query(&[("q", "ä&b"), ("r", "")])
            .bearer_auth("token")
            .json(&User {
                id: 7,
                name: "Ada".into(),
            })
            .send()
            .await
            .unwrap();
        assert_eq!(answered.status(), 204);
        let expected = format!(
            "PUT /a%20b?x=1&q=%C3%A4%26b&r= HTTP/1.1\r\n\
             host: {address}\r\n\
             x-y: z\r\n\
             authorization: Bearer token\r\n\
             content-type: application/json\r\n\
             user-agent: gustnado/0.1.0\r\n\
             accept-encoding: gzip, br, zstd\r\n\
             content-length: 21\r\n\r\n\
             {{\"id\":7,\"name\":\"Ada\"}}"
        );
        assert_eq!(heard.one(), expected);
    });
}

#[test]
fn credentials_in_a_url_become_a_header() {
    run(async {
        let (address, heard) = answer("HTTP/1.1 204 No Content\r\n\r\n").await;
        let url = format!("http://Aladdin:open%20sesame@{address}/");
        client().get(url).send().await.unwrap();
        let request = heard.one();
        assert!(request.starts_with("GET / HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
    });
}

#[test]
fn a_post_without_a_body_says_so() {
    run(async {
        let (address, heard) = answer("HTTP/1.1 204 No Content\r\n\r\n").await;
        client()
            .post(format!("http://{address}/"))
            .send()
            .await
            .unwrap();
        assert!(heard.one().contains("content-length: 0\r\n"));
    });
}

#[test]
fn an_answer_is_read_as_bytes_text_or_json() {
    run(async {
        let json =
            "HTTP/1.1 200 OK\r\ncontent-length: 21\r\nx-a: b\r\n\r\n{\"id\":7,\"name\":\"Ada\"}";
        let (address, _) = answer(json).await;
        let (client, url) = (client(), format!("http://{address}/"));
        let get = || async { client.get(&url).send().await.unwrap() };
        assert_eq!(get().await.header("x-a"), Some("b"));
        assert_eq!(get().await.url(), url);
        assert_eq!(
            get().await.bytes().await.unwrap(),
            "{\"id\":7,\"name\":\"Ada\"}"
        );
        assert_eq!(
            get().await.text().await.unwrap(),
            "{\"id\":7,\"name\":\"Ada\"}"
        );
        let user: User = get().await.json().await.unwrap();
        assert_eq!(
            user,
            User {
                id: 7,
                name: "Ada".into()
            }
        );
        let error = get().await.json::<Vec<u8>>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("expected a sequence"), "{error}");
    });
}

#[test]
fn a_status_is_an_error_only_if_asked_for() {
    run(async {
        let (address, _) = answer("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno").await;
        let url = format!("http://{address}/x?secret=1");
        let answered = client().get(&url).send().await.unwrap();
        assert_eq!(answered.status(), 404);
        assert_eq!(answered.text().await.unwrap(), "no");
        let error = client().fetch(&url).await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
        let told = format!("GET http://{address}/x: the answer is 404 Not Found");
        assert_eq!(error.to_string(), told);
    });
}

#[test]
fn what_cannot_be_sent_is_told_before_it_is() {
    run(async {
        let client = client();
        let kind = |error: gustnado::client::Error| (error.kind(), error.to_string());
        let table = [
            (client.get("nowhere"), "has no scheme"),
            (client.get("gopher://a/"), "is no scheme of HTTP"),
            (
                client.get("http://a/").header("a b", "c"),
                "a name that is none",
            ),
            (
                client.get("http://a/").header("a", "b\nc"),
                "`a` has a value",
            ),
            (
                client.get("http://a/").header("content-length", "1"),
                "follows from the body",
            ),
            (client.get("http://a/").bearer_auth("a\r\nb"), "the token"),
            (client.get("http://a/").basic_auth("a:b", "c"), "no colon"),
            (client.get("http://a/").query(&7), "the query"),
        ];
        for (request, expected) in table {
            let (kind, text) = kind(request.send().await.unwrap_err());
            assert_eq!(kind, ErrorKind::Invalid, "{text}");
            assert!(text.contains(expected), "{text}");
        }
        assert_eq!(client.pool().opened, 0);
    });
}

#[test]
fn latin_text_is_read_where_it_is_said_to_be() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=ISO-8859-1\r\n\
                        content-length: 1\r\n\r\n";
            peer.say(head).await;
            peer.say(b"\xe4").await;
        });
        let text = client()
            .fetch(format!("http://{}/", address.await))
            .await
            .unwrap();
        assert_eq!(text.text().await.unwrap(), "ä");
    });
}

/// Calls another service, and answers with what that said.
#[derive(RequestHandler)]
#[route("/relay")]
struct Relay {
    #[state]
    client: gustnado::client::Client,
    #[query]
    to: String,
}

#[verbs]
impl Relay {
    async fn get(self) -> gustnado::Result<String> {
        Ok(self.client.fetch(self.to).await?.text().await?)
    }
}

#[test]
fn in_a_handler_its_errors_are_those_of_a_gateway() {
    run_real(async {
        let (good, _) = answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
        let (bad, _) = answer("not HTTP\r\n\r\n").await;
        let silent = serve(|_, mut peer| async move { peer.closed().await }).await;
        let outer = gustnado::client::Client::builder()
            .limits(|limits| limits.first_byte_time = std::time::Duration::from_millis(50))
            .build()
            .unwrap();
        let app = Application::new()
            .state(outer)
            .handler::<Relay>()
            .build()
            .unwrap();
        let table = [
            (format!("http://{good}/"), 200),
            (format!("http://{bad}/"), 502),
            (format!("http://{silent}/"), 504),
            ("x".into(), 500),
        ];
        let asked = client();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap();
        let running = tokio::spawn(app.serve(listener).into_future());
        for (to, status) in table {
            let relay = asked
                .get(format!("http://{port}/relay"))
                .query(&[("to", &to)]);
            let answered = relay.send().await.unwrap();
            assert_eq!(answered.status(), status, "{to}");
            if status == 200 {
                assert_eq!(answered.text().await.unwrap(), "hi");
            }
        }
        running.abort();
    });
}
