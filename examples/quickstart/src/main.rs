//! Field notes: a small site. A page with a style sheet and a script from a folder, a JSON resource
//! over shared state, typed inputs, errors as values, a redirect, an error page, and a page that
//! documents all of it.
//!
//! `cargo run -p quickstart`, then open <http://127.0.0.1:8888>. Another address is its argument:
//! `cargo run -p quickstart -- 0.0.0.0:9000`.

mod notes;
#[cfg(test)]
mod tests;

use gustnado::prelude::*;
use notes::{NewNote, Note, NoteError, Notes};

fn main() -> Result<(), RunError> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    let app = application().build()?;
    println!("{}\n", app.routes());
    let bound = app.bind(address)?;
    println!("Open http://{}; Ctrl-C stops it.", bound.local_addr());
    bound.run()
}

/// The whole site: what its handlers share, the handlers, and a folder for all other paths.
fn application() -> Application {
    // A file below assets/ has its content's hash in its name, so it may be kept for ever.
    let site = StaticFiles::new(concat!(env!("CARGO_MANIFEST_DIR"), "/site"))
        .cache_control("assets/**", CacheControl::Immutable);
    Application::new()
        .title("Field notes")
        .version(env!("CARGO_PKG_VERSION"))
        .state(Notes::with_examples())
        .handler::<AllNotes>()
        .handler::<OneNote>()
        .handler::<OldAddress>()
        .handler::<Teapot>()
        .mount("/docs", ApiDocs::new())
        .mount("/", site)
}

/// All notes.
#[derive(RequestHandler)]
#[route("/api/notes")]
struct AllNotes {
    #[state]
    notes: Notes,
}

#[verbs]
impl AllNotes {
    /// List the newest notes, those that contain a text if one is given.
    async fn get(
        self,
        #[query(default = 20)] limit: u8,
        #[query] contains: Option<String>,
    ) -> Json<Vec<Note>> {
        Json(self.notes.newest(limit.into(), contains.as_deref()))
    }

    /// Write a note down.
    async fn post(self, Json(new): Json<NewNote>) -> Result<Created<Note>, NoteError> {
        let note = self.notes.add(new)?;
        Ok(Created(OneNote::url(note.id), note))
    }
}

/// One note, by its number.
#[derive(RequestHandler)]
#[route("/api/notes/{id}")]
struct OneNote {
    id: u64,
    #[state]
    notes: Notes,
}

#[verbs]
impl OneNote {
    /// Show a note.
    async fn get(self) -> Result<Json<Note>, NoteError> {
        let note = self.notes.find(self.id);
        note.map(Json).ok_or(NoteError::NoNote(self.id))
    }

    /// Delete a note.
    async fn delete(self) -> Result<NoContent, NoteError> {
        let found = self.notes.delete(self.id);
        found.then_some(NoContent).ok_or(NoteError::NoNote(self.id))
    }
}

/// Where the page used to be.
#[derive(RequestHandler)]
#[route("/notes")]
struct OldAddress {}

#[verbs]
impl OldAddress {
    /// Send the client to the page.
    async fn get(self) -> Redirect {
        Redirect::see_other("/")
    }
}

/// An error to look at: a page in a browser, a problem document for a program.
#[derive(RequestHandler)]
#[route("/teapot")]
struct Teapot {}

#[verbs]
impl Teapot {
    /// Refuse.
    async fn get(self) -> Result<NoContent, Error> {
        Err(Error::new(
            418,
            "this is a notebook; look for tea elsewhere",
        ))
    }
}
