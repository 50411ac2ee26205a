//! Checks an application as a whole: every mistake is found before the first port opens, and all
//! are told at once.

use std::{mem, sync::Arc};

use super::{
    group::Group,
    inputs,
    parts::{AddedHandler, AddedMount, Parts},
    places::{Place, Places},
    prefix,
    problem::{BuildError, BuildProblem},
};
use crate::{
    defaults::Defaults,
    extract::{RouteInfo, Shared, Urls},
    handler::Definition,
    route::Pattern,
    router::{Guards, HandlerRoute, MountRoute, Router, Scope},
    security,
    trust::Trust,
};

/// Builds the router, or lists all that stands in its way, after what was found before.
pub(super) fn router(
    root: Group,
    trust: Trust,
    problems: Vec<BuildProblem>,
) -> Result<Router, BuildError> {
    let mut root = root.parts;
    let mut named = Vec::new();
    name_routes(&root, "", &mut named);
    let named: Vec<_> = named.iter().map(|(name, at)| (*name, at)).collect();
    let outer = Shared {
        urls: Urls::new(&named),
        security: security::headers(),
        trust,
        ..Shared::default()
    };
    let ground = Ground {
        prefix: String::new(),
        guards: Guards::default(),
        shared: Arc::new(mem::take(&mut root.says).within(&outer)),
    };
    let mut plan = Plan {
        router: Router::new(RouteInfo::nowhere(&ground.shared)),
        places: Places::default(),
        mounts: Vec::new(),
        problems,
    };
    plan.fill(root, &ground);
    // What handlers answer is left to them, so they are all there before the first mount.
    for (mount, ground) in mem::take(&mut plan.mounts) {
        plan.add_mount(mount, &ground);
    }
    if plan.problems.is_empty() {
        Ok(plan.router)
    } else {
        Err(BuildError::new(plan.problems))
    }
}

/// The names of handlers, and where they stand.
fn name_routes(parts: &Parts, prefix: &str, named: &mut Vec<(&'static str, Pattern)>) {
    for AddedHandler { handler, template } in &parts.handlers {
        if let Ok(pattern) = Pattern::parse(&prefix::join(prefix, template)) {
            named.push((handler.name, pattern));
        }
    }
    for group in &parts.groups {
        let prefix = prefix::below(prefix, &group.parts.prefix);
        name_routes(&group.parts, &prefix, named);
    }
}

/// The router so far, and what is wrong.
struct Plan {
    router: Router,
    places: Places,
    mounts: Vec<(AddedMount, Ground)>,
    problems: Vec<BuildProblem>,
}

/// What holds where handlers stand, all that is around them included.
#[derive(Clone)]
struct Ground {
    prefix: String,
    guards: Guards,
    shared: Arc<Shared>,
}

impl Plan {
    /// Adds all that stands on a ground.
    fn fill(&mut self, mut parts: Parts, ground: &Ground) {
        self.problems.append(&mut parts.problems);
        self.add_scope(&mut parts, ground);
        for handler in parts.handlers {
            self.add_handler(handler, ground);
        }
        let mounts = parts.mounts.into_iter();
        self.mounts
            .extend(mounts.map(|mount| (mount, ground.clone())));
        for group in parts.groups {
            self.add_group(group.parts, ground);
        }
    }

    fn add_group(&mut self, mut group: Parts, outer: &Ground) {
        let mut found = prefix::problems(&group.prefix);
        let guards = outer.guards.and(&group.guards);
        if outer.guards.contradiction().is_none()
            && let Some((one, other)) = guards.contradiction()
        {
            found.push(format!("no request is for both {one} and {other}"));
        }
        let shared = mem::take(&mut group.says).within(&outer.shared);
        for limit in shared.limits.beyond_requests(&outer.shared.limits) {
            found.push(format!("`{limit}` is the application's to set"));
        }
        for problem in found {
            self.problems.push(BuildProblem::Group {
                prefix: group.prefix.clone(),
                problem,
                at: group.at,
            });
        }
        let ground = Ground {
            prefix: prefix::below(&outer.prefix, &group.prefix),
            guards,
            shared: Arc::new(shared),
        };
        self.fill(group, &ground);
    }

    /// Adds who answers for what no route on this ground does.
    fn add_scope(&mut self, parts: &mut Parts, ground: &Ground) {
        let mut fallbacks = mem::take(&mut parts.fallbacks).into_iter();
        let first = fallbacks.next();
        let name = first.as_ref().map(|first| first.handler.name);
        let scope = Scope {
            prefix: ground.prefix.clone(),
            guards: ground.guards.clone(),
            info: Arc::new(RouteInfo::nowhere(&ground.shared)),
            fallback: first.and_then(|first| self.fallback(&first, ground)),
        };
        let added = self.router.add_scope(scope);
        let other = added.err();
        let later = name.filter(|_| other.is_some()).into_iter();
        let later = later.chain(fallbacks.map(|later| later.handler.name));
        let other = other.or(name).unwrap_or_default();
        for name in later {
            let place = prefix::shown(&ground.prefix);
            self.problems.push(BuildProblem::Group {
                prefix: parts.prefix.clone(),
                problem: format!("{name} is a fallback for {place}, as {other} is already"),
                at: parts.at,
            });
        }
    }

    fn fallback(&mut self, added: &AddedHandler, ground: &Ground) -> Option<HandlerRoute> {
        let AddedHandler { handler, template } = added;
        // What is wrong with a template is told where it is one.
        let names = Pattern::parse(template).is_ok_and(|pattern| !pattern.names().is_empty());
        if names {
            self.problems.push(BuildProblem::Fallback {
                handler: handler.name,
                problem: format!("which has no path values, but its route {template:?} has names"),
                at: handler.at,
            });
            return None;
        }
        let place = Pattern::parse(prefix::shown(&ground.prefix)).unwrap_or_default();
        let route = HandlerRoute::new(handler, info(handler, place, ground));
        inputs::check(&route, &mut self.problems);
        Some(route)
    }

    fn add_handler(&mut self, added: AddedHandler, ground: &Ground) {
        let AddedHandler { handler, template } = added;
        let place = Place {
            name: handler.name.into(),
            template: prefix::join(&ground.prefix, &template),
            under: ground.guards.clone(),
            at: handler.at,
        };
        // By itself first: a prefix makes `users` look well.
        let pattern = Pattern::parse(&template).and_then(|_| Pattern::parse(&place.template));
        let pattern = match pattern {
            Ok(pattern) => pattern,
            Err(error) => {
                let Place { name, at, .. } = place;
                self.problems.push(BuildProblem::BadPattern {
                    name,
                    template,
                    error,
                    at,
                });
                return;
            }
        };
        let route = HandlerRoute::new(&handler, info(&handler, pattern, ground));
        inputs::check(&route, &mut self.problems);
        let added = self.router.add_handler(&ground.guards, route);
        self.problems.extend(self.places.note(place, added));
    }

    fn add_mount(&mut self, added: AddedMount, ground: &Ground) {
        let AddedMount { prefix, mount, at } = added;
        if let Err(error) = Pattern::parse(&prefix) {
            self.problems.push(BuildProblem::BadPattern {
                name: "mount".into(),
                template: prefix,
                error,
                at,
            });
            return;
        }
        let mut found = mount.problems();
        let braces = prefix::has_brace(&prefix);
        // The mount is given its prefix and finds it again at the head of the path.
        found.extend(braces.map(Into::into));
        for problem in found {
            let prefix = prefix.clone();
            self.problems.push(BuildProblem::Mount {
                prefix,
                problem,
                at,
            });
        }
        if braces.is_some() {
            return;
        }
        let whole = prefix::join(&ground.prefix, &prefix);
        let route = MountRoute {
            prefix: whole.trim_end_matches('/').to_owned(),
            mount,
            info: Arc::new(RouteInfo::nowhere(&ground.shared)),
        };
        let added = self.router.add_mount(&ground.guards, route);
        let place = Place {
            name: "mount".into(),
            template: whole,
            under: ground.guards.clone(),
            at,
        };
        self.problems.extend(self.places.note(place, added));
    }
}

/// What every request of a handler's route sees.
fn info(handler: &Definition, pattern: Pattern, ground: &Ground) -> RouteInfo {
    let mut info = RouteInfo::nowhere(&ground.shared);
    info.pattern = pattern;
    info.write_error = handler.hooks.write_error;
    if let Some(default_headers) = handler.hooks.default_headers {
        let mut headers = info.headers.all().clone();
        default_headers(&mut headers);
        info.headers = Defaults::new(headers);
    }
    info
}
