//! A field in a text is shown, a cause is an error, and an error is `Debug`.
use gustnado::prelude::*;

#[derive(Debug)]
struct Opaque;

#[derive(Debug, HttpError)]
#[problem(404, "no {0}")]
struct Missing(Opaque);

#[derive(Debug, HttpError)]
#[problem(500, "failed")]
struct Failed(#[source] Opaque);

#[derive(HttpError)]
#[problem(404, "gone")]
struct Gone;

fn main() {}
