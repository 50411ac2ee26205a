//! Why an exchange is not whole. It must not know who asked.

use std::io;

use gustnado_core::BoxError;

use crate::{
    error::{Error, ErrorKind},
    limits::INTERIM,
};

/// What went wrong on a connection of HTTP/1.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It ended or broke before the answer was whole.
    Cut(Option<io::Error>),
    /// The head of the answer has more bytes, or fields, than it may.
    TooLarge,
    /// What came is no answer.
    Broken(&'static str),
    /// Too many interim answers came.
    Interim,
    /// The body of the request failed.
    Upload(BoxError),
}

impl From<Fault> for Error {
    #[cold]
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Cut(source) => {
                let detail = "the connection was lost before the answer was whole";
                let error = Self::new(ErrorKind::Cut, detail);
                match source {
                    Some(source) => error.with_source(source),
                    None => error,
                }
            }
            Fault::TooLarge => {
                Self::new(ErrorKind::Protocol, "the head of the answer is too large")
            }
            Fault::Broken(what) => {
                let error = Self::new(ErrorKind::Protocol, "what came is no answer of HTTP");
                error.with_source(what)
            }
            Fault::Interim => {
                let detail = format!("more than {INTERIM} interim answers (1xx) came");
                Self::new(ErrorKind::Protocol, detail)
            }
            Fault::Upload(source) => {
                let detail = "the body of the request failed";
                Self::new(ErrorKind::Upload, detail).with_source(source)
            }
        }
    }
}
