"""Writes the application whose compile time is measured, once for each framework.

Each has the same handlers with the same inputs, bodies and replies; what differs is what the
framework asks its user to write. This file must not know how anything is measured.
"""

import textwrap
from pathlib import Path
from string import Template

# What both share: the state, and what a handler does once its inputs are there.
STORE = """
/// The shared state: names by number. A clone is the same store.
#[derive(Clone, Default)]
pub struct Store(Arc<Mutex<HashMap<u64, String>>>);

impl Store {
    pub async fn find(&self, id: u64) -> Option<String> {
        self.0.lock().ok()?.get(&id).cloned()
    }

    pub async fn save(&self, id: u64, name: &str) -> Option<()> {
        self.0.lock().ok()?.insert(id, name.to_owned());
        Some(())
    }
}
"""

THING = """
/// What is sent and what is shown.
#[derive(Serialize, Deserialize)]
pub struct Thing$n {
    name: String,
    amount: u32,
    tags: Vec<String>,
}
"""

# `at` is `self.` where inputs are fields and nothing where they are arguments.
GET_BODY = """
let Some(name) = ${at}store.find(${at}id).await else {
    return Err(Fail::NoThing(${at}id));
};
let mut tags = vec![name.clone()];
if ${at}verbose {
    tags.extend(x_trace);
}
tags.truncate(limit as usize);
Ok(Json(Thing$n { name, amount: $n, tags }))
"""

PUT_BODY = """
if thing.name.is_empty() {
    return Err(Fail::NoName);
}
if !dry_run {
    let saved = ${at}store.save(${at}id, &thing.name).await;
    saved.ok_or(Fail::Store)?;
}
if ${at}verbose {
    thing.tags.push(format!("thing $n, {}", ${at}id));
}
Ok(Json(thing))
"""

GUSTNADO_MANIFEST = """[package]
name = "leaf"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[dependencies]
gustnado = { path = "$gustnado", default-features = false, features = ["macros", "json"] }
serde = { version = "1", features = ["derive"] }
"""

AXUM_MANIFEST = """[package]
name = "leaf"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[dependencies]
axum = { version = "0.8", default-features = false, features = ["http1", "json", "query", "tokio"] }
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
"""

GUSTNADO_MAIN = """
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use gustnado::prelude::*;

$mods

fn main() -> Result<(), RunError> {
    Application::new()
        .state(Store::default())
$handlers
        .run("127.0.0.1:8888")
}

/// What can go wrong.
#[derive(Debug, HttpError)]
pub enum Fail {
    #[problem(404, "there is no thing {0}")]
    NoThing(u64),
    #[problem(422, "a thing needs a name")]
    NoName,
    #[problem(500, "the store failed")]
    Store,
}
"""

GUSTNADO_MODULE = """
use gustnado::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Fail, Store};

/// One thing, by its number.
#[derive(RequestHandler)]
#[route("/things$n/{id}")]
pub struct OneThing$n {
    id: u64,
    #[query(default)]
    verbose: bool,
    #[state]
    store: Store,
}

#[verbs]
impl OneThing$n {
    /// Show a thing.
    async fn get(
        self,
        #[query(default = 10)] limit: u32,
        #[header] x_trace: Option<String>,
    ) -> Result<Json<Thing$n>, Fail> {
$get
    }

    /// Change a thing.
    async fn put(
        self,
        #[query(default)] dry_run: bool,
        Json(mut thing): Json<Thing$n>,
    ) -> Result<Json<Thing$n>, Fail> {
$put
    }
}
"""

AXUM_MAIN = """
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;

$mods

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new()
$handlers
        .with_state(Store::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8888").await?;
    axum::serve(listener, app).await
}

/// What can go wrong.
#[derive(Debug)]
pub enum Fail {
    NoThing(u64),
    NoName,
    Store,
    Header(&'static str),
}

#[derive(Serialize)]
struct Problem {
    status: u16,
    detail: String,
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let (status, detail) = match self {
            Self::NoThing(id) => (StatusCode::NOT_FOUND, format!("there is no thing {id}")),
            Self::NoName => (StatusCode::UNPROCESSABLE_ENTITY, "a thing needs a name".to_owned()),
            Self::Store => (StatusCode::INTERNAL_SERVER_ERROR, "the store failed".to_owned()),
            Self::Header(name) => (StatusCode::BAD_REQUEST, format!("{name} is not text")),
        };
        let status_code = status.as_u16();
        (status, Json(Problem { status: status_code, detail })).into_response()
    }
}

/// A header as text, if it is there.
pub fn header(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, Fail> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| Fail::Header(name))?;
    Ok(Some(text.to_owned()))
}
"""

AXUM_MODULE = """
use axum::{
    Json,
    extract::{Path, Query, State},
    http::HeaderMap,
};
use serde::{Deserialize, Serialize};

use crate::{Fail, Store, header};

#[derive(Deserialize)]
pub struct GetQuery {
    #[serde(default)]
    verbose: bool,
    #[serde(default = "ten")]
    limit: u32,
}

fn ten() -> u32 {
    10
}

#[derive(Deserialize)]
pub struct PutQuery {
    #[serde(default)]
    verbose: bool,
    #[serde(default)]
    dry_run: bool,
}

/// Show a thing.
pub async fn show(
    State(store): State<Store>,
    Path(id): Path<u64>,
    Query(GetQuery { verbose, limit }): Query<GetQuery>,
    headers: HeaderMap,
) -> Result<Json<Thing$n>, Fail> {
    let x_trace = header(&headers, "x-trace")?;
$get
}

/// Change a thing.
pub async fn change(
    State(store): State<Store>,
    Path(id): Path<u64>,
    Query(PutQuery { verbose, dry_run }): Query<PutQuery>,
    Json(mut thing): Json<Thing$n>,
) -> Result<Json<Thing$n>, Fail> {
$put
}
"""

SIDES = {
    "gustnado": {
        "manifest": GUSTNADO_MANIFEST,
        "main": GUSTNADO_MAIN,
        "module": GUSTNADO_MODULE,
        "handler": "        .handler::<m$n::OneThing$n>()",
        "at": "self.",
        "indent": 8,
    },
    "axum": {
        "manifest": AXUM_MANIFEST,
        "main": AXUM_MAIN,
        "module": AXUM_MODULE,
        "handler": '        .route("/things$n/{id}", get(m$n::show).put(m$n::change))',
        "at": "",
        "indent": 4,
    },
}


def write_crate(side: str, handlers: int, root: Path, folder: Path) -> None:
    """Writes the crate of one side into `folder`; `root` is the repository."""
    parts = SIDES[side]
    source = folder / "src"
    source.mkdir(parents=True, exist_ok=True)
    for old in source.glob("m*.rs"):
        old.unlink()
    manifest = parts["manifest"].replace("$gustnado", (root / "crates/gustnado").as_posix())
    write(folder / "Cargo.toml", manifest)
    # The same versions on both sides, and the ones that the repository is tested with.
    write(folder / "Cargo.lock", (root / "Cargo.lock").read_text(encoding="utf-8"))
    numbers = range(handlers)
    main = parts["main"].replace("$mods", "\n".join(f"mod m{n};" for n in numbers))
    lines = "\n".join(Template(parts["handler"]).substitute(n=n) for n in numbers)
    write(source / "main.rs", main.replace("$handlers", lines) + STORE)
    for n in numbers:
        write(source / f"m{n}.rs", module(side, n))


def module(side: str, n: int) -> str:
    """The source of one handler."""
    parts = SIDES[side]
    indent = " " * parts["indent"]
    get, put = (
        textwrap.indent(Template(body).substitute(n=n, at=parts["at"]).strip("\n"), indent)
        for body in (GET_BODY, PUT_BODY)
    )
    return Template(parts["module"] + THING).substitute(n=n, get=get, put=put)


def touch(folder: Path, n: int, mark: str) -> None:
    """Edits the body of one handler, so that its length in tokens stays what it was."""
    path = folder / "src" / f"m{n}.rs"
    text = path.read_text(encoding="utf-8")
    start = text.index('format!("thing ')
    end = text.index('"', start + len('format!("'))
    write(path, text[:start] + f'format!("thing {n} {mark}, {{}}' + text[end:])


def write(path: Path, text: str) -> None:
    path.write_text(text.lstrip("\n"), encoding="utf-8")
