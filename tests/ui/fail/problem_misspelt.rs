//! What can be wrong in `#[problem(…)]`.
use gustnado::prelude::*;

#[derive(Debug, HttpError)]
#[problem(404)]
enum ApiError {
    #[problem(200, "fine")]
    Fine,
    #[problem(404, "no {1}")]
    NoUser(u64),
    #[problem(404, "no {nmae}")]
    NoName { name: String },
    #[problem(404, "no {}")]
    Nothing(u64),
    #[problem(404, "no {0")]
    Open(u64),
    #[problem("gone")]
    Gone,
    #[problem(404, "no {}", 3)]
    Arguments,
    #[problem(404, "a")]
    #[problem(405, "b")]
    Twice,
    #[problem(500, "io")]
    From(#[from] std::io::Error, u64),
    #[problem(500, "io")]
    Causes {
        #[source]
        one: std::io::Error,
        #[source]
        two: std::io::Error,
    },
}

#[derive(HttpError)]
#[problem(404, "x")]
union Neither {
    one: u8,
}

fn main() {}
