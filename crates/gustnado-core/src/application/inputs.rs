//! What the inputs of a route ask for, compared with what is there. It must not know other routes.

use std::{
    sync::Arc,
    task::{Context, Waker},
};

use super::problem::BuildProblem;
use crate::{
    extract::{Cx, Described, Need, RouteInfo},
    router::HandlerRoute,
};

/// Notes each input of a route that cannot be had there.
pub(super) fn check(route: &HandlerRoute, problems: &mut Vec<BuildProblem>) {
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
/// only listens. The calls end before they come to a handler of the user's.
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
