//! axum 0.8: the routes of examples/yardstick.
//!
//! `axum PORT DIR`

use std::env;

use axum::{
    Json, Router,
    extract::{Path, Query},
    routing::{get, post},
    serve::ListenerExt as _,
};
use serde::{Deserialize, Serialize};
use tower_http::services::ServeDir;

#[derive(Serialize, Deserialize)]
struct Message {
    message: String,
}

#[derive(Serialize)]
struct User {
    id: u64,
    verbose: bool,
}

#[derive(Deserialize)]
struct Show {
    #[serde(default)]
    verbose: bool,
}

async fn greeting() -> Json<Message> {
    let message = "Hello, World!".into();
    Json(Message { message })
}

async fn one_user(Path(id): Path<u64>, Query(show): Query<Show>) -> Json<User> {
    let verbose = show.verbose;
    Json(User { id, verbose })
}

async fn echo(Json(message): Json<Message>) -> Json<Message> {
    Json(message)
}

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let (Some(port), Some(dir)) = (arguments.next(), arguments.next()) else {
        panic!("usage: axum PORT DIR");
    };
    let app = Router::new()
        .route("/plaintext", get(|| async { "Hello, World!" }))
        .route("/json", get(greeting))
        .route("/users/{id}", get(one_user))
        .route("/echo", post(echo))
        .nest_service("/static", ServeDir::new(dir));
    let addr = format!("127.0.0.1:{port}");
    let listener = tokio::net::TcpListener::bind(addr).await.expect("a port");
    // Without it, answers to pipelined requests wait for one another.
    let listener = listener.tap_io(|socket| {
        let _ = socket.set_nodelay(true);
    });
    axum::serve(listener, app).await.expect("a server");
}
