//! The floor: bare hyper, which routes by comparing a string, refuses nothing and has no time-out.
//!
//! `bare PORT cores|stealing http1|http2`

use std::{convert::Infallible, env, future::Future, net::SocketAddr, thread};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, TcpStream};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port, runtime, protocol] = arguments.as_slice() else {
        panic!("usage: bare PORT cores|stealing http1|http2");
    };
    let addr: SocketAddr = ([127, 0, 0, 1], port.parse().expect("a port")).into();
    let http2 = protocol == "http2";
    match runtime.as_str() {
        "cores" => {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            let worker = move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.expect("a runtime").block_on(accept(addr, http2));
            };
            let workers: Vec<_> = (0..cores).map(|_| thread::spawn(worker)).collect();
            for worker in workers {
                worker.join().expect("a worker");
            }
        }
        "stealing" => {
            let runtime = tokio::runtime::Runtime::new();
            runtime.expect("a runtime").block_on(accept(addr, http2));
        }
        other => panic!("cores or stealing, not {other}"),
    }
}

async fn accept(addr: SocketAddr, http2: bool) {
    let listener = TcpListener::from_std(listen(addr)).expect("a listener");
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        let _ = socket.set_nodelay(true);
        if http2 {
            tokio::spawn(connection2(socket));
        } else {
            tokio::spawn(connection1(socket));
        }
    }
}

fn listen(addr: SocketAddr) -> std::net::TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("an option");
    socket.set_reuse_port(true).expect("an option");
    socket.set_nonblocking(true).expect("an option");
    socket.bind(&addr.into()).expect("an address");
    socket.listen(4096).expect("a listener");
    socket.into()
}

fn connection1(socket: TcpStream) -> impl Future<Output = ()> {
    let connection = http1::Builder::new()
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(socket), service_fn(answer));
    async move {
        let _ = connection.await;
    }
}

fn connection2(socket: TcpStream) -> impl Future<Output = ()> {
    let connection = http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(socket), service_fn(answer));
    async move {
        let _ = connection.await;
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"Hello, World!")));
    if request.uri().path() != "/plaintext" {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}
