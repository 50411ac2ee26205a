//! reqwest, without TLS and decompression, and with a time-out, as ours has one.

use std::time::Duration;

fn make() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    builder.timeout(Duration::from_secs(60)).build().expect("a client")
}

fn main() {
    client_peers::run(make, |client: reqwest::Client, url| async move {
        let answer = client.get(url).send().await.expect("an answer");
        answer.bytes().await.expect("a body").len()
    });
}
