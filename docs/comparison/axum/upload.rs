//! Upload with axum: a file is sent with PUT, and how far it is can be watched. What it does:
//! docs/comparison/README.md.
//!
//! ```toml
//! axum = "0.8"
//! futures-util = { version = "0.3", default-features = false }
//! serde = { version = "1", features = ["derive"] }
//! tokio = { version = "1", features = ["fs", "io-util", "macros", "net", "rt-multi-thread", "sync", "time"] }
//! ```

use std::{
    collections::{HashMap, hash_map::Entry},
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, HttpBody},
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, put},
};
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::{fs, io::AsyncWriteExt, sync::watch, time::sleep};

/// Where files are kept.
const FOLDER: &str = "uploads";
/// Bytes of a file.
const LIMIT: u64 = 16 * 1024 * 1024;
/// Between two events about the same upload.
const PAUSE: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    fs::create_dir_all(FOLDER).await?;
    let app = Router::new()
        .route("/", get(|| async { Html(include_str!("../upload.html")) }))
        .route("/files/{name}", put(upload))
        .route("/files/{name}/progress", get(progress))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "there is nothing here") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this is not answered here")
        })
        .with_state(Uploads::default());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("Open http://{}/", listener.local_addr()?);
    axum::serve(listener, app).await
}

// ---- Handlers ----

#[derive(Serialize)]
struct Stored {
    name: String,
    bytes: u64,
}

/// Keep a file.
async fn upload(
    State(uploads): State<Uploads>,
    name: Result<Path<FileName>, PathRejection>,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let Path(name) = name?;
    let total = body.size_hint().exact();
    if total.is_some_and(|total| total > LIMIT) {
        return Err(Problem::too_large());
    }
    let running = uploads.begin(&name, total)?;
    let mut file = fs::File::create(running.part()).await?;
    let mut chunks = body.into_data_stream();
    let mut bytes = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body was cut short"))?;
        bytes += chunk.len() as u64;
        if bytes > LIMIT {
            return Err(Problem::too_large());
        }
        file.write_all(&chunk).await?;
        running.received(bytes);
    }
    file.flush().await?;
    fs::rename(running.part(), PathBuf::from(FOLDER).join(&name.0)).await?;
    running.done();
    Ok((
        StatusCode::CREATED,
        Json(Stored {
            name: name.0,
            bytes,
        }),
    ))
}

/// Tell how far an upload is, until it ends.
async fn progress(
    State(uploads): State<Uploads>,
    name: Result<Path<FileName>, PathRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Path(name) = name?;
    let watched = uploads
        .watch(&name)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "no such file is being uploaded"))?;
    let events =
        steps(watched).map(|(name, progress)| Event::default().event(name).json_data(progress));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
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
    received: u64,
    total: Option<u64>,
    #[serde(skip)]
    done: bool,
}

/// What is on its way, by name. A clone is the same list.
#[derive(Clone, Default)]
struct Uploads(Arc<Mutex<HashMap<String, watch::Receiver<Progress>>>>);

impl Uploads {
    fn begin(&self, name: &FileName, total: Option<u64>) -> Result<Running, Problem> {
        let mut uploads = self.lock();
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
            uploads: self.clone(),
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
    uploads: Uploads,
    name: String,
    sender: watch::Sender<Progress>,
}

impl Running {
    fn part(&self) -> PathBuf {
        PathBuf::from(FOLDER).join(format!(".{}.part", self.name))
    }

    fn received(&self, bytes: u64) {
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
#[derive(Serialize)]
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

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(StatusCode::NOT_FOUND, rejection.body_text())
    }
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

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            Json(self),
        )
            .into_response()
    }
}
