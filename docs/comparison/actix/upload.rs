//! Upload with actix-web: a file is sent with PUT, and how far it is can be watched. What it does:
//! docs/comparison/README.md.
//!
//! ```toml
//! actix-web = "4"
//! actix-web-lab = "0.29"
//! futures-util = { version = "0.3", default-features = false }
//! serde = { version = "1", features = ["derive"] }
//! tokio = { version = "1", features = ["fs", "io-util", "sync", "time"] }
//! ```

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, Responder, ResponseError,
    error::PathError,
    http::{StatusCode, header::ContentLength},
    web,
};
use actix_web_lab::sse;
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::{fs, io::AsyncWriteExt, sync::watch, time::sleep};

/// Where files are kept.
const FOLDER: &str = "uploads";
/// Bytes of a file.
const LIMIT: usize = 16 * 1024 * 1024;
/// Between two events about the same upload.
const PAUSE: Duration = Duration::from_millis(100);

#[actix_web::main]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    fs::create_dir_all(FOLDER).await?;
    let uploads = web::Data::new(Uploads::default());
    let server = HttpServer::new(move || App::new().app_data(uploads.clone()).configure(routes));
    let server = server.bind(address)?;
    println!("Open http://{}/", server.addrs()[0]);
    server.run().await
}

fn routes(config: &mut web::ServiceConfig) {
    let not_allowed = || web::to(not_allowed);
    config
        .app_data(web::PathConfig::default().error_handler(path_error))
        .service(web::resource("/").get(page).default_service(not_allowed()))
        .service(
            web::resource("/files/{name}")
                .put(upload)
                .default_service(not_allowed()),
        )
        .service(
            web::resource("/files/{name}/progress")
                .get(progress)
                .default_service(not_allowed()),
        )
        .default_service(web::to(not_found));
}

async fn not_found() -> Result<HttpResponse, Problem> {
    Err(Problem::new(StatusCode::NOT_FOUND, "there is nothing here"))
}

async fn not_allowed() -> Result<HttpResponse, Problem> {
    Err(Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this is not answered here",
    ))
}

// ---- Handlers ----

async fn page() -> web::Html {
    web::Html::new(include_str!("../upload.html"))
}

#[derive(Serialize)]
struct Stored {
    name: String,
    bytes: usize,
}

/// Keep a file.
async fn upload(
    uploads: web::Data<Uploads>,
    name: web::Path<FileName>,
    length: Option<web::Header<ContentLength>>,
    mut body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let name = name.into_inner();
    let total = length.map(|length| **length);
    if total.is_some_and(|total| total > LIMIT) {
        return Err(Problem::too_large());
    }
    let running = Uploads::begin(&uploads, &name, total)?;
    let mut file = fs::File::create(running.part()).await?;
    let mut bytes = 0;
    while let Some(chunk) = body.next().await {
        let chunk =
            chunk.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body was cut short"))?;
        bytes += chunk.len();
        if bytes > LIMIT {
            return Err(Problem::too_large());
        }
        file.write_all(&chunk).await?;
        running.received(bytes);
    }
    file.flush().await?;
    fs::rename(running.part(), PathBuf::from(FOLDER).join(&name.0)).await?;
    running.done();
    Ok(HttpResponse::Created().json(Stored {
        name: name.0,
        bytes,
    }))
}

/// Tell how far an upload is, until it ends.
async fn progress(
    uploads: web::Data<Uploads>,
    name: web::Path<FileName>,
) -> Result<impl Responder, Problem> {
    let watched = uploads
        .watch(&name)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "no such file is being uploaded"))?;
    let events = steps(watched).map(|(name, progress)| {
        let data = sse::Data::new_json(progress);
        data.map(|data| sse::Event::Data(data.event(name)))
    });
    Ok(sse::Sse::from_stream(events).with_keep_alive(Duration::from_secs(15)))
}

/// How far it is now, and again after each change; last, how it ended.
fn steps(watched: watch::Receiver<Progress>) -> impl Stream<Item = (&'static str, Progress)> {
    stream::unfold(Some(watched), |watched| async move {
        let mut watched = watched?;
        let ended = watched.changed().await.is_err();
        let now = *watched.borrow_and_update();
        if ended {
            let name = if now.done { "done" } else { "failed" };
            return Some(((name, now), None));
        }
        sleep(PAUSE).await;
        Some((("progress", now), Some(watched)))
    })
}

// ---- Uploads that are on their way ----

/// A name that is safe in any folder: letters, digits and `._-`, no dot in front.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct FileName(String);

impl TryFrom<String> for FileName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let plain = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if plain && (1..=100).contains(&name.len()) && !name.starts_with('.') {
            Ok(Self(name))
        } else {
            Err("must be 1 to 100 letters, digits, `.`, `_` or `-`, with no dot in front")
        }
    }
}

#[derive(Clone, Copy, Serialize)]
struct Progress {
    received: usize,
    total: Option<usize>,
    #[serde(skip)]
    done: bool,
}

/// What is on its way, by name; `web::Data` shares it.
#[derive(Default)]
struct Uploads(Mutex<HashMap<String, watch::Receiver<Progress>>>);

impl Uploads {
    fn begin(
        this: &web::Data<Self>,
        name: &FileName,
        total: Option<usize>,
    ) -> Result<Running, Problem> {
        let mut uploads = this.lock();
        let Entry::Vacant(place) = uploads.entry(name.0.clone()) else {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "this file is being uploaded",
            ));
        };
        let (sender, receiver) = watch::channel(Progress {
            received: 0,
            total,
            done: false,
        });
        place.insert(receiver);
        Ok(Running {
            uploads: this.clone(),
            name: name.0.clone(),
            sender,
        })
    }

    fn watch(&self, name: &FileName) -> Option<watch::Receiver<Progress>> {
        let mut watched = self.lock().get(&name.0)?.clone();
        watched.mark_changed();
        Some(watched)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, watch::Receiver<Progress>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One upload. However it ends, it leaves neither its entry nor half a file.
struct Running {
    uploads: web::Data<Uploads>,
    name: String,
    sender: watch::Sender<Progress>,
}

impl Running {
    fn part(&self) -> PathBuf {
        PathBuf::from(FOLDER).join(format!(".{}.part", self.name))
    }

    fn received(&self, bytes: usize) {
        self.sender
            .send_modify(|progress| progress.received = bytes);
    }

    fn done(&self) {
        self.sender.send_modify(|progress| progress.done = true);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After a rename there is none.
        let _ = std::fs::remove_file(self.part());
        self.uploads.lock().remove(&self.name);
    }
}

// ---- Errors ----

/// An error as RFC 9457 has it.
#[derive(Debug, Serialize)]
struct Problem {
    status: u16,
    title: &'static str,
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            status: status.as_u16(),
            title,
            detail: detail.into(),
        }
    }

    fn too_large() -> Self {
        let detail = format!("a file has at most {LIMIT} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }
}

fn path_error(error: PathError, _: &HttpRequest) -> actix_web::Error {
    Problem::new(StatusCode::NOT_FOUND, error.to_string()).into()
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        eprintln!("{error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the file could not be kept",
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code())
            .content_type("application/problem+json")
            .json(self)
    }
}
