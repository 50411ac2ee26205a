//! Notes with axum: create, show, and list with paging. What it does: docs/comparison/README.md.
//!
//! ```toml
//! axum = "0.8"
//! garde = { version = "0.23", default-features = false, features = ["derive"] }
//! serde = { version = "1", features = ["derive"] }
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Json, Router,
    extract::{
        DefaultBodyLimit, Path, Query, State,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use garde::{Report, Validate};
use serde::{Deserialize, Serialize};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    let app = Router::new()
        .route("/notes", get(list).post(create))
        .route("/notes/{id}", get(show))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "there is nothing here") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this is not answered here")
        })
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .with_state(Notes::default());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("Open http://{}/notes", listener.local_addr()?);
    axum::serve(listener, app).await
}

// ---- Handlers ----

#[derive(Deserialize, Validate)]
struct Listing {
    #[serde(default = "first")]
    #[garde(range(min = 1))]
    page: u32,
    #[serde(default = "twenty")]
    #[garde(range(min = 1, max = 100))]
    size: u32,
    #[garde(length(chars, min = 1, max = 64))]
    contains: Option<String>,
    #[serde(default)]
    #[garde(skip)]
    order: Order,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Order {
    #[default]
    Newest,
    Oldest,
}

fn first() -> u32 {
    1
}

fn twenty() -> u32 {
    20
}

/// List a page of the notes.
async fn list(
    State(notes): State<Notes>,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(listing) = listing?;
    listing.validate().map_err(Problem::bad_query)?;
    Ok(Json(notes.page(&listing)))
}

/// Write a note down.
async fn create(
    State(notes): State<Notes>,
    new: Result<Json<NewNote>, JsonRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Json(new) = new?;
    new.validate().map_err(Problem::bad_body)?;
    let note = notes.add(new);
    let location = format!("/notes/{}", note.id);
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(note),
    ))
}

/// Show a note.
async fn show(
    State(notes): State<Notes>,
    id: Result<Path<u64>, PathRejection>,
) -> Result<Json<Note>, Problem> {
    let Path(id) = id?;
    let note = notes.find(id);
    note.map(Json)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no note {id}")))
}

// ---- The notebook ----

#[derive(Clone, Serialize)]
struct Note {
    id: u64,
    #[serde(flatten)]
    note: NewNote,
}

#[derive(Clone, Serialize, Deserialize, Validate)]
struct NewNote {
    #[garde(length(chars, min = 1, max = 100))]
    title: String,
    #[garde(length(chars, min = 1, max = 2000))]
    text: String,
    #[serde(default)]
    #[garde(length(max = 5), inner(length(chars, min = 1, max = 20)))]
    tags: Vec<String>,
}

#[derive(Serialize)]
struct Page {
    page: u32,
    size: u32,
    total: usize,
    items: Vec<Note>,
}

/// All notes, in memory. A clone is the same book.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Note>>>);

impl Notes {
    fn page(&self, listing: &Listing) -> Page {
        let contains = listing.contains.as_deref().unwrap_or_default();
        let notes = self.lock();
        let has =
            |note: &&Note| note.note.title.contains(contains) || note.note.text.contains(contains);
        let mut found: Vec<&Note> = notes.iter().filter(has).collect();
        if listing.order == Order::Newest {
            found.reverse();
        }
        let (page, size) = (listing.page, listing.size);
        let skip = (page as usize - 1).saturating_mul(size as usize);
        let items = found
            .iter()
            .skip(skip)
            .take(size as usize)
            .copied()
            .cloned()
            .collect();
        Page {
            page,
            size,
            total: found.len(),
            items,
        }
    }

    fn find(&self, id: u64) -> Option<Note> {
        self.lock().iter().find(|note| note.id == id).cloned()
    }

    fn add(&self, note: NewNote) -> Note {
        let mut notes = self.lock();
        let note = Note {
            id: notes.len() as u64 + 1,
            note,
        };
        notes.push(note.clone());
        note
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Note>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// ---- Errors ----

/// An error as RFC 9457 has it.
#[derive(Serialize)]
struct Problem {
    status: u16,
    title: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<BadInput>,
}

#[derive(Serialize)]
struct BadInput {
    #[serde(rename = "in")]
    part: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            status: status.as_u16(),
            title,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    fn bad_query(report: Report) -> Self {
        let errors = report.iter().map(|(path, error)| BadInput {
            part: "query",
            name: Some(path.to_string()),
            pointer: None,
            detail: error.to_string(),
        });
        let problem = Self::new(StatusCode::BAD_REQUEST, "some inputs cannot be used");
        Self {
            errors: errors.collect(),
            ..problem
        }
    }

    fn bad_body(report: Report) -> Self {
        let errors = report.iter().map(|(path, error)| BadInput {
            part: "body",
            name: None,
            pointer: Some(pointer(&path.to_string())),
            detail: error.to_string(),
        });
        let problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "some inputs cannot be used",
        );
        Self {
            errors: errors.collect(),
            ..problem
        }
    }
}

/// `tags[0]` as a JSON pointer.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace(['.', '['], "/").replace(']', ""))
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(StatusCode::NOT_FOUND, rejection.body_text())
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
