//! A field in a text is shown, and a cause is an error.
use gustnado::prelude::*;

#[derive(Debug)]
struct Opaque;

#[derive(Debug, HttpError)]
#[problem(404, "no {0}")]
struct Missing(Opaque);

#[derive(Debug, HttpError)]
#[problem(500, "failed")]
struct Failed(#[source] Opaque);

fn main() {}
