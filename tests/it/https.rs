//! The way to HTTPS: the redirect from plain HTTP, and what keeps browsers there.

use std::fs;

use gustnado::{Application, Hsts, HttpsRedirect, testing::TestClient};

fn client(redirect: HttpsRedirect) -> TestClient {
    let app = Application::new().mount("/", redirect);
    TestClient::new(app.build().expect("an application"))
}

#[test]
fn every_url_is_sent_to_its_own_by_https() {
    let any = client(HttpsRedirect::new());
    let table = [
        ("lab.test", "/", "https://lab.test/"),
        (
            "lab.test:80",
            "/a%20b?c=d&e",
            "https://lab.test/a%20b?c=d&e",
        ),
        ("[::1]:8080", "//x", "https://[::1]//x"),
        ("LAB.test", "/", "https://LAB.test/"),
    ];
    for (host, target, location) in table {
        let answer = any.get(target).header("host", host).send();
        assert_eq!(answer.status(), 308, "{host} {target}");
        assert_eq!(answer.header("location"), location);
    }
    let answer = any.get("http://lab.test:80/x").send();
    assert_eq!(answer.header("location"), "https://lab.test/x");
    let other = client(HttpsRedirect::new().port(8443));
    let answer = other.post("/x").header("host", "lab.test:8080").send();
    assert_eq!(answer.header("location"), "https://lab.test:8443/x");
}

#[test]
fn hosts_that_are_none_or_not_ours_are_refused() {
    let any = client(HttpsRedirect::new());
    assert_eq!(any.get("/").send().status(), 400);
    for host in ["", ":80", "a@b", "a/b", "a b", "[::1", "a:b"] {
        assert_eq!(
            any.get("/").header("host", host).send().status(),
            400,
            "{host}"
        );
    }
    let ours = client(HttpsRedirect::new().hosts(["Lab.test", "www.lab.test"]));
    let table = [
        ("lab.test:80", 308),
        ("WWW.lab.test", 308),
        ("other.test", 421),
        ("lab.test.", 421),
    ];
    for (host, status) in table {
        assert_eq!(
            ours.get("/").header("host", host).send().status(),
            status,
            "{host}"
        );
    }
}

#[test]
fn challenges_of_authorities_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a-token_1"), "a-token_1.hash").unwrap();
    fs::write(folder.path().join(".hidden"), "x").unwrap();
    let client = client(HttpsRedirect::new().acme_challenges(folder.path()));
    let get = |token: &str| {
        let target = format!("/.well-known/acme-challenge/{token}");
        client.get(&target).header("host", "lab.test").send()
    };
    let answer = get("a-token_1");
    assert_eq!((answer.status(), answer.text()), (200, "a-token_1.hash"));
    for token in [
        "",
        "unknown",
        ".hidden",
        "..",
        "a/b",
        "%2e%2e",
        "../../etc/passwd",
    ] {
        assert_eq!(get(token).status(), 404, "{token}");
    }
    assert_eq!(
        client
            .get("/.well-known/other")
            .header("host", "lab.test")
            .send()
            .status(),
        308
    );
}

#[test]
fn browsers_are_kept_there_only_where_they_are() {
    let app = Application::new().hsts(Hsts::days(1)).trust(["10.0.0.0/8"]);
    let client = TestClient::new(app.build().expect("an application"));
    let field = "strict-transport-security";
    assert_eq!(client.get("/").send().header(field), "");
    let answer = client.get("/").over_tls().send();
    assert_eq!(
        (answer.status(), answer.header(field)),
        (404, "max-age=86400")
    );
    let told = |peer: [u8; 4]| {
        let request = client
            .get("/")
            .from_peer(peer)
            .header("x-forwarded-proto", "https");
        request
            .header("x-forwarded-for", "192.0.2.1")
            .send()
            .header(field)
            .to_owned()
    };
    assert_eq!(told([10, 0, 0, 1]), "max-age=86400");
    assert_eq!(told([11, 0, 0, 1]), "");
}
