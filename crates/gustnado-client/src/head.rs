//! The head of an answer: as it came, and with a map of its fields once somebody asks. It must not know
//! bodies, nor what a field means.

use std::sync::OnceLock;

use gustnado_core::fields::Fields;
use http::{HeaderMap, HeaderName, StatusCode, Version, response::Parts};

/// The head of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    /// Its fields over HTTP/1, of which there may be a map.
    came: Option<Fields>,
    map: OnceLock<HeaderMap>,
}

impl Head {
    pub(crate) fn new(status: StatusCode, version: Version, came: Fields) -> Self {
        Self {
            status,
            version,
            came: Some(came),
            map: OnceLock::new(),
        }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        let made = || self.came.as_ref().map(Fields::map).unwrap_or_default();
        self.map.get_or_init(made)
    }

    /// Takes out all of a name; as they came, the fields are not to be had then.
    pub(crate) fn remove(&mut self, name: &HeaderName) {
        self.headers();
        self.came = None;
        if let Some(map) = self.map.get_mut() {
            map.remove(name);
        }
    }

    /// The fields as they came, if they came over HTTP/1 and are what they were.
    pub(crate) fn came(&self) -> Option<&Fields> {
        self.came.as_ref()
    }

    /// The same, to keep.
    pub(crate) fn into_came(self) -> Fields {
        self.came.unwrap_or_default()
    }

    pub(crate) fn into_parts(mut self) -> Parts {
        let (mut parts, ()) = http::Response::new(()).into_parts();
        parts.status = self.status;
        parts.version = self.version;
        let made = || self.came.as_ref().map(Fields::map).unwrap_or_default();
        parts.headers = self.map.take().unwrap_or_else(made);
        parts
    }
}

impl From<Parts> for Head {
    fn from(parts: Parts) -> Self {
        Self {
            status: parts.status,
            version: parts.version,
            came: None,
            map: OnceLock::from(parts.headers),
        }
    }
}
