//! Notes: a list with paging, order and search, and a way to add to it. What it does, and the same
//! in axum and actix: docs/comparison/README.md.
//!
//! `cargo run -p notes`, then open <http://127.0.0.1:8888/notes>.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use garde::Validate;
use gustnado::prelude::*;
use serde::{Deserialize, Serialize};

fn main() -> Result<(), RunError> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    let bound = application().build()?.bind(address)?;
    println!("Open http://{}/notes", bound.local_addr());
    bound.run()
}

fn application() -> Application {
    Application::new()
        .state(Notes::default())
        .handler::<AllNotes>()
        .handler::<OneNote>()
}

// ---- Handlers ----

#[derive(Inputs)]
struct Listing {
    #[query(default = 1, min = 1)]
    page: u32,
    #[query(default = 20, min = 1, max = 100)]
    size: u32,
    #[query(len = 1..=64)]
    contains: Option<String>,
    #[query(default)]
    order: Order,
}

#[derive(FromParam, Default, Clone, Copy, PartialEq)]
enum Order {
    #[default]
    Newest,
    Oldest,
}

#[derive(RequestHandler)]
#[route("/notes")]
struct AllNotes {
    #[state]
    notes: Notes,
}

#[verbs]
impl AllNotes {
    /// List a page of the notes.
    async fn get(self, listing: Listing) -> Json<Page> {
        Json(self.notes.page(&listing))
    }

    /// Write a note down.
    async fn post(self, Garde(Json(new)): Garde<Json<NewNote>>) -> Created<Note> {
        let note = self.notes.add(new);
        Created(OneNote::url(note.id), note)
    }
}

#[derive(RequestHandler)]
#[route("/notes/{id}")]
struct OneNote {
    id: u64,
    #[state]
    notes: Notes,
}

#[verbs]
impl OneNote {
    /// Show a note.
    async fn get(self) -> Result<Json<Note>> {
        let note = self.notes.find(self.id);
        note.map(Json)
            .or_404(format!("there is no note {}", self.id))
    }
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
        let shown = found.iter().skip(skip).take(size as usize);
        Page {
            page,
            size,
            total: found.len(),
            items: shown.copied().cloned().collect(),
        }
    }

    fn find(&self, id: u64) -> Option<Note> {
        self.lock().iter().find(|note| note.id == id).cloned()
    }

    fn add(&self, note: NewNote) -> Note {
        let mut notes = self.lock();
        let id = notes.len() as u64 + 1;
        let note = Note { id, note };
        notes.push(note.clone());
        note
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Note>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
