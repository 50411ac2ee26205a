//! Notes with actix-web: create, show, and list with paging. What it does: docs/comparison/README.md.
//!
//! ```toml
//! actix-web = "4"
//! garde = { version = "0.23", default-features = false, features = ["derive"] }
//! serde = { version = "1", features = ["derive"] }
//! ```

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, ResponseError,
    error::{JsonPayloadError, PathError, QueryPayloadError},
    http::{StatusCode, header},
    web,
};
use garde::{Report, Validate};
use serde::{Deserialize, Serialize};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    let notes = web::Data::new(Notes::default());
    let server = HttpServer::new(move || App::new().app_data(notes.clone()).configure(routes));
    let server = server.bind(address)?;
    println!("Open http://{}/notes", server.addrs()[0]);
    server.run().await
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::QueryConfig::default().error_handler(query_error))
        .app_data(web::PathConfig::default().error_handler(path_error))
        .app_data(
            web::JsonConfig::default()
                .limit(1024 * 1024)
                .error_handler(json_error),
        )
        .service(
            web::resource("/notes")
                .get(list)
                .post(create)
                .default_service(web::to(not_allowed)),
        )
        .service(
            web::resource("/notes/{id}")
                .get(show)
                .default_service(web::to(not_allowed)),
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
    notes: web::Data<Notes>,
    listing: web::Query<Listing>,
) -> Result<web::Json<Page>, Problem> {
    listing.validate().map_err(Problem::bad_query)?;
    Ok(web::Json(notes.page(&listing)))
}

/// Write a note down.
async fn create(notes: web::Data<Notes>, new: web::Json<NewNote>) -> Result<HttpResponse, Problem> {
    new.validate().map_err(Problem::bad_body)?;
    let note = notes.add(new.into_inner());
    let location = (header::LOCATION, format!("/notes/{}", note.id));
    Ok(HttpResponse::Created().insert_header(location).json(note))
}

/// Show a note.
async fn show(notes: web::Data<Notes>, id: web::Path<u64>) -> Result<web::Json<Note>, Problem> {
    let id = id.into_inner();
    let note = notes.find(id);
    note.map(web::Json)
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

/// All notes, in memory; `web::Data` shares them.
#[derive(Default)]
struct Notes(Mutex<Vec<Note>>);

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
#[derive(Debug, Serialize)]
struct Problem {
    status: u16,
    title: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<BadInput>,
}

#[derive(Debug, Serialize)]
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

fn query_error(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    Problem::new(StatusCode::BAD_REQUEST, error.to_string()).into()
}

fn path_error(error: PathError, _: &HttpRequest) -> actix_web::Error {
    Problem::new(StatusCode::NOT_FOUND, error.to_string()).into()
}

fn json_error(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    let status = match &error {
        JsonPayloadError::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        JsonPayloadError::Deserialize(error) if error.is_data() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => error.status_code(),
    };
    Problem::new(status, error.to_string()).into()
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
