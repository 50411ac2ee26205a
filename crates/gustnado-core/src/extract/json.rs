//! A JSON body, as an input. `respond::json` writes the same type.

use http::{HeaderMap, header::CONTENT_TYPE};
use serde_core::de::DeserializeOwned;
use serde_json::error::Category;

use super::{context::Cx, need::Stage, typed::FromRequest};
use crate::{
    error::{BadInput, Error, Part},
    respond::Json,
};

/// 415 where the body does not say that it is JSON, 413 where it is too long, 400 where it is not
/// JSON, 422 where it is JSON of another form.
impl<T: DeserializeOwned + Send + 'static> FromRequest for Json<T> {
    const STAGE: Stage = Stage::Body;

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        if !is_json(cx.request().headers()) {
            let detail = "the body must be JSON, with Content-Type: application/json";
            return Err(Error::new(415, detail));
        }
        let limit = cx.body_limit();
        let bytes = cx.body_mut().collect(limit).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(unreadable)
    }
}

/// `application/json` or anything `+json` (RFC 6839 section 3.1), with any parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let media = value.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = media.split_once('/') else {
        return false;
    };
    kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json") || subtype.to_ascii_lowercase().ends_with("+json"))
}

fn unreadable(error: serde_json::Error) -> Error {
    let (status, detail) = match error.classify() {
        Category::Data => (422, "the body is JSON, but not of the form that is wanted"),
        Category::Syntax | Category::Eof | Category::Io => (400, "the body is not JSON"),
    };
    Error::new(status, detail)
        .with_bad_input(BadInput {
            part: Part::Body,
            name: "".into(),
            detail: error.to_string().into(),
        })
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn media_types() {
        let table = [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("application/jsonp", false),
            ("text/json", false),
            ("application/x-www-form-urlencoded", false),
            ("application", false),
            ("", false),
        ];
        for (text, json) in table {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(text));
            assert_eq!(is_json(&headers), json, "{text}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
