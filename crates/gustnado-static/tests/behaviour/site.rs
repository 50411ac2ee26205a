//! A folder of files being served, and answers taken apart. It must not know what is right.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use gustnado_core::{Body, Glance, Mount, Request};
use gustnado_static::{StaticFiles, StaticLimits};
use http::{HeaderMap, Method};

/// A folder of files being served, at the prefix `/static` of no application.
pub(crate) struct Site {
    folder: tempfile::TempDir,
    pub(crate) files: Arc<StaticFiles>,
    runtime: tokio::runtime::Runtime,
}

/// An answer, whole; of an error, what it says to the application.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether the body broke off.
    pub(crate) broken: bool,
}

/// Bounds under which files count as settled at once, so that a test can see what is kept.
pub(crate) fn settled() -> StaticLimits {
    let mut limits = StaticLimits::default();
    limits.settle_time = Duration::ZERO;
    limits.sibling_time = Duration::ZERO;
    limits
}

/// Text that shrinks, of this many bytes.
pub(crate) fn text(length: usize) -> Vec<u8> {
    (0_u32..)
        .flat_map(|number| format!("line {} of the text\n", number % 997).into_bytes())
        .take(length)
        .collect()
}

/// Bytes that do not shrink.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let step = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(step).take(length).collect()
}

pub(crate) fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(bytes);
    std::io::Read::read_to_end(&mut decoder, &mut decoded).unwrap();
    decoded
}

pub(crate) fn unbrotli(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut decoder = brotli::Decompressor::new(bytes, 4096);
    std::io::Read::read_to_end(&mut decoder, &mut decoded).unwrap();
    decoded
}

#[cfg(feature = "zstd")]
pub(crate) fn unzstd(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut decoder = zstd::Decoder::new(bytes).unwrap();
    std::io::Read::read_to_end(&mut decoder, &mut decoded).unwrap();
    decoded
}

#[cfg(not(feature = "zstd"))]
pub(crate) fn unzstd(_bytes: &[u8]) -> Vec<u8> {
    panic!("zstd is made with its feature only")
}

/// What is made beside identity.
pub(crate) const MADE: &[&str] = if cfg!(feature = "zstd") {
    &["br", "zstd", "gzip"]
} else {
    &["br", "gzip"]
};

pub(crate) fn request(method: &str, target: &str, fields: &[(&str, &str)]) -> Request {
    let mut request = http::Request::builder().method(method).uri(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap().into()
}

impl Site {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        Self::with(files, |site| site)
    }

    pub(crate) fn with(
        files: &[(&str, &[u8])],
        set_up: impl FnOnce(StaticFiles) -> StaticFiles,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        let site = Self {
            // What happens in the background changes tags, which is for the tests of just that.
            files: Arc::new(set_up(StaticFiles::new(&root).recompress(false))),
            folder,
            runtime: runtime(),
        };
        for (path, bytes) in files {
            site.write(path, bytes);
        }
        site
    }

    /// A folder that is there already.
    pub(crate) fn of(root: &Path) -> Self {
        Self::of_with(root, |files| files)
    }

    pub(crate) fn of_with(root: &Path, set_up: impl FnOnce(StaticFiles) -> StaticFiles) -> Self {
        Self {
            files: Arc::new(set_up(StaticFiles::new(root))),
            folder: tempfile::tempdir().unwrap(),
            runtime: runtime(),
        }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("root").join(path)
    }

    /// A path beside the folder that is served.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Puts another file in the place of one, at once.
    pub(crate) fn replace(&self, path: &str, bytes: &[u8]) {
        let new = self.beside("new");
        fs::write(&new, bytes).unwrap();
        fs::rename(new, self.path(path)).unwrap();
    }

    pub(crate) fn set_modified(&self, path: &str, time: SystemTime) {
        let file = fs::File::options().write(true).open(self.path(path));
        file.unwrap().set_modified(time).unwrap();
    }

    /// Asks for `/static` and `target`.
    pub(crate) fn ask(&self, method: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        let request = request(method, &format!("/static{target}"), fields);
        self.runtime
            .block_on(answer(&self.files, "/static", request))
    }

    pub(crate) fn get(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask("GET", target, fields)
    }

    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

pub(crate) async fn answer(files: &StaticFiles, prefix: &str, request: Request) -> Answer {
    let head = *request.method() == Method::HEAD;
    // As an application asks: for what is at hand first.
    let at_hand = files.at_hand(prefix, &Glance::of(&request));
    let answered = match at_hand {
        Some(made) => {
            let mut response = gustnado_core::Response::from(made);
            if head {
                response.take_body();
            }
            Ok(response)
        }
        None => files.call(prefix, request).await,
    };
    let (status, headers, mut body) = match answered {
        Ok(mut response) => {
            let body = response.take_body();
            (response.status(), response.headers().clone(), body)
        }
        Err(error) => (error.status(), error.headers().clone(), Body::empty()),
    };
    let mut answer = Answer {
        status: status.as_u16(),
        headers,
        body: Vec::new(),
        broken: false,
    };
    loop {
        match body.chunk().await {
            Ok(Some(bytes)) => answer.body.extend_from_slice(&bytes),
            Ok(None) => break,
            Err(_) => {
                answer.broken = true;
                break;
            }
        }
    }
    assert!(!head || answer.body.is_empty(), "HEAD has no body");
    answer
}

impl Answer {
    /// A field's value; empty when there is none. It fails on one that stands there twice.
    pub(crate) fn field(&self, name: &str) -> &str {
        let mut lines = self.headers.get_all(name).iter();
        let value = lines.next().map_or("", |value| value.to_str().unwrap());
        assert!(lines.next().is_none(), "{name} stands on two lines");
        value
    }

    pub(crate) fn tag(&self) -> &str {
        self.field("etag")
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }
}
