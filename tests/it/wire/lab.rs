//! The application that the wire is tested with, and a server of it on a free port.

use std::{convert::Infallible, net::SocketAddr, thread, time::Duration};

use futures_util::stream;
use gustnado::{
    App, Application, Body, BoxFuture, Error, IntoListen, Limits, Mount, Request, Response, Result,
    Serve,
};
use tokio::sync::oneshot;

use super::log::Log;

/// Answers by path; see [`answer`].
pub(crate) struct Lab;

impl Mount for Lab {
    fn call<'a>(&'a self, _prefix: &'a str, request: Request) -> BoxFuture<'a, Result<Response>> {
        Box::pin(answer(request))
    }
}

async fn answer(request: Request) -> Result<Response> {
    let number = request.query().and_then(|query| query.parse().ok());
    let number: usize = number.unwrap_or(0);
    match request.path() {
        "/hello" => Ok(Response::new(200).with_text("hello")),
        "/who" => {
            let secure = if request.is_secure() {
                "secure"
            } else {
                "plain"
            };
            let peer = request
                .peer()
                .map_or("nobody".to_owned(), |peer| peer.to_string());
            Ok(Response::new(200).with_text(format!("{peer} {secure}")))
        }
        "/empty" => Ok(Response::new(204)),
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(number as u64)).await;
            Ok(Response::new(200).with_text("slow"))
        }
        "/block" => {
            thread::sleep(Duration::from_millis(number as u64));
            Ok(Response::new(200).with_text("blocked"))
        }
        "/zeros" => Ok(Response::new(200).with_body(vec![0; number])),
        "/drip" => {
            let chunks = stream::unfold(0, move |index| async move {
                if index > 0 {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                }
                let chunk = format!("chunk {index};");
                (index < number).then(|| (Ok::<_, Infallible>(chunk.into()), index + 1))
            });
            Ok(Response::new(200).with_body(Body::stream(chunks)))
        }
        // Fails, or panics, behind its first piece.
        "/broken" | "/crumble" => {
            let panics = request.path() == "/crumble";
            let chunks = stream::unfold(0, move |index| async move {
                tokio::time::sleep(Duration::from_millis(30)).await;
                assert!(index == 0 || !panics, "as asked");
                let chunk = if index == 0 {
                    Ok("some".into())
                } else {
                    Err("no more")
                };
                Some((chunk, index + 1))
            });
            Ok(Response::new(200).with_body(Body::stream(chunks)))
        }
        "/panic" => panic!("as asked"),
        _ => answer_body(request, number).await,
    }
}

/// What becomes of bodies.
async fn answer_body(mut request: Request, number: usize) -> Result<Response> {
    match request.path() {
        "/echo" => {
            let body = request.body_mut();
            body.set_limit(64 * 1024);
            let body = body.collect().await?;
            Ok(Response::new(200).with_body(body))
        }
        // Reads the body, and does not care how that ends.
        "/ignore" => {
            let _ = request.body_mut().collect().await;
            Ok(Response::new(200).with_text("ignored"))
        }
        // Reads the body after so many milliseconds.
        "/later" => {
            tokio::time::sleep(Duration::from_millis(number as u64)).await;
            let body = request.body_mut().collect().await?;
            Ok(Response::new(200).with_body(body))
        }
        // Reads the body on a task of its own.
        "/elsewhere" => {
            let mut body = std::mem::take(request.body_mut());
            let reading = tokio::spawn(async move { body.collect().await });
            let body = reading.await.expect("no panic")?;
            Ok(Response::new(200).with_body(body))
        }
        // Drops the body, and answers after so many milliseconds.
        "/forget" => {
            drop(request);
            tokio::time::sleep(Duration::from_millis(number as u64)).await;
            Ok(Response::new(200).with_text("forgotten"))
        }
        // As `/zeros`, while a task reads the body.
        "/meanwhile" => {
            let mut body = std::mem::take(request.body_mut());
            tokio::spawn(async move { body.collect().await });
            Ok(Response::new(200).with_body(vec![0; number]))
        }
        _ => Err(Error::new(404, "not in the lab")),
    }
}

/// A server that ends when it is dropped.
pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<usize>>,
}

/// The lab under these limits.
pub(crate) fn app(limits: impl FnOnce(&mut Limits) + Send + Sync + 'static) -> App {
    let app = Application::new().mount("/", Lab).limits(limits);
    app.build().expect("an application")
}

/// Serves the lab under these limits.
pub(crate) fn serve(limits: impl FnOnce(&mut Limits) + Send + Sync + 'static) -> Server {
    serve_app(app(limits))
}

/// Serves an application on a free port, on a thread of its own.
pub(crate) fn serve_app(app: App) -> Server {
    serve_within(app, || ())
}

/// The same, with what it says in the log under `target`.
pub(crate) fn serve_logged(app: App, target: &'static str) -> (Server, Log) {
    let (scribe, log) = Log::of(target);
    let server = serve_within(app, move || tracing::subscriber::set_default(scribe));
    (server, log)
}

/// Serves with what `begin` makes alive on the thread.
fn serve_within<G>(app: App, begin: impl FnOnce() -> G + Send + 'static) -> Server {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("not blocking");
    let addr = listener.local_addr().expect("an address");
    on_a_thread(addr, begin, || {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        app.serve(listener)
    })
}

/// Serves an application on what is said, on a thread of its own.
pub(crate) fn serve_on(app: App, on: impl IntoListen) -> Server {
    let bound = app.bind(on).expect("a port");
    on_a_thread(bound.local_addr(), || (), || bound.serve())
}

/// Serves until it is told to stop. `serve` is called inside the runtime.
fn on_a_thread<G>(
    addr: SocketAddr,
    begin: impl FnOnce() -> G + Send + 'static,
    serve: impl FnOnce() -> Serve + Send + 'static,
) -> Server {
    let (stop, stopped) = oneshot::channel();
    let thread = thread::spawn(move || {
        let _alive = begin();
        gustnado_tests::runtime().block_on(async {
            let serve = serve().until(async {
                let _ = stopped.await;
            });
            serve.await.expect("served")
        })
    });
    Server {
        addr,
        stop: Some(stop),
        thread: Some(thread),
    }
}

impl Server {
    /// Asks it to stop, without waiting.
    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    /// Waits until it has stopped. Says how many connections had not ended.
    pub(crate) fn join(&mut self) -> usize {
        self.stop();
        let thread = self.thread.take().expect("joined once");
        thread.join().expect("a server that does not panic")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
