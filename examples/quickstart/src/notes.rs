//! The notebook: notes in memory, shared by all requests, and what can go wrong with them. Of HTTP
//! it knows only the statuses of its errors.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use gustnado::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Notes the book holds at most: it is in memory, and anyone may write.
const MOST_NOTES: usize = 1000;
/// Bytes of a place and of a text.
pub(crate) const MOST_BYTES: usize = 1000;

/// A note as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Note {
    pub(crate) id: u64,
    pub(crate) place: String,
    pub(crate) text: String,
}

/// A note as it is written down.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NewNote {
    pub(crate) place: String,
    pub(crate) text: String,
}

/// What can go wrong: each with its status and what the client is told.
#[derive(Debug, HttpError)]
pub(crate) enum NoteError {
    #[problem(404, "there is no note {0}")]
    NoNote(u64),
    #[problem(409, "the notebook is full; delete a note first")]
    Full,
    #[problem(422, "a note needs a place and a text, of at most {0} bytes each")]
    BadNote(usize),
}

/// All notes. A clone is the same book.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    book: Arc<Mutex<Book>>,
}

#[derive(Debug, Default)]
struct Book {
    last_id: u64,
    notes: BTreeMap<u64, Note>,
}

impl Notes {
    /// A book with a few notes in it.
    pub(crate) fn with_examples() -> Self {
        let notes = Self::default();
        let examples = [
            ("The ford", "Two dippers, one with moss in its beak."),
            (
                "North field",
                "First gust at 14:10; the barley went over in one line.",
            ),
            (
                "North field",
                "A gustnado, thirty metres high, gone within a minute.",
            ),
        ];
        for (place, text) in examples {
            let (place, text) = (place.into(), text.into());
            // Three short notes fit.
            let _ = notes.add(NewNote { place, text });
        }
        notes
    }

    /// The newest notes first, at most `limit`; with `contains`, those that have it in their place
    /// or text, whatever its case.
    pub(crate) fn newest(&self, limit: usize, contains: Option<&str>) -> Vec<Note> {
        let wanted = contains.unwrap_or_default().to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let book = self.lock();
        let notes = book.notes.values().rev();
        let notes = notes.filter(|note| has(&note.place) || has(&note.text));
        notes.take(limit).cloned().collect()
    }

    /// The note of this number.
    pub(crate) fn find(&self, id: u64) -> Option<Note> {
        self.lock().notes.get(&id).cloned()
    }

    /// Writes a note down and numbers it.
    pub(crate) fn add(&self, new: NewNote) -> Result<Note, NoteError> {
        let fits = |text: &str| !text.trim().is_empty() && text.len() <= MOST_BYTES;
        if !fits(&new.place) || !fits(&new.text) {
            return Err(NoteError::BadNote(MOST_BYTES));
        }
        let mut book = self.lock();
        if book.notes.len() >= MOST_NOTES {
            return Err(NoteError::Full);
        }
        book.last_id += 1;
        let NewNote { place, text } = new;
        let id = book.last_id;
        let note = Note { id, place, text };
        book.notes.insert(id, note.clone());
        Ok(note)
    }

    /// Takes a note out. Says whether there was one.
    pub(crate) fn delete(&self, id: u64) -> bool {
        self.lock().notes.remove(&id).is_some()
    }

    /// Every change is one step, so a book whose lock is poisoned is still whole.
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
