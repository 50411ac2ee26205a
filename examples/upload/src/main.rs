//! Upload: a file is sent with PUT, and how far it is can be watched. What it does, and the same in
//! axum and actix: docs/comparison/README.md.
//!
//! `cargo run -p upload`, then open <http://127.0.0.1:8888>; files go to the folder `uploads`.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, hash_map::Entry},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{Stream, stream};
use gustnado::prelude::*;
use serde::Serialize;
use tokio::{fs::File, io::AsyncWriteExt, sync::watch, time::sleep};

/// Between two events about the same upload.
const PAUSE: Duration = Duration::from_millis(100);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    std::fs::create_dir_all("uploads")?;
    let bound = application("uploads").build()?.bind(address)?;
    println!("Open http://{}/", bound.local_addr());
    Ok(bound.run()?)
}

fn application(folder: impl Into<PathBuf>) -> Application {
    Application::new()
        .state(Uploads::new(folder.into()))
        .handler::<Home>()
        .handler::<Upload>()
        .handler::<Watch>()
}

// ---- Handlers ----

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self) -> Html<&'static str> {
        Html(include_str!("../upload.html"))
    }
}

#[derive(RequestHandler)]
#[route("/files/{name}", body_limit = "16 MiB")]
struct Upload {
    name: FileName,
    #[header]
    content_length: Option<u64>,
    #[state]
    uploads: Uploads,
}

#[verbs]
impl Upload {
    /// Keep a file.
    async fn put(self, mut body: Body) -> Result<With<Json<Stored>>> {
        let running = self.uploads.begin(&self.name, self.content_length)?;
        let mut file = File::create(running.part()).await.internal()?;
        let mut bytes = 0;
        while let Some(chunk) = body.chunk().await? {
            bytes += chunk.len() as u64;
            file.write_all(&chunk).await.internal()?;
            running.received(bytes);
        }
        file.flush().await.internal()?;
        running.keep().internal()?;
        let name = self.name.0;
        Ok(Json(Stored { name, bytes }).with_status(StatusCode::CREATED))
    }
}

#[derive(Serialize)]
struct Stored {
    name: String,
    bytes: u64,
}

#[derive(RequestHandler)]
#[route("/files/{name}/progress")]
struct Watch {
    name: FileName,
    #[state]
    uploads: Uploads,
}

#[verbs]
impl Watch {
    /// Tell how far an upload is, until it ends.
    async fn get(self) -> Result<Events> {
        let watched = self.uploads.watch(&self.name);
        let watched = watched.or_404("no such file is being uploaded")?;
        Ok(Events::new(steps(watched)))
    }
}

/// How far it is now, and again after each change; last, how it ended.
fn steps(watched: watch::Receiver<Progress>) -> impl Stream<Item = Event> {
    stream::unfold(Some(watched), |watched| async move {
        let mut watched = watched?;
        let ended = watched.changed().await.is_err();
        let now = *watched.borrow_and_update();
        if ended {
            let name = if now.done { "done" } else { "failed" };
            return Some((Event::json(&now).name(name), None));
        }
        sleep(PAUSE).await;
        Some((Event::json(&now).name("progress"), Some(watched)))
    })
}

// ---- Uploads that are on their way ----

/// A name that is safe in any folder: letters, digits and `._-`, no dot in front.
struct FileName(String);

impl FromParam for FileName {
    fn from_param(name: &str) -> Result<Self, ParamError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if name.chars().all(plain) && (1..=100).contains(&name.len()) && !name.starts_with('.') {
            return Ok(Self(name.into()));
        }
        Err(ParamError::expected(
            "1 to 100 letters, digits, `.`, `_` or `-`, with no dot in front",
        ))
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
#[derive(Clone)]
struct Uploads {
    folder: Arc<Path>,
    running: Arc<Mutex<HashMap<String, watch::Receiver<Progress>>>>,
}

impl Uploads {
    fn new(folder: PathBuf) -> Self {
        Self {
            folder: folder.into(),
            running: Arc::default(),
        }
    }

    fn begin(&self, name: &FileName, total: Option<u64>) -> Result<Running> {
        let mut running = self.lock();
        let Entry::Vacant(place) = running.entry(name.0.clone()) else {
            return Err(Error::new(409, "this file is being uploaded"));
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
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.uploads.folder.join(format!(".{}.part", self.name))
    }

    fn received(&self, bytes: u64) {
        self.sender
            .send_modify(|progress| progress.received = bytes);
    }

    /// The file is whole: it gets its name.
    fn keep(&self) -> std::io::Result<()> {
        std::fs::rename(self.part(), self.uploads.folder.join(&self.name))?;
        self.sender.send_modify(|progress| progress.done = true);
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After a rename there is none.
        let _ = std::fs::remove_file(self.part());
        self.uploads.lock().remove(&self.name);
    }
}
