//! hyper-util's client, as it is.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

fn make() -> Client<HttpConnector, Empty<Bytes>> {
    Client::builder(TokioExecutor::new()).build_http()
}

fn main() {
    client_peers::run(make, |client: Client<_, _>, url: String| async move {
        let answer = client.get(url.parse().expect("a URL")).await.expect("an answer");
        answer.into_body().collect().await.expect("a body").to_bytes().len()
    });
}
