//! actix-web 4: the routes of examples/yardstick.
//!
//! `actix PORT DIR`

use std::{env, io};

use actix_files::Files;
use actix_web::{
    App, HttpServer, Responder, get, post,
    web::{Json, Path, Query},
};
use serde::{Deserialize, Serialize};

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

#[get("/plaintext")]
async fn plaintext() -> impl Responder {
    "Hello, World!"
}

#[get("/json")]
async fn greeting() -> impl Responder {
    let message = "Hello, World!".into();
    Json(Message { message })
}

#[get("/users/{id}")]
async fn one_user(id: Path<u64>, show: Query<Show>) -> impl Responder {
    let (id, verbose) = (id.into_inner(), show.verbose);
    Json(User { id, verbose })
}

#[post("/echo")]
async fn echo(message: Json<Message>) -> impl Responder {
    message
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let (Some(port), Some(dir)) = (arguments.next(), arguments.next()) else {
        panic!("usage: actix PORT DIR");
    };
    let app = move || {
        App::new()
            .service(plaintext)
            .service(greeting)
            .service(one_user)
            .service(echo)
            .service(Files::new("/static", &dir))
    };
    let port: u16 = port.parse().map_err(io::Error::other)?;
    HttpServer::new(app).bind(("127.0.0.1", port))?.run().await
}
