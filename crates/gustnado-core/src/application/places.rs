//! Who stands where, to name both in a clash. It must not know how a clash is found.

use super::problem::{At, BuildProblem};
use crate::router::Guards;

/// All handlers and mounts so far.
#[derive(Default)]
pub(super) struct Places(Vec<Place>);

/// One handler, or one mount.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) template: String,
    pub(super) under: Guards,
    pub(super) at: At,
}

impl Places {
    /// Notes who stands at a template, or whom it clashes with.
    pub(super) fn note(&mut self, place: Place, added: Result<(), String>) -> Option<BuildProblem> {
        let Err(with) = added else {
            self.0.push(place);
            return None;
        };
        let mut others = self.0.iter().filter(|other| other.under == place.under);
        let other = others.find(|other| other.answers(&with));
        let other = other.map(|other| (other.name.clone(), other.at));
        let Place {
            name, template, at, ..
        } = place;
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
