//! Paths to routes, on matchit, for routes that are under the same guards. It must not know what the
//! routes are.

/// Paths to the positions of routes.
#[derive(Clone, Default)]
pub(super) struct Tree {
    paths: matchit::Router<usize>,
    /// What is below mounts that have a handler's `{name}` right below them: matchit cannot have
    /// that name and the rest of the path in one place.
    below: Option<matchit::Router<usize>>,
    /// The templates of handlers.
    handlers: Vec<String>,
}

impl Tree {
    /// Adds a handler's template.
    ///
    /// # Errors
    /// The template that has the same paths.
    pub(super) fn add_handler(&mut self, template: &str, index: usize) -> Result<(), String> {
        insert(&mut self.paths, template, index)?;
        self.handlers.push(template.into());
        Ok(())
    }

    /// Adds what is at a prefix and below. To be called when all handlers are there: what they
    /// answer is left to them.
    ///
    /// # Errors
    /// The template that has the same paths.
    pub(super) fn add_mount(&mut self, prefix: &str, index: usize) -> Result<(), String> {
        for own in [prefix.to_owned(), format!("{prefix}/")] {
            if own.is_empty() {
                continue;
            }
            match insert(&mut self.paths, &own, index) {
                Err(with) if !self.is_handler(&with) => return Err(with),
                _ => {}
            }
        }
        let rest = format!("{prefix}/{{*rest}}");
        match insert(&mut self.paths, &rest, index) {
            // All that is below would be the handler's, and the mount of no use.
            Err(with) if !self.is_handler(&with) || with.contains("{*") => Err(with),
            Err(_) => insert(self.below.get_or_insert_default(), &rest, index),
            Ok(()) => Ok(()),
        }
    }

    fn is_handler(&self, template: &str) -> bool {
        self.handlers.iter().any(|other| other == template)
    }

    /// What is at a path, and the values of the template's names in it.
    #[inline]
    pub(super) fn at<'t, 'p>(&'t self, path: &'p str) -> Option<matchit::Match<'t, 'p, &'t usize>> {
        self.paths.at(path).ok()
    }

    /// The mount that a path is below and that stands apart from the other routes.
    pub(super) fn below(&self, path: &str) -> Option<usize> {
        let found = self.below.as_ref()?.at(path).ok()?;
        Some(*found.value)
    }
}

/// Adds a template, or says with which other it clashes and leaves `paths` as it was.
fn insert(paths: &mut matchit::Router<usize>, template: &str, index: usize) -> Result<(), String> {
    let mut more = paths.clone();
    more.insert(template, index).map_err(|error| match error {
        matchit::InsertError::Conflict { with } => with,
        other => other.to_string(),
    })?;
    *paths = more;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Pattern;

    #[test]
    fn what_a_pattern_allows_can_be_matched() {
        let alphabet = ['/', '{', '}', '*', 'a', 'b'];
        let mut texts = vec![String::from("/")];
        for _ in 0..7 {
            let longer = texts
                .iter()
                .filter(|text| text.len() < 8)
                .flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}")));
            texts = longer.collect();
            for text in &texts {
                // matchit does not get along with `{{` behind a name.
                let named = Pattern::parse(text).map(|pattern| !pattern.names().is_empty());
                if named.is_ok_and(|named| !named || !text.contains("{{")) {
                    let inserted = insert(&mut matchit::Router::new(), text, 0);
                    assert_eq!(inserted, Ok(()), "{text}");
                }
            }
        }
    }
}
