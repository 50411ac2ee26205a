//! TLS and HTTP/2, before the gateway and behind it.

use gustnado::{Application, Client, Proxy, prelude::*};

use crate::{
    lab::Lab,
    peer::{answer, run_real as run},
    site::{get, request, site},
};

/// Says what it hears of a request, and its body.
#[derive(RequestHandler)]
#[route("/heard")]
struct Hears {
    client: Client,
    #[header]
    forwarded: Option<String>,
    #[header]
    via: Option<String>,
}

#[verbs]
impl Hears {
    async fn get(self) -> String {
        let [forwarded, via] = [self.forwarded, self.via].map(Option::unwrap_or_default);
        let host = self.client.host().unwrap_or_default();
        format!("{host}|{forwarded}|{via}")
    }

    async fn post(self, body: Body) -> Body {
        body
    }
}

#[test]
fn a_gateway_with_tls_is_spoken_to_by_either_version() {
    let lab = Lab::new();
    run(async {
        let (upstream, heard) = answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
        let gateway = Proxy::to(format!("http://{upstream}"));
        let site = lab.site(Application::new().mount("/api", gateway));
        let url = format!("https://lab.test:{}/api/x", site.port);
        for (client, version, via) in [
            (lab.client(), http::Version::HTTP_2, "2.0"),
            (lab.client().http1_only(), http::Version::HTTP_11, "1.1"),
        ] {
            let client = client.build().unwrap();
            for _ in 0..3 {
                let answered = client.post(&url).body("said").send().await.unwrap();
                assert_eq!(answered.version(), version);
                assert_eq!(answered.text().await.unwrap(), "hi");
            }
            let said = heard.all().pop().unwrap();
            assert!(said.starts_with("POST /x HTTP/1.1\r\n"), "{said}");
            assert!(said.contains(&format!("via: {via} gustnado\r\n")), "{said}");
            assert!(said.contains("x-forwarded-proto: https\r\n"), "{said}");
            assert!(said.contains(";proto=https;"), "{said}");
            assert!(said.ends_with("\r\n\r\nsaid"), "{said}");
        }
        site.stop();
    });
}

#[test]
fn upstreams_are_spoken_to_by_tls_and_http2() {
    let lab = Lab::new();
    run(async {
        let upstream = lab.site(Application::new().handler::<Hears>());
        let port = upstream.port;
        let to = || Proxy::to(format!("https://lab.test:{port}"));
        for (proxy, host, via) in [
            (
                to().client(|client| lab.trusted_by(client)),
                format!("lab.test:{port}"),
                "1.1 gustnado",
            ),
            (
                to().client(|client| lab.trusted_by(client).http1_only()),
                format!("lab.test:{port}"),
                "1.1 gustnado",
            ),
            (
                to().keep_host().client(|client| lab.trusted_by(client)),
                "shop.example".to_owned(),
                "1.1 gustnado",
            ),
        ] {
            let asks = proxy.asks_with();
            let site = site(proxy).await;
            let many = (0..20).map(|_| get(site, "/api/heard", ""));
            for answered in futures_util::future::join_all(many).await {
                assert!(answered.starts_with("HTTP/1.1 200 OK\r\n"), "{answered}");
                let expected = format!("{host}|for=127.0.0.1;proto=http;host=shop.example|{via}");
                assert!(answered.ends_with(&expected), "{answered}");
            }
            let client = crate::peer::client();
            let url = format!("http://{site}/api/heard");
            for size in [0, 1, 900_000] {
                let body = "x".repeat(size);
                let answered = client.post(&url).body(body.clone()).send().await.unwrap();
                assert!(answered.text().await.unwrap() == body, "{size}");
            }
            let pool = asks.pool();
            assert!(pool.opened >= 1 && pool.waiting == 0, "{pool:?}");
        }
        upstream.stop();
    });
}

#[test]
fn over_http2_all_requests_share_one_connection_to_the_upstream() {
    let lab = Lab::new();
    run(async {
        let upstream = lab.site(Application::new().handler::<Hears>());
        let proxy = Proxy::to(format!("https://lab.test:{}", upstream.port))
            .client(|client| lab.trusted_by(client));
        let asks = proxy.asks_with();
        let site = site(proxy).await;
        for _ in 0..3 {
            let many = (0..20).map(|_| get(site, "/api/heard", ""));
            futures_util::future::join_all(many).await;
        }
        assert_eq!((asks.pool().opened, asks.pool().open), (1, 1));
        upstream.stop();
    });
}

#[test]
fn an_upstream_that_is_not_trusted_is_a_502() {
    let lab = Lab::new();
    run(async {
        let upstream = lab.site(Application::new().handler::<Hears>());
        let stranger = Lab::new();
        let proxy = Proxy::to(format!("https://lab.test:{}", upstream.port))
            .client(|client| stranger.trusted_by(client));
        let site = site(proxy).await;
        for method in ["GET", "POST"] {
            let answered = crate::site::ask(site, &request(method, "/api/heard", "")).await;
            assert!(answered.starts_with("HTTP/1.1 502 "), "{answered}");
            // Neither the upstream nor what is wrong with it is the client's to know.
            assert!(!answered.contains("certificate"), "{answered}");
            assert!(!answered.contains("lab.test"), "{answered}");
        }
        upstream.stop();
    });
}
