//! A gateway behind the cache of replies.

use gustnado::{Application, ResponseCache};

use crate::{
    peer::{answer, run_real as run},
    site::{at, get, to},
};

#[test]
fn a_cache_around_it_asks_the_upstream_once() {
    run(async {
        let (upstream, heard) =
            answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncache-control: max-age=60\r\n\r\nhi")
                .await;
        let application = Application::new()
            .layer(ResponseCache::new())
            .mount("/api", to(upstream));
        let site = at(application).await;
        for _ in 0..5 {
            let answered = get(site, "/api/x", "").await;
            assert!(answered.ends_with("\r\n\r\nhi"), "{answered}");
        }
        assert_eq!(heard.all().len(), 1, "{:?}", heard.all());
        get(site, "/api/y", "").await;
        assert_eq!(heard.all().len(), 2);
    });
}
