//! ONE request, through the pipeline; read this first. It must not know how any step works.

use std::{borrow::Cow, path::Path, sync::Arc};

use gustnado_core::{BoxFuture, Clients, Error, Glance, Mount, ReadyMade, Request, Response};
use http::{HeaderMap, HeaderValue, Method, header};
use percent_encoding::{CONTROLS, utf8_percent_encode};
use tokio::task::spawn_blocking;

use super::{
    StaticFiles,
    permit::{self, Audience, FileRequest},
};
use crate::{
    decide::Verb,
    dictionary::Asker,
    digest,
    disk::Kind,
    entry::Representation,
    failure::{Failure, nothing_here},
    fingerprint::Fingerprint,
    limits,
    negotiate::Preferences,
    policy,
    resolve::{Names, resolve},
    serve::{needs_file, not_acceptable, serve},
    store::{Choice, Chosen},
};

impl Mount for StaticFiles {
    fn problems(&self) -> Vec<String> {
        let mut problems = self.problems.clone();
        let root = &self.settings.root;
        if let Some(folder) = root.folder().filter(|folder| !folder.is_dir()) {
            problems.push(no_folder(folder));
        } else if let Some(fallback) = &self.settings.fallback
            && !matches!(root.look(&root.join(fallback)), Ok(Kind::File(_)))
        {
            let folder = root.folder().map(|folder| {
                let folder = folder.display();
                format!(" in `{folder}`, the folder of the static files")
            });
            let folder = folder.unwrap_or_default();
            problems.push(format!("there is no fallback `{fallback}`{folder}"));
        }
        problems
    }

    fn placed(&self, prefix: &str) {
        self.place().get_or_init(|| prefix.to_owned());
    }

    fn introduced(&self, clients: &Clients) {
        self.clients.get_or_init(|| clients.clone());
    }

    fn at_hand(&self, prefix: &str, head: &Glance<'_>) -> Option<ReadyMade> {
        self.answered_before(prefix, head)
    }

    fn call<'a>(
        &'a self,
        prefix: &'a str,
        request: Request,
    ) -> BoxFuture<'a, Result<Response, Error>> {
        let verb = match *request.method() {
            Method::GET => Verb::Get,
            Method::HEAD => Verb::Head,
            Method::OPTIONS => return at_once(Ok(options())),
            _ => return at_once(Err(not_allowed())),
        };
        let Some(target) = self.target(prefix, &request) else {
            return at_once(Err(nothing_here()));
        };
        let audience = match self.permit(&target.path(), &request) {
            Ok(audience) => audience,
            Err(error) => return at_once(Err(error)),
        };
        let asker = self.asker(&request, audience);
        // A hit is answered here; what it takes to wait is not even made.
        if let Some(path) = &target.file
            && let Some((chosen, answer)) = self.in_memory(path, verb, &request, asker.as_ref())
        {
            if audience == Audience::Everyone {
                self.note(prefix, &request, &chosen);
            }
            return at_once(audience.mark(answer));
        }
        let target = target.into_owned();
        Box::pin(async move {
            let head = Head::of(&request, self.asker(&request, audience));
            audience.mark(self.fetch(&target, verb, head).await)
        })
    }
}

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Target<'r> {
    /// The path of the file; none of a folder without an index.
    file: Option<Cow<'r, str>>,
    /// The path of the folder, where the URL ended in a slash.
    pub(super) folder: Option<Cow<'r, str>>,
}

impl Target<'_> {
    /// The path of the file or, where there is none to be, of the folder, with a slash at its end: so
    /// it begins as those of the files in it do.
    pub(super) fn path(&self) -> Cow<'_, str> {
        match (&self.file, &self.folder) {
            (Some(file), _) => Cow::Borrowed(file),
            (None, Some(folder)) if !folder.is_empty() => Cow::Owned(format!("{folder}/")),
            (None, _) => Cow::Borrowed(""),
        }
    }

    fn into_owned(self) -> Target<'static> {
        let owned = |path: Option<Cow<'_, str>>| path.map(|path| Cow::Owned(path.into_owned()));
        Target {
            file: owned(self.file),
            folder: owned(self.folder),
        }
    }
}

/// What else a request says. Apart from it, as its body is not to be shared while one waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'r> {
    pub(super) path: &'r str,
    query: Option<&'r str>,
    pub(super) headers: &'r HeaderMap,
    asker: Option<Asker<'r>>,
}

impl<'r> Head<'r> {
    fn of(request: &'r Request, asker: Option<Asker<'r>>) -> Self {
        Self {
            path: request.path(),
            query: request.query(),
            headers: request.headers(),
            asker,
        }
    }
}

/// An answer for a file that there is, which may be that the client is not to have it.
pub(super) type Had = Result<Result<Response, Error>, Failure>;

impl StaticFiles {
    pub(super) fn target<'r>(&self, prefix: &str, request: &'r Request) -> Option<Target<'r>> {
        let tail = request.path().strip_prefix(prefix)?;
        let resolved = resolve(tail, Names::HERE)?;
        if !resolved.slash {
            return Some(Target {
                file: Some(resolved.path),
                folder: None,
            });
        }
        let file = self
            .settings
            .index
            .as_deref()
            .map(|index| match &*resolved.path {
                "" => index.to_owned(),
                folder => format!("{folder}/{index}"),
            });
        Some(Target {
            file: file.map(Cow::Owned),
            folder: Some(resolved.path),
        })
    }

    /// For whom the answer is, or why there is none.
    pub(super) fn permit(&self, path: &str, request: &Request) -> Result<Audience, Error> {
        match &self.validate {
            None => Ok(Audience::Everyone),
            Some(validate) => validate(&FileRequest::new(path, request)).map_err(permit::for_one),
        }
    }

    /// The answer, when all it takes is in memory.
    fn in_memory(
        &self,
        path: &str,
        verb: Verb,
        request: &Request,
        asker: Option<&Asker<'_>>,
    ) -> Option<(Chosen, Result<Response, Error>)> {
        let headers = request.headers();
        let preferences = Preferences::of(headers);
        let chosen = self.store().at_hand(path, &preferences)?;
        let (plan, chosen) = self.plan(verb, headers, chosen, &preferences, asker);
        if needs_file(&plan, verb, &chosen) {
            return None;
        }
        // Making one takes longer than an answer may.
        let digest = digest::is_wanted(headers);
        if digest && chosen.representation.known_digest().is_none() {
            return None;
        }
        let answer = serve(&plan, verb, &chosen, None);
        let answer = answer.map(|answer| {
            let answer = by_url(answer, &chosen, request.query());
            let answer = self.offered_to(answer, &chosen, asker);
            with_digest(answer, &chosen.representation, digest)
        });
        Some((chosen, answer))
    }

    /// The answer, whatever it takes.
    async fn fetch(
        &self,
        target: &Target<'_>,
        verb: Verb,
        head: Head<'_>,
    ) -> Result<Response, Error> {
        let had = match target.file.as_deref() {
            Some(path) => self.file(path, verb, head).await,
            None => Err(Failure::Missing),
        };
        match had {
            Ok(answer) => answer,
            Err(Failure::Missing) => self.instead(target, verb, head).await,
            Err(failure) => Err(failure.into()),
        }
    }

    /// The answer for the file at a path.
    ///
    /// # Errors
    /// Missing when there is none, or it is a folder that is not sent on.
    pub(super) async fn file(&self, path: &str, verb: Verb, head: Head<'_>) -> Had {
        let headers = head.headers;
        let preferences = Preferences::of(headers);
        let store = self.store();
        for attempt in 1..=limits::TRIES {
            let (choice, open) = if attempt < limits::TRIES {
                (store.find(path, &preferences).await?, None)
            } else {
                store.as_it_is(path, &preferences).await?
            };
            let chosen = match choice {
                Choice::File(chosen) => chosen,
                Choice::Nothing(facts) => return Ok(Err(not_acceptable(&facts))),
                Choice::Folder => return self.folder(head),
                Choice::Again => continue,
            };
            let asker = head.asker.as_ref();
            let (plan, chosen) = self.plan(verb, headers, chosen, &preferences, asker);
            if !needs_file(&plan, verb, &chosen) {
                let answer = serve(&plan, verb, &chosen, None);
                let digest = digest::is_wanted(headers);
                if digest {
                    let representation = Arc::clone(&chosen.representation);
                    spawn_blocking(move || drop(representation.digest().cloned())).await?;
                }
                return Ok(answer.map(|answer| {
                    let answer = by_url(answer, &chosen, head.query);
                    let answer = self.offered_to(answer, &chosen, asker);
                    with_digest(answer, &chosen.representation, digest)
                }));
            }
            let opened = match open {
                Some(file) => Ok(file),
                None => store.open(&chosen).await,
            };
            match opened {
                Ok(file) => {
                    let answer = serve(&plan, verb, &chosen, Some(file));
                    return Ok(answer.map(|answer| by_url(answer, &chosen, head.query)));
                }
                // Replaced since it was looked at: decided anew.
                Err(Failure::Changing) => {}
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::Changing)
    }

    /// A folder where a file was asked for.
    fn folder(&self, head: Head<'_>) -> Had {
        let settings = &self.settings;
        let is_served = settings.index.is_some() || settings.listing;
        if !is_served || head.path.ends_with('/') {
            return Err(Failure::Missing);
        }
        Ok(to_slash(head))
    }
}

/// The answer, to be kept as long as the content that its URL names, if it names one.
pub(super) fn by_url(mut answer: Response, chosen: &Chosen, query: Option<&str>) -> Response {
    // What a precondition refuses is not the content.
    let is_content = matches!(answer.status().as_u16(), 200 | 206 | 304);
    if let Some(named) = query.and_then(Fingerprint::in_query).filter(|_| is_content) {
        let is_that = chosen.facts.fingerprint() == Some(named);
        policy::by_url(answer.headers_mut(), is_that);
    }
    answer
}

/// The answer with the digest of the whole, if that is wanted, and of an answer that has some of it.
fn with_digest(mut answer: Response, representation: &Representation, wanted: bool) -> Response {
    let has_bytes = matches!(answer.status().as_u16(), 200 | 206);
    if wanted
        && has_bytes
        && let Some(digest) = representation.known_digest()
    {
        let name = digest::REPR_DIGEST;
        answer.headers_mut().insert(name, digest.clone());
    }
    answer
}

fn no_folder(root: &Path) -> String {
    let mut text = format!(
        "there is no folder `{}` for the static files",
        root.display()
    );
    if root.is_relative()
        && let Ok(here) = std::env::current_dir()
    {
        text += &format!("; it is looked for in `{}`", here.display());
    }
    text
}

fn at_once<'a>(answer: Result<Response, Error>) -> BoxFuture<'a, Result<Response, Error>> {
    Box::pin(std::future::ready(answer))
}

/// What a folder answers: its path with a slash at the end, and the query.
fn to_slash(head: Head<'_>) -> Result<Response, Error> {
    let path = utf8_percent_encode(head.path, CONTROLS);
    let mut location = format!("{path}/");
    if let Some(query) = head.query {
        location.push('?');
        location.extend(utf8_percent_encode(query, CONTROLS));
    }
    // One that begins with two slashes would name a host.
    if location.starts_with("//") || location.starts_with("/\\") {
        return Err(nothing_here());
    }
    // Without it, caches make up how long they may keep it (RFC 9111 section 4.2.2). There is no
    // validator to ask anew with.
    let answer = Response::new(301).with_header(
        header::CACHE_CONTROL,
        policy::CacheControl::NoStore.into_header(),
    );
    answer.try_header(header::LOCATION, &location)
}

fn options() -> Response {
    Response::new(204).with_header(header::ALLOW, allow())
}

fn not_allowed() -> Error {
    Error::new(405, "files can be read, and nothing else").with_header(header::ALLOW, allow())
}

fn allow() -> HeaderValue {
    HeaderValue::from_static("GET, HEAD, OPTIONS")
}
