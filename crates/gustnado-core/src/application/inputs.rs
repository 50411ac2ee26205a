//! What the inputs of a route ask for, compared with what is there. It must not know other routes.

use std::sync::Arc;

use super::problem::BuildProblem;
use crate::{
    describe::{Operation, Place},
    extract::{Cx, Described, Need, RouteInfo},
    handler::{Called, Verb},
    router::HandlerRoute,
};

/// Notes each input of a route that cannot be had there.
pub(super) fn check(route: &HandlerRoute, problems: &mut Vec<BuildProblem>) {
    let handler = route.name;
    let RouteInfo {
        pattern, shared, ..
    } = &*route.info;
    for described in route.verbs.iter().flat_map(|verb| dry_run(route, verb)) {
        let Described {
            name: input,
            at,
            through,
            need,
        } = described;
        let problem = match need {
            Need::Text(said)
                if said.place == Place::Path && pattern.position(said.name).is_none() =>
            {
                BuildProblem::NotInRoute {
                    handler,
                    input,
                    template: pattern.as_str().into(),
                    at,
                }
            }
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
            Need::State(..) | Need::Text(_) | Need::Typed(_) => continue,
        };
        // A field is described by every verb.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// What a verb of a route says of itself: what it takes, what it answers, how it fails.
pub(super) fn operation(route: &HandlerRoute, verb: &Verb) -> Operation {
    let mut operation = Operation::default();
    operation.method = verb.method;
    operation.pattern = route.info.pattern.clone();
    operation.handler = route.name;
    operation.handler_doc = route.doc;
    operation.doc = verb.doc;
    operation.own_errors = route.info.writes_errors();
    for described in dry_run(route, verb) {
        match described.need {
            Need::Text(said) => operation.push_parameter(said.parameter()),
            Need::Typed(describe) => describe(&mut operation),
            Need::State(..) | Need::BadOption(_) => {}
        }
    }
    match verb.describe {
        Some(describe) => describe(&mut operation),
        None => {
            operation.any_reply();
            operation.any_failure();
        }
    }
    operation
}

/// What the inputs of a verb say of themselves: it is called with a context that only listens. The
/// call ends before it comes to a handler of the user's.
fn dry_run(route: &HandlerRoute, verb: &Verb) -> Vec<Described> {
    let mut cx = Cx::dry_run(Arc::clone(&route.info));
    let called = (verb.call)(&mut cx);
    debug_assert!(
        !matches!(called, Ok(Called::Running(_) | Called::Waiting(_))),
        "a dry run comes to no handler"
    );
    cx.take_described()
}
