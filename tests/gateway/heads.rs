//! What of a head is handed on, there and back.

use std::sync::atomic::Ordering::SeqCst;

use gustnado::{Application, Proxy};

use crate::{
    peer::{answer, run_real as run},
    site::{ask, at, before, counting, get, request, site, to},
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// The field of a head that has this name, if there is one and no more.
fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let start = format!("{name}: ");
    let mut found = head.lines().filter_map(|line| line.strip_prefix(&*start));
    let value = found.next();
    assert_eq!(found.next(), None, "{name}");
    value
}

#[test]
fn a_request_is_handed_on_without_what_was_for_its_connection() {
    run(async {
        let (upstream, heard) = answer(OK).await;
        let site = site(Proxy::to(format!("http://{upstream}/v1/"))).await;
        let fields = "accept: text/plain\r\nkeep-alive: timeout=5\r\nproxy-connection: x\r\n\
                      te: gzip\r\nupgrade: h2c\r\nx-hop: 1\r\nproxy-authorization: x\r\n\
                      via: 1.0 before\r\nconnection: X-Hop, upgrade\r\n";
        let answered = get(site, "/api/users/7%2F8?page=2&q=a%20b&q", fields).await;
        assert!(answered.starts_with("HTTP/1.1 200 OK\r\n"), "{answered}");
        assert!(answered.ends_with("\r\n\r\nhi"), "{answered}");
        let head = heard.one();
        let first = "GET /v1/users/7%2F8?page=2&q=a%20b&q HTTP/1.1\r\n";
        assert!(head.starts_with(first), "{head}");
        assert_eq!(field(&head, "host"), Some(&*upstream.to_string()));
        assert_eq!(field(&head, "accept"), Some("text/plain"));
        let vias: Vec<_> = head
            .lines()
            .filter(|line| line.starts_with("via: "))
            .collect();
        assert_eq!(vias, ["via: 1.0 before", "via: 1.1 gustnado"]);
        for gone in [
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "upgrade",
            "x-hop",
            "proxy-authorization",
            "user-agent",
            "accept-encoding",
            "content-length",
        ] {
            assert_eq!(field(&head, gone), None, "{head}");
        }
    });
}

#[test]
fn an_answer_is_handed_back_as_it_is() {
    run(async {
        let (upstream, _) = answer(
            "HTTP/1.1 404 Nothing Here\r\ncontent-length: 3\r\ncontent-encoding: gzip\r\n\
             connection: x-up, keep-alive\r\nx-up: 1\r\nkeep-alive: timeout=9\r\nx-end: kept\r\n\
             set-cookie: a=1\r\nset-cookie: b=2\r\nproxy-authenticate: Basic\r\n\r\n\x1f\x01z",
        )
        .await;
        let answered = get(
            before(upstream).await,
            "/api/x",
            "accept-encoding: gzip\r\n",
        )
        .await;
        let (head, body) = answered.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 404 Not Found"), "{head}");
        assert_eq!(body, "\x1f\x01z");
        assert_eq!(field(head, "content-encoding"), Some("gzip"));
        assert_eq!(field(head, "x-end"), Some("kept"));
        assert_eq!(field(head, "connection"), Some("close"));
        assert_eq!(head.matches("set-cookie: ").count(), 2);
        for gone in ["x-up", "keep-alive", "proxy-authenticate", "via"] {
            assert_eq!(field(head, gone), None, "{head}");
        }
    });
}

#[test]
fn the_upstream_hears_what_the_application_trusts_of_the_client() {
    run(async {
        let lies = "x-forwarded-for: 6.6.6.6\r\nforwarded: for=6.6.6.6\r\nx-real-ip: 6.6.6.6\r\n\
                    x-forwarded-proto: https\r\nx-forwarded-host: evil\r\n";
        let (upstream, heard) = answer(OK).await;
        get(before(upstream).await, "/api/", lies).await;
        let head = heard.one();
        assert!(
            !head.contains("6.6.6.6") && !head.contains("evil"),
            "{head}"
        );
        assert_eq!(field(&head, "x-forwarded-for"), Some("127.0.0.1"));
        assert_eq!(field(&head, "x-forwarded-proto"), Some("http"));
        assert_eq!(field(&head, "x-forwarded-host"), Some("shop.example"));
        let said = "for=127.0.0.1;proto=http;host=shop.example";
        assert_eq!(field(&head, "forwarded"), Some(said));

        let (upstream, heard) = answer(OK).await;
        let trusting = Application::new()
            .trust(["127.0.0.1"])
            .mount("/", to(upstream));
        let told = "x-forwarded-for: 6.6.6.6, 192.0.2.1\r\nx-forwarded-proto: https\r\n\
                    x-forwarded-host: other.example:8443\r\n";
        get(at(trusting).await, "/", told).await;
        let head = heard.one();
        assert_eq!(field(&head, "x-forwarded-for"), Some("192.0.2.1"));
        assert_eq!(field(&head, "x-forwarded-proto"), Some("https"));
        let said = "for=192.0.2.1;proto=https;host=\"other.example:8443\"";
        assert_eq!(field(&head, "forwarded"), Some(said));
    });
}

#[test]
fn policies_change_what_the_upstream_hears() {
    run(async {
        let came = "x-forwarded-for: 192.0.2.1\r\n";
        let (upstream, heard) = answer(OK).await;
        let proxy = to(upstream).append_forwarded().keep_host().via("edge-1");
        get(site(proxy).await, "/api/", came).await;
        let head = heard.one();
        assert_eq!(
            field(&head, "x-forwarded-for"),
            Some("192.0.2.1, 127.0.0.1")
        );
        assert_eq!(field(&head, "host"), Some("shop.example"));
        assert_eq!(field(&head, "via"), Some("1.1 edge-1"));

        let (upstream, heard) = answer(OK).await;
        get(site(to(upstream).no_forwarded()).await, "/api/", came).await;
        assert!(!heard.one().contains("forwarded"));
    });
}

#[test]
fn redirects_are_passed_on_and_name_the_mount() {
    run(async {
        let (upstream, heard) = crate::peer::answer(
            "HTTP/1.1 302 Found\r\nlocation: /login?next=%2F\r\ncontent-length: 0\r\n\r\n",
        )
        .await;
        let answered = get(before(upstream).await, "/api/x", "").await;
        assert!(answered.starts_with("HTTP/1.1 302"), "{answered}");
        assert_eq!(field(&answered, "location"), Some("/api/login?next=%2F"));
        assert_eq!(heard.all().len(), 1);
        let answered = get(site(to(upstream).keep_location()).await, "/api/x", "").await;
        assert_eq!(field(&answered, "location"), Some("/login?next=%2F"));
    });
}

#[test]
fn a_redirect_to_the_upstream_itself_does_not_leave_its_name() {
    run(async {
        let upstream = crate::peer::serve(|_, mut peer| async move {
            while let Some(request) = peer.request().await {
                let host = field(&request, "host").unwrap().to_owned();
                let head = "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n";
                peer.say(format!("{head}location: http://{host}/users/8\r\n\r\n"))
                    .await;
            }
        });
        let upstream = upstream.await;
        for proxy in [to(upstream), to(upstream).keep_host()] {
            let answered = get(site(proxy).await, "/api/users", "").await;
            assert_eq!(field(&answered, "location"), Some("/api/users/8"));
        }
    });
}

#[test]
fn what_is_not_to_be_handed_on_is_answered_here() {
    run(async {
        let (upstream, heard) = answer(OK).await;
        let site = before(upstream).await;
        let circle = format!("via: {}\r\n", "1.1 a, ".repeat(21));
        let table = [
            ("GET", "/api/../x", "", 400),
            ("GET", "/api/%2e%2e/x", "", 400),
            ("GET", "/api/a/..%2fx", "", 400),
            ("GET", "/api/x", &circle, 508),
            ("OPTIONS", "/api/x", "max-forwards: 0\r\n", 204),
            ("GET", "/other", "", 404),
        ];
        for (method, target, fields, status) in table {
            let answered = ask(site, &request(method, target, fields)).await;
            let start = format!("HTTP/1.1 {status} ");
            assert!(
                answered.starts_with(&start),
                "{method} {target}: {answered}"
            );
        }
        assert!(heard.all().is_empty(), "{:?}", heard.all());
        ask(site, &request("OPTIONS", "/api/x", "max-forwards: 3\r\n")).await;
        assert_eq!(field(&heard.one(), "max-forwards"), Some("2"));
    });
}

#[test]
fn a_head_has_the_length_that_its_upstream_said_or_none() {
    run(async {
        let table = [
            ("HTTP/1.1 200 OK\r\ncontent-length: 77\r\n\r\n", Some("77")),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                None,
            ),
            ("HTTP/1.1 304 Not Modified\r\netag: \"a\"\r\n\r\n", None),
        ];
        for (said, length) in table {
            let (upstream, heard) = answer(said).await;
            let answered = ask(before(upstream).await, &request("HEAD", "/api/x", "")).await;
            assert_eq!(field(&answered, "content-length"), length, "{answered}");
            assert!(heard.one().starts_with("HEAD /x HTTP/1.1\r\n"));
        }
    });
}

/// RFC 9112 section 6.3: the length is not handed on, and nothing is asked on that connection again.
#[test]
fn an_answer_with_a_length_and_chunks_has_no_length_for_the_client() {
    run(async {
        let both = "HTTP/1.1 200 OK\r\ncontent-length: 40\r\ntransfer-encoding: chunked\r\n\r\n";
        for (method, body) in [("GET", "2\r\nhi\r\n0\r\n\r\n"), ("HEAD", "")] {
            let (upstream, opened) = counting(format!("{both}{body}")).await;
            let site = before(upstream).await;
            for number in 1..=2 {
                let answered = ask(site, &request(method, "/api/x", "")).await;
                assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
                assert_eq!(field(&answered, "content-length"), None, "{answered}");
                assert_eq!(opened.load(SeqCst), number, "{method}");
            }
        }
    });
}

#[test]
fn what_is_wrong_with_a_gateway_is_told_when_the_application_is_built() {
    let nobody: [&str; 0] = [];
    let application = Application::new()
        .mount("/a", Proxy::to("127.0.0.1:9000"))
        .mount("/b", Proxy::among(nobody))
        .mount("/c", Proxy::to("http://a").via("an edge"))
        .mount(
            "/d",
            Proxy::to("http://a").client(|client| client.root_certificates("no PEM")),
        );
    let told = application.build().unwrap_err().to_string();
    for part in [
        "the upstream \"127.0.0.1:9000\" has to begin with http:// or https://",
        "a proxy needs an upstream",
        "\"an edge\" is no name for `Via`",
        "/d",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn where_cookies_belong_is_changed_only_where_it_is_said() {
    run(async {
        let (upstream, _) = answer(
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nset-cookie: a=1; Path=/; Domain=up.internal\r\n\
             set-cookie: b=2; Path=/app; HttpOnly\r\nset-cookie: __Host-c=3; Path=/; Secure\r\n\r\n",
        )
        .await;
        let to = || Proxy::to(format!("http://{upstream}"));
        let cookies = |answered: String| {
            let lines = answered.lines();
            let lines =
                lines.filter_map(|line| Some(line.strip_prefix("set-cookie: ")?.to_owned()));
            lines.collect::<Vec<_>>()
        };
        let said = cookies(get(site(to()).await, "/api/x", "").await);
        assert_eq!(
            said,
            [
                "a=1; Path=/; Domain=up.internal",
                "b=2; Path=/app; HttpOnly",
                "__Host-c=3; Path=/; Secure"
            ]
        );
        let said = to()
            .cookie_path("/app", "/api")
            .cookie_path("/", "/api/other")
            .cookie_domain("up.internal", "");
        let said = cookies(get(site(said).await, "/api/x", "").await);
        assert_eq!(
            said,
            [
                "a=1; Path=/api/other",
                "b=2; Path=/api; HttpOnly",
                "__Host-c=3; Path=/; Secure"
            ]
        );
        let wrong = to().cookie_path("app", "/").cookie_domain("a b", "");
        let error = Application::new().mount("/api", wrong).build().unwrap_err();
        let error = error.to_string();
        assert!(error.contains("\"app\" is no path for cookies"), "{error}");
        assert!(
            error.contains("\"a b\" is no domain for cookies"),
            "{error}"
        );
    });
}
