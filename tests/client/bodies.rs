//! Bounds, codings and streams of bodies.

use std::{io::Write as _, time::Duration};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use gustnado::{Body, client::ErrorKind};
use tokio::time::sleep;

use crate::peer::{answer, client, run, serve};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut coded, 4096, 5, 22);
    writer.write_all(bytes).unwrap();
    drop(writer);
    coded
}

/// The address of a server that answers once with a body in this coding.
async fn coded(coding: &'static str, body: Vec<u8>) -> String {
    let address = serve(move |_, mut peer| {
        let body = body.clone();
        async move {
            while peer.request().await.is_some() {
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n\r\n"
                );
                peer.say(head).await;
                peer.say(&body).await;
            }
        }
    });
    format!("http://{}/", address.await)
}

#[test]
fn bodies_are_decompressed() {
    run(async {
        let text = "the wind goes round and round\n".repeat(5000);
        let two = [gzip(&text.as_bytes()[..700]), gzip(&text.as_bytes()[700..])].concat();
        let table = [
            ("gzip", gzip(text.as_bytes())),
            ("X-GZIP", gzip(text.as_bytes())),
            ("gzip", two),
            ("br", brotli(text.as_bytes())),
            ("zstd", zstd(text.as_bytes())),
        ];
        for (coding, body) in table {
            let url = coded(coding, body).await;
            let client = client();
            for _ in 0..2 {
                let answered = client.get(&url).send().await.unwrap();
                assert_eq!(answered.header("content-encoding"), None, "{coding}");
                assert_eq!(answered.header("content-length"), None, "{coding}");
                assert_eq!(answered.text().await.unwrap(), text, "{coding}");
            }
            assert_eq!(client.pool().opened, 1, "{coding}");
        }
    });
}

#[test]
fn codings_that_nobody_asked_for_are_left_alone() {
    run(async {
        let body = gzip(b"hi");
        let url = coded("gzip", body.clone()).await;
        let own = client().get(&url).header("accept-encoding", "gzip");
        assert_eq!(own.send().await.unwrap().bytes().await.unwrap(), body);
        let builder = gustnado::client::Client::builder().no_decompression();
        let answered = builder.build().unwrap().fetch(&url).await.unwrap();
        assert_eq!(answered.header("content-encoding"), Some("gzip"));
        assert_eq!(answered.bytes().await.unwrap(), body);
    });
}

#[test]
fn broken_codings_are_errors() {
    run(async {
        let whole = gzip(b"hello");
        let mut wrong = whole.clone();
        *wrong.last_mut().unwrap() ^= 1;
        let table = [
            ("gzip", b"this is not gzip".to_vec()),
            ("gzip", whole[..whole.len() - 4].to_vec()),
            ("gzip", wrong),
            ("gzip", [whole.clone(), b"rest".to_vec()].concat()),
            ("zstd", b"this is not zstd".to_vec()),
            ("zstd", zstd(b"hello hello hello")[..12].to_vec()),
            ("br", b"\xff\xff\xff\xff".to_vec()),
            ("br", brotli(b"hello hello hello")[..6].to_vec()),
        ];
        for (coding, body) in table {
            let answered = client()
                .fetch(coded(coding, body.clone()).await)
                .await
                .unwrap();
            let error = answered.bytes().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{coding} {body:?}");
        }
    });
}

#[test]
fn an_empty_body_has_no_coding() {
    run(async {
        for coding in ["gzip", "br", "zstd"] {
            let answered = client()
                .fetch(coded(coding, Vec::new()).await)
                .await
                .unwrap();
            assert_eq!(answered.bytes().await.unwrap(), "");
        }
    });
}

#[test]
fn a_bomb_goes_off_a_little_at_a_time() {
    run(async {
        let zeros = vec![0; 4 * 1024 * 1024];
        for (coding, body) in [
            ("gzip", gzip(&zeros)),
            ("br", brotli(&zeros)),
            ("zstd", zstd(&zeros)),
        ] {
            assert!(body.len() < 16 * 1024, "{coding}: {}", body.len());
            let url = coded(coding, body).await;
            let mut answered = client()
                .get(&url)
                .body_limit(1024 * 1024)
                .send()
                .await
                .unwrap();
            let mut total = 0;
            let error = loop {
                match answered.chunk().await {
                    Ok(chunk) => {
                        let chunk = chunk.expect("the limit comes before the end");
                        assert!(chunk.len() <= 16 * 1024, "{coding}: {}", chunk.len());
                        total += chunk.len();
                    }
                    Err(error) => break error,
                }
            };
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{coding}");
            assert!(total <= 1024 * 1024, "{coding}");
        }
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    run(async {
        let (address, _) = answer("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await;
        let request = client().get(format!("http://{address}/")).body_limit(1000);
        let error = request.send().await.unwrap().bytes().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(
            error.to_string().contains("more than 1000 bytes"),
            "{error}"
        );
    });
}

#[test]
fn a_body_without_end_is_cut_at_its_limit() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await;
            while peer.say(format!("1000\r\n{}\r\n", "x".repeat(4096))).await {}
        });
        let request = client()
            .get(format!("http://{}/", address.await))
            .body_limit(100_000);
        let error = request.send().await.unwrap().bytes().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    });
}

#[test]
fn bodies_come_as_they_are_sent() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await;
            for part in ["1\r\na\r\n", "2\r\nbc\r\n", "0\r\n\r\n"] {
                sleep(Duration::from_secs(1)).await;
                peer.say(part).await;
            }
            peer.closed().await;
        });
        let client = client();
        let url = format!("http://{}/", address.await);
        let mut answered = client.get(url).send().await.unwrap();
        for part in ["a", "bc"] {
            assert_eq!(
                answered.chunk().await.unwrap().as_deref(),
                Some(part.as_bytes())
            );
        }
        assert_eq!(answered.chunk().await.unwrap(), None);
        assert_eq!(client.pool().idle, 1);
    });
}

#[test]
fn a_stream_is_sent_in_chunks_and_its_failure_told() {
    run(async {
        let (address, heard) = answer("HTTP/1.1 204 No Content\r\n\r\n").await;
        let parts = ["ab", "c"].map(|part| Ok::<_, std::io::Error>(Bytes::from(part)));
        let chunks = Body::stream(futures_util::stream::iter(parts));
        client()
            .post(format!("http://{address}/"))
            .body(chunks)
            .send()
            .await
            .unwrap();
        assert!(
            heard.one().ends_with("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
            "{}",
            heard.one()
        );
        let broken = [Ok(Bytes::from("ab")), Err(std::io::Error::other("gone"))];
        let chunks = Body::stream(futures_util::stream::iter(broken));
        let request = client().post(format!("http://{address}/")).body(chunks);
        let error = request.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Upload, "{error:?}");
    });
}

#[test]
fn a_stream_is_read_no_faster_than_it_is_taken() {
    run(async {
        let stuck = serve(|_, peer| async move {
            let _held = peer.into_stream();
            std::future::pending::<()>().await;
        });
        let given = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = given.clone();
        let chunks = futures_util::stream::repeat_with(move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; 16 * 1024]))
        });
        let request = client().post(format!("http://{}/", stuck.await));
        let error = request.body(Body::stream(chunks)).send().await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
        // What the sockets hold, and no more: the stream has no end.
        assert!(given.load(std::sync::atomic::Ordering::SeqCst) < 2000);
    });
}

#[test]
fn a_refusal_is_heard_before_the_upload_is_done() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.begun().await;
            peer.say("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno")
                .await;
            peer.closed().await;
        });
        let chunks = futures_util::stream::unfold((), |()| async {
            sleep(Duration::from_millis(10)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), ()))
        });
        let client = client();
        let request = client.post(format!("http://{}/", address.await));
        let answered = request.body(Body::stream(chunks)).send().await.unwrap();
        assert_eq!(answered.status(), 413);
        assert_eq!(answered.text().await.unwrap(), "no");
        assert_eq!(client.pool().idle, 0);
    });
}
