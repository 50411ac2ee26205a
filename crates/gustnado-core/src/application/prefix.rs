//! Prefixes, as groups and mounts have them, and what comes of them and a template. It must not know
//! what stands there.

/// What is wrong with the prefix of a group.
pub(super) fn problems(prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !prefix.is_empty() && !prefix.starts_with('/') {
        found.push("a prefix begins with `/`".into());
    }
    if prefix.contains(['?', '#']) || prefix.contains(char::is_whitespace) {
        found.push("a prefix is a path, without a query, a fragment or white space".into());
    }
    found.extend(has_brace(prefix).map(Into::into));
    found
}

/// What is wrong where a prefix has a brace: it is a name to nobody.
pub(super) fn has_brace(prefix: &str) -> Option<&'static str> {
    prefix
        .contains(['{', '}'])
        .then_some("a prefix stands for itself and can hold no brace")
}

/// The prefix of a group within another, without a slash at its end. One that is wrong is put right
/// somehow, so that the mistakes in the group are told with it and no others.
pub(super) fn below(outer: &str, prefix: &str) -> String {
    let own = prefix.trim_end_matches('/').replace(['{', '}'], "_");
    let slash = if own.is_empty() || own.starts_with('/') {
        ""
    } else {
        "/"
    };
    format!("{outer}{slash}{own}")
}

/// The template of a handler or mount in a group: `/` is the prefix itself.
pub(super) fn join(prefix: &str, template: &str) -> String {
    if template == "/" && !prefix.is_empty() {
        return prefix.into();
    }
    format!("{prefix}{template}")
}

/// The prefix as a path.
pub(super) fn shown(prefix: &str) -> &str {
    if prefix.is_empty() { "/" } else { prefix }
}
