//! `HttpError` in its forms.
#![deny(warnings)]

use std::{error::Error as _, io};

use gustnado::{BoxError, prelude::*};

#[derive(Debug, HttpError)]
pub enum ApiError {
    #[problem(404, "no user {0}")]
    NoUser(u64),
    #[problem(409, "{name:?} is taken, {{}} {type}", )]
    Odd { name: String, r#type: u8 },
    #[problem(400)]
    Bad,
    #[problem(500, "io: {0}")]
    Io(#[from] io::Error),
    #[problem(502)]
    Upstream {
        #[source]
        cause: BoxError,
        host: String,
    },
    #[problem(503, "busy")]
    Boxed(#[source] Box<io::Error>),
}

#[derive(Debug, HttpError)]
#[problem(410, "gone since {year:>5}")]
pub struct Gone {
    year: u16,
}

#[derive(Debug, HttpError)]
#[problem(451, "{0}")]
pub struct Legal<T: std::fmt::Debug + std::fmt::Display + Send + Sync + 'static>(T);

#[derive(Debug, HttpError)]
pub enum Never {}

fn main() {
    assert_eq!(ApiError::NoUser(7).to_string(), "no user 7");
    assert_eq!(ApiError::Bad.to_string(), "Bad Request");
    assert_eq!(ApiError::Bad.status(), 400);
    let io = ApiError::from(io::Error::other("disk"));
    assert_eq!(io.to_string(), "io: disk");
    assert_eq!(io.source().unwrap().to_string(), "disk");
    let upstream = ApiError::Upstream {
        cause: "refused".into(),
        host: "db".into(),
    };
    assert_eq!(upstream.source().unwrap().to_string(), "refused");
    assert_eq!(Error::from(upstream).status(), 502);
    assert_eq!(Gone { year: 1999 }.to_string(), "gone since  1999");
    assert_eq!(Error::from(Legal("no")).detail(), "no");
}
