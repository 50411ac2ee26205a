//! ONE request, through the pipeline; read this first. It must not know how any step works.

use std::{borrow::Cow, path::Path};

use gustnado_core::{BoxFuture, Error, Mount, ReadyHead, ReadyMade, Request, Response};
use http::{HeaderValue, Method, header};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::StaticFiles;
use crate::{
    asked::Asked,
    decide::{Plan, Verb, decide},
    failure::{Failure, nothing_here},
    limits,
    negotiate::Preferences,
    resolve::{Names, resolve},
    serve::{not_acceptable, opens_at, serve},
    store::{Choice, Chosen},
    validator::Seconds,
};

impl Mount for StaticFiles {
    fn problems(&self) -> Vec<String> {
        let mut problems = self.problems.clone();
        let root = &self.settings.root;
        if !root.is_dir() {
            problems.push(no_folder(root));
        }
        problems
    }

    fn at_hand(&self, prefix: &str, request: &Request) -> Option<ReadyMade> {
        let path = answered_before(prefix, request)?;
        let asked = Asked::of(request.headers())?;
        let mut front = self.fronts.mine()?;
        let preferences = front.preferences(asked.accepts);
        let hit = front.find(path, &preferences)?;
        if !self.store().is_fresh(hit.facts, hit.representation) {
            front.forget(path);
            return None;
        }
        if hit.tell {
            self.store().touch(hit.facts, hit.representation.coding);
        }
        let tag = &hit.representation.tag;
        let has = asked.has.is_some_and(|line| tag.matches_weakly(line));
        Some(if has { hit.not_modified } else { hit.whole }.clone())
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
        let Some((path, slash)) = self.target(prefix, &request) else {
            return at_once(Err(nothing_here()));
        };
        // A hit is answered here; what it takes to wait is not even made.
        if let Some((chosen, answer)) = self.in_memory(&path, verb, &request) {
            self.note(prefix, &request, &chosen);
            return at_once(answer);
        }
        let path = path.into_owned();
        Box::pin(async move { self.fetch(&path, slash, verb, request).await })
    }
}

impl StaticFiles {
    /// The path of the file that a request asks for, and whether its folder was meant.
    fn target<'r>(&self, prefix: &str, request: &'r Request) -> Option<(Cow<'r, str>, bool)> {
        let tail = request.path().strip_prefix(prefix)?;
        let resolved = resolve(tail, Names::HERE)?;
        if !resolved.slash {
            return Some((resolved.path, false));
        }
        let index = self.settings.index.as_deref()?;
        let path = match &*resolved.path {
            "" => index.to_owned(),
            folder => format!("{folder}/{index}"),
        };
        Some((Cow::Owned(path), true))
    }

    /// The answer, when all it takes is in memory.
    fn in_memory(
        &self,
        path: &str,
        verb: Verb,
        request: &Request,
    ) -> Option<(Chosen, Result<Response, Error>)> {
        let headers = request.headers();
        let chosen = self.store().at_hand(path, &Preferences::of(headers))?;
        let validators = chosen.representation.validators(&chosen.facts);
        let plan = decide(verb, headers, &validators, Seconds::now);
        match opens_at(plan, verb, &chosen) {
            None => {
                let answer = serve(plan, verb, &chosen, None);
                Some((chosen, answer))
            }
            Some(_) => None,
        }
    }

    /// Has the answers to who asks for this again ready.
    fn note(&self, prefix: &str, request: &Request, chosen: &Chosen) {
        let Some((path, mut front)) = answered_before(prefix, request).zip(self.fronts.mine())
        else {
            return;
        };
        let head = |plan| {
            let response = serve(plan, Verb::Head, chosen, None).ok()?;
            let (status, fields) = (response.status(), response.headers().clone());
            Some(ReadyHead::new(status, fields))
        };
        front.note(path, chosen, || {
            Some((head(Plan::Whole)?, head(Plan::NotModified)?))
        });
    }

    /// The answer, whatever it takes.
    async fn fetch(
        &self,
        path: &str,
        slash: bool,
        verb: Verb,
        request: Request,
    ) -> Result<Response, Error> {
        let headers = request.headers();
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
                Choice::Nothing(facts) => return Err(not_acceptable(&facts)),
                Choice::Folder => return self.folder(slash, &request),
                Choice::Again => continue,
            };
            let validators = chosen.representation.validators(&chosen.facts);
            let plan = decide(verb, headers, &validators, Seconds::now);
            let Some(first) = opens_at(plan, verb, &chosen) else {
                return serve(plan, verb, &chosen, None);
            };
            let opened = match open {
                Some(file) => Ok(file),
                None => store.open(&chosen).await,
            };
            match opened {
                Ok(mut file) => {
                    file.seek(first).map_err(Error::internal)?;
                    return serve(plan, verb, &chosen, Some(file));
                }
                // Replaced since it was looked at: decided anew.
                Err(Failure::Changing) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Err(Failure::Changing.into())
    }

    fn folder(&self, slash: bool, request: &Request) -> Result<Response, Error> {
        if slash || self.settings.index.is_none() {
            return Err(nothing_here());
        }
        to_slash(request)
    }
}

/// The path of a request that could be answered as one before was.
#[inline]
fn answered_before<'r>(prefix: &str, request: &'r Request) -> Option<&'r str> {
    let plain = matches!(*request.method(), Method::GET | Method::HEAD);
    let plain = plain && request.query().is_none();
    plain.then(|| request.path().strip_prefix(prefix)).flatten()
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
fn to_slash(request: &Request) -> Result<Response, Error> {
    let path = utf8_percent_encode(request.path(), CONTROLS);
    let mut location = format!("{path}/");
    if let Some(query) = request.query() {
        location.push('?');
        location.extend(utf8_percent_encode(query, CONTROLS));
    }
    // One that begins with two slashes would name a host.
    if location.starts_with("//") || location.starts_with("/\\") {
        return Err(nothing_here());
    }
    Response::new(301).try_header(header::LOCATION, &location)
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
