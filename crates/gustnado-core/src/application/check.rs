//! Checks an application as a whole: every mistake is found before the first port opens, and all
//! are told at once.

use std::{
    sync::Arc,
    task::{Context, Waker},
};

use super::{
    parts::{AddedHandler, AddedMount},
    problem::{At, BuildError, BuildProblem},
};
use crate::{
    extract::{Cx, Described, Need, RouteInfo, Shared},
    route::Pattern,
    router::{HandlerRoute, MountRoute, Router},
};

/// Builds the router, or lists all that stands in its way.
pub(super) fn router(
    shared: &Arc<Shared>,
    handlers: Vec<AddedHandler>,
    mounts: Vec<AddedMount>,
    mut problems: Vec<BuildProblem>,
) -> Result<Router, BuildError> {
    let mut placed = Placed {
        router: Router::new(RouteInfo::nowhere(shared)),
        by: Vec::new(),
    };
    for handler in handlers {
        add_handler(&mut placed, handler, shared, &mut problems);
    }
    for mount in mounts {
        add_mount(&mut placed, mount, shared, &mut problems);
    }
    if problems.is_empty() {
        Ok(placed.router)
    } else {
        Err(BuildError::new(problems))
    }
}

/// The router so far, and who stands where in it.
struct Placed {
    router: Router,
    by: Vec<Place>,
}

/// One handler, or one mount.
struct Place {
    name: String,
    template: String,
    at: At,
}

impl Placed {
    /// Notes who stands at a template, or whom it clashes with.
    fn place(&mut self, place: Place, added: Result<(), String>) -> Option<BuildProblem> {
        let Err(with) = added else {
            self.by.push(place);
            return None;
        };
        let other = self.by.iter().find(|other| other.answers(&with));
        let other = other.map(|other| (other.name.clone(), other.at));
        let Place { name, template, at } = place;
        Some(BuildProblem::Clash {
            name,
            template,
            with,
            other,
            at,
        })
    }
}

impl Place {
    /// Whether it is its template that the router knows as this one; those of mounts go on.
    fn answers(&self, template: &str) -> bool {
        let below = template.strip_prefix(self.template.trim_end_matches('/'));
        template == self.template || matches!(below, Some("/" | "/{*rest}"))
    }
}

fn add_handler(
    placed: &mut Placed,
    handler: AddedHandler,
    shared: &Arc<Shared>,
    problems: &mut Vec<BuildProblem>,
) {
    let AddedHandler { handler, template } = handler;
    let (name, at) = (handler.name, handler.at);
    let pattern = match Pattern::parse(&template) {
        Ok(pattern) => pattern,
        Err(error) => {
            problems.push(BuildProblem::BadPattern {
                name: name.into(),
                template,
                error,
                at,
            });
            return;
        }
    };
    let mut info = RouteInfo::nowhere(shared);
    info.pattern = pattern;
    info.write_error = handler.hooks.write_error;
    if let Some(default_headers) = handler.hooks.default_headers {
        default_headers(&mut info.headers);
    }
    let route = HandlerRoute::new(&handler, info);
    check_inputs(&route, problems);
    let added = placed.router.add_handler(route);
    let name = name.into();
    let place = Place { name, template, at };
    problems.extend(placed.place(place, added));
}

fn check_inputs(route: &HandlerRoute, problems: &mut Vec<BuildProblem>) {
    let handler = route.name;
    let RouteInfo {
        pattern, shared, ..
    } = &*route.info;
    for described in describe(route) {
        let Described {
            name: input,
            at,
            through,
            need,
        } = described;
        let problem = match need {
            Need::Path if pattern.position(&input).is_none() => BuildProblem::NotInRoute {
                handler,
                input,
                template: pattern.as_str().into(),
                at,
            },
            Need::State(id, type_name) if !shared.state.contains(id) => {
                BuildProblem::MissingState {
                    handler,
                    input,
                    through,
                    type_name,
                    at,
                }
            }
            Need::BadOption(problem) => BuildProblem::BadOption {
                handler,
                input,
                problem,
                at,
            },
            Need::Path | Need::State(..) => continue,
        };
        // A field is described by every verb.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// What the inputs of a route's verbs say of themselves: each verb is called with a context that
/// only listens. The calls end before they come to code of the user's.
fn describe(route: &HandlerRoute) -> Vec<Described> {
    let mut described = Vec::new();
    for verb in &*route.verbs {
        let mut cx = Cx::dry_run(Arc::clone(&route.info));
        let poll = (verb.call)(&mut cx)
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        debug_assert!(poll.is_ready(), "a dry run waits for nothing");
        described.append(&mut cx.take_described());
    }
    described
}

fn add_mount(
    placed: &mut Placed,
    added: AddedMount,
    shared: &Arc<Shared>,
    problems: &mut Vec<BuildProblem>,
) {
    let AddedMount { prefix, mount, at } = added;
    let pattern = Pattern::parse(&prefix);
    if let Err(error) = pattern {
        problems.push(BuildProblem::BadPattern {
            name: "mount".into(),
            template: prefix,
            error,
            at,
        });
        return;
    }
    let mut found = mount.problems();
    if prefix.contains(['{', '}']) {
        // The mount is given its prefix and finds it again at the head of the path.
        found.push("a prefix stands for itself and can hold no brace".into());
    }
    for problem in found {
        let prefix = prefix.clone();
        problems.push(BuildProblem::Mount {
            prefix,
            problem,
            at,
        });
    }
    if prefix.contains(['{', '}']) {
        return;
    }
    let trimmed = prefix.trim_end_matches('/').to_owned();
    let route = MountRoute {
        prefix: trimmed,
        mount,
        info: Arc::new(RouteInfo::nowhere(shared)),
    };
    let added = placed.router.add_mount(route);
    let place = Place {
        name: "mount".into(),
        template: prefix,
        at,
    };
    problems.extend(placed.place(place, added));
}
