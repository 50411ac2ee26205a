//! Cookies that servers set, and where they are sent. The rules for each are a table in the client's own
//! tests; here is that the client keeps to them.

use std::net::SocketAddr;

use gustnado::client::{Client, CookieJar, Resolved};

use crate::peer::{Heard, answer, run, serve};

/// A client with a jar, to which every name is this machine.
fn with_jar(jar: &CookieJar) -> Client {
    let home = |_: &str| -> Resolved {
        Box::pin(async { Ok(vec![std::net::Ipv4Addr::LOCALHOST.into()]) })
    };
    let builder = Client::builder().cookies(jar.clone()).resolver(home);
    builder.build().unwrap()
}

/// A server that sets `set` and answers by this status, with a `Location`.
async fn setting(status: u16, set: &'static str, to: String) -> (SocketAddr, Heard) {
    let heard = Heard::default();
    let ears = heard.clone();
    let address = serve(move |_, mut peer| {
        let (ears, to) = (ears.clone(), to.clone());
        async move {
            while let Some(request) = peer.request().await {
                let first = request.split(' ').nth(1) == Some("/");
                ears.add(request);
                let (status, to) = if first { (status, &*to) } else { (200, "") };
                let head = format!("HTTP/1.1 {status} Go\r\nset-cookie: {set}\r\nlocation: {to}");
                peer.say(format!("{head}\r\ncontent-length: 2\r\n\r\nhi"))
                    .await;
            }
        }
    });
    (address.await, heard)
}

/// What the requests said in `Cookie`.
fn said(heard: &Heard) -> Vec<String> {
    let cookie = |request: &String| {
        let mut lines = request
            .lines()
            .filter_map(|line| line.strip_prefix("cookie: "));
        let found = lines.next().unwrap_or_default().to_owned();
        assert_eq!(lines.next(), None, "{request}");
        found
    };
    heard.all().iter().map(cookie).collect()
}

async fn get(client: &Client, url: impl std::fmt::Display) {
    client.fetch(url).await.unwrap().bytes().await.unwrap();
}

#[test]
fn what_a_server_sets_it_gets_back() {
    run(async {
        let (address, heard) = answer(
            "HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2; Path=/x\r\n\
             set-cookie: c=3; Max-Age=0\r\nset-cookie: d=4; Domain=elsewhere.test\r\n\
             content-length: 0\r\n\r\n",
        )
        .await;
        let client = with_jar(&CookieJar::new());
        for path in ["/", "/", "/x/y", "/xy"] {
            get(&client, format!("http://{address}{path}")).await;
        }
        assert_eq!(said(&heard), ["", "a=1", "b=2; a=1", "a=1"]);
    });
}

#[test]
fn a_client_without_a_jar_keeps_none() {
    run(async {
        let (address, heard) = setting(200, "a=1", String::new()).await;
        let client = Client::new();
        for _ in 0..2 {
            get(&client, format!("http://{address}/")).await;
        }
        assert_eq!(said(&heard), ["", ""]);
    });
}

#[test]
fn clones_and_clients_share_a_jar_that_they_are_given() {
    run(async {
        let (address, heard) = setting(200, "a=1", String::new()).await;
        let jar = CookieJar::new();
        let client = with_jar(&jar);
        get(&client, format!("http://{address}/")).await;
        get(&client.clone(), format!("http://{address}/")).await;
        get(&with_jar(&jar), format!("http://{address}/")).await;
        jar.clear();
        get(&client, format!("http://{address}/")).await;
        assert_eq!(said(&heard), ["", "a=1", "a=1", ""]);
        assert_eq!(jar.len(), 1);
    });
}

#[test]
fn a_redirect_sets_cookies_and_is_followed_with_them() {
    run(async {
        let (address, heard) = setting(302, "a=1; Path=/", "/next".into()).await;
        let client = with_jar(&CookieJar::new());
        get(&client, format!("http://{address}/")).await;
        assert_eq!(said(&heard), ["", "a=1"]);
    });
}

#[test]
fn a_redirect_to_another_host_leaves_its_cookies_and_has_those_of_there() {
    run(async {
        let (there, heard) = setting(200, "x=1", String::new()).await;
        let port = there.port();
        let to = format!("http://there.test:{port}/next");
        let (here, _) = setting(302, "secret=1", to).await;
        let jar = CookieJar::new();
        jar.set("http://there.test/", "own=2").unwrap();
        let client = with_jar(&jar);
        get(&client, format!("http://here.test:{}/", here.port())).await;
        assert_eq!(said(&heard), ["own=2"]);
        // Nor is what the request itself said carried over.
        let request = client.get(format!("http://here.test:{}/", here.port()));
        let answered = request.header("cookie", "mine=1").send().await.unwrap();
        assert_eq!(answered.text().await.unwrap(), "hi");
        assert_eq!(said(&heard)[1], "own=2; x=1");
    });
}

#[test]
fn a_request_that_says_cookies_itself_says_no_others() {
    run(async {
        let (address, heard) = setting(200, "a=1", String::new()).await;
        let client = with_jar(&CookieJar::new());
        get(&client, format!("http://{address}/")).await;
        let request = client.get(format!("http://{address}/"));
        request.header("cookie", "b=2").send().await.unwrap();
        assert_eq!(said(&heard), ["", "b=2"]);
    });
}

#[test]
fn a_further_try_says_what_the_first_was_told() {
    run(async {
        let heard = Heard::default();
        let ears = heard.clone();
        let address = serve(move |_, mut peer| {
            let ears = ears.clone();
            async move {
                while let Some(request) = peer.request().await {
                    let fine = request.contains("cookie: pass=1");
                    ears.add(request);
                    let head = match fine {
                        true => "200 OK",
                        false => "503 Wait\r\nset-cookie: pass=1",
                    };
                    peer.say(format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n"))
                        .await;
                }
            }
        });
        let url = format!("http://{}/", address.await);
        let jar = CookieJar::new();
        let client = Client::builder().cookies(jar).retries(1).build().unwrap();
        assert_eq!(client.get(url).send().await.unwrap().status(), 200);
        assert_eq!(said(&heard), ["", "pass=1"]);
    });
}
