//! ONE request, through the pipeline; read this first. It must not know how any step works.

use std::{borrow::Cow, path::Path};

use gustnado_core::{BoxFuture, Error, Mount, Request, Response};
use http::{HeaderValue, Method, header};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::{
    StaticFiles,
    permit::{self, Audience, FileRequest},
};
use crate::{
    decide::{Verb, decide},
    failure::{Failure, nothing_here},
    fingerprint::Fingerprint,
    limits,
    negotiate::Preferences,
    policy,
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

    fn placed(&self, prefix: &str) {
        self.place().get_or_init(|| prefix.to_owned());
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
        let audience = match self.permit(&path, &request) {
            Ok(audience) => audience,
            Err(error) => return at_once(Err(error)),
        };
        // A hit is answered here; what it takes to wait is not even made.
        if let Some(answer) = self.at_hand(&path, verb, &request) {
            return at_once(audience.mark(answer));
        }
        let path = path.into_owned();
        Box::pin(async move { audience.mark(self.fetch(&path, slash, verb, request).await) })
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

    /// For whom the answer is, or why there is none.
    fn permit(&self, path: &str, request: &Request) -> Result<Audience, Error> {
        match &self.validate {
            None => Ok(Audience::Everyone),
            Some(validate) => validate(&FileRequest::new(path, request)).map_err(permit::for_one),
        }
    }

    /// The answer, when all it takes is in memory.
    fn at_hand(
        &self,
        path: &str,
        verb: Verb,
        request: &Request,
    ) -> Option<Result<Response, Error>> {
        let headers = request.headers();
        let chosen = self.store().at_hand(path, &Preferences::of(headers))?;
        let validators = chosen.representation.validators(&chosen.facts);
        let plan = decide(verb, headers, &validators, Seconds::now);
        match opens_at(plan, verb, &chosen) {
            None => {
                let answer = serve(plan, verb, &chosen, None);
                Some(answer.map(|answer| by_url(answer, &chosen, request)))
            }
            Some(_) => None,
        }
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
                let answer = serve(plan, verb, &chosen, None);
                return answer.map(|answer| by_url(answer, &chosen, &request));
            };
            let opened = match open {
                Some(file) => Ok(file),
                None => store.open(&chosen).await,
            };
            match opened {
                Ok(mut file) => {
                    file.seek(first).map_err(Error::internal)?;
                    let answer = serve(plan, verb, &chosen, Some(file));
                    return answer.map(|answer| by_url(answer, &chosen, &request));
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

/// The answer, to be kept as long as the content that its URL names, if it names one.
fn by_url(mut answer: Response, chosen: &Chosen, request: &Request) -> Response {
    if let Some(named) = request.query().and_then(Fingerprint::in_query) {
        let is_that = chosen.facts.fingerprint() == Some(named);
        policy::by_url(answer.headers_mut(), is_that);
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
