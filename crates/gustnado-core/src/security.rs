//! The header fields that make browsers careful with an answer. It must not know which answers.

use http::{HeaderMap, HeaderValue, header};

/// Those that answers have unless an application says otherwise.
pub(crate) fn headers() -> HeaderMap {
    let fields = [
        // What is no script by its type is run as none (Fetch section 3.6).
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Nobody else's page can have a click on it that was meant for something else.
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        // Other sites hear from which site somebody comes, and not from which of its pages.
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    ];
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect()
}
