//! What a struct is around is readable, and can be shown in a link.
use gustnado::prelude::*;

struct Db;

#[derive(FromParam)]
struct Shared(Db);

#[derive(FromParam)]
struct Many(Vec<u8>);

fn main() {}
