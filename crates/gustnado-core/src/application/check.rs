//! Checks an application as a whole: every mistake is found before the first port opens, and all
//! are told at once.

use std::{
    fmt,
    panic::Location,
    sync::Arc,
    task::{Context, Waker},
};

use super::builder::{AddedHandler, AddedMount};
use crate::{
    extract::{Cx, Described, Need, ParamError, RouteInfo, Shared},
    route::{Pattern, PatternError},
    router::{HandlerRoute, MountRoute, Router},
};

type At = &'static Location<'static>;

/// Everything that is wrong with an application.
///
/// Its `Display` and its `Debug` are the same list, one mistake a line, so that `main` may return
/// it as it is.
pub struct BuildError {
    problems: Vec<BuildProblem>,
}

/// One thing that is wrong with an application.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildProblem {
    /// The template of a handler or the prefix of a mount cannot be read.
    BadPattern {
        /// The handler, or `mount`.
        name: String,
        /// The template as written.
        template: String,
        /// What is wrong with it.
        error: PatternError,
        /// Where the handler or the mount is written.
        at: At,
    },
    /// Two handlers or mounts answer the same paths.
    Clash {
        /// The later one.
        name: String,
        /// Its template.
        template: String,
        /// The template of the earlier one.
        with: String,
        /// Where the later one is written.
        at: At,
    },
    /// A field is a path value, but the route it is mounted at has no such name.
    NotInRoute {
        /// The handler.
        handler: &'static str,
        /// The field.
        input: &'static str,
        /// The template.
        template: String,
        /// Where the field is written.
        at: At,
    },
    /// An input needs shared state that nobody gave.
    MissingState {
        /// The handler.
        handler: &'static str,
        /// The field or argument.
        input: &'static str,
        /// The type of the state.
        type_name: &'static str,
        /// Where the input is written.
        at: At,
    },
    /// State of one type was given twice.
    StateTwice {
        /// The type.
        type_name: &'static str,
        /// Where it was given again.
        at: At,
    },
    /// The default of an input is not a value of it.
    BadDefault {
        /// The handler.
        handler: &'static str,
        /// The field or argument.
        input: &'static str,
        /// What was expected.
        error: ParamError,
        /// Where the input is written.
        at: At,
    },
    /// A mount says that it cannot work.
    Mount {
        /// Its prefix.
        prefix: String,
        /// What it says.
        problem: String,
        /// Where it was mounted.
        at: At,
    },
}

impl BuildError {
    /// Each thing that is wrong.
    #[must_use]
    pub fn problems(&self) -> &[BuildProblem] {
        &self.problems
    }
}

/// Builds the router, or lists all that stands in its way.
pub(super) fn router(
    shared: &Arc<Shared>,
    handlers: Vec<AddedHandler>,
    mounts: Vec<AddedMount>,
    mut problems: Vec<BuildProblem>,
) -> Result<Router, BuildError> {
    let mut router = Router::new();
    for handler in handlers {
        add_handler(&mut router, handler, shared, &mut problems);
    }
    for mount in mounts {
        add_mount(&mut router, mount, &mut problems);
    }
    if problems.is_empty() {
        Ok(router)
    } else {
        Err(BuildError { problems })
    }
}

fn add_handler(
    router: &mut Router,
    handler: AddedHandler,
    shared: &Arc<Shared>,
    problems: &mut Vec<BuildProblem>,
) {
    let AddedHandler {
        name,
        template,
        verbs,
        at,
    } = handler;
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
    let shared = Arc::clone(shared);
    let route = HandlerRoute::new(name, RouteInfo { pattern, shared }, verbs);
    check_inputs(&route, problems);
    if let Err(with) = router.add_handler(route) {
        problems.push(BuildProblem::Clash {
            name: name.into(),
            template,
            with,
            at,
        });
    }
}

fn check_inputs(route: &HandlerRoute, problems: &mut Vec<BuildProblem>) {
    let handler = route.name;
    let RouteInfo { pattern, shared } = &*route.info;
    for described in describe(route) {
        let Described { name, at, need } = described;
        let problem = match need {
            Need::Path if pattern.position(name).is_none() => BuildProblem::NotInRoute {
                handler,
                input: name,
                template: pattern.as_str().into(),
                at,
            },
            Need::State(id, type_name) if !shared.state.contains(id) => {
                BuildProblem::MissingState {
                    handler,
                    input: name,
                    type_name,
                    at,
                }
            }
            Need::BadDefault(error) => BuildProblem::BadDefault {
                handler,
                input: name,
                error,
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
    for verb in route.verbs {
        let mut cx = Cx::dry_run(Arc::clone(&route.info));
        let poll = (verb.call)(&mut cx)
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        debug_assert!(poll.is_ready(), "a dry run waits for nothing");
        described.append(&mut cx.take_described());
    }
    described
}

fn add_mount(router: &mut Router, added: AddedMount, problems: &mut Vec<BuildProblem>) {
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
    };
    if let Err(with) = router.add_mount(route) {
        problems.push(BuildProblem::Clash {
            name: "mount".into(),
            template: prefix,
            with,
            at,
        });
    }
}

impl fmt::Display for BuildProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadPattern {
                name,
                template,
                error,
                at,
            } => write!(f, "{name} ({at}): the route {template:?} is none: {error}"),
            Self::Clash {
                name,
                template,
                with,
                at,
            } => write!(
                f,
                "{name} ({at}) is at {template:?}, whose paths {with:?} already answers"
            ),
            Self::NotInRoute {
                handler,
                input,
                template,
                at,
            } => write!(
                f,
                "{handler}.{input} ({at}) is a path value, but {template:?} has no {{{input}}}"
            ),
            Self::MissingState {
                handler,
                input,
                type_name,
                at,
            } => write!(
                f,
                "{handler}.{input} ({at}) needs state {type_name}; add .state(…) with one"
            ),
            Self::StateTwice { type_name, at } => {
                write!(f, "state {type_name} is given again ({at})")
            }
            Self::BadDefault {
                handler,
                input,
                error,
                at,
            } => write!(
                f,
                "the default of {handler}.{input} ({at}) cannot be used: {error}"
            ),
            Self::Mount {
                prefix,
                problem,
                at,
            } => write!(f, "the mount at {prefix:?} ({at}): {problem}"),
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the application cannot be built:")?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BuildError {}
