//! The page that shows the document, and the document beside it, as a mount. All of the page is in
//! the program. It must not know how the document is made.

use std::sync::OnceLock;

use gustnado_core::{BoxFuture, Bytes, Error, Mount, Request, Response, describe::Api};
use http::{HeaderValue, Method, header};

use crate::document::Document;

/// Shows the application's OpenAPI document: a page for people where it is mounted, and the document
/// itself at `openapi.json` below.
///
/// ```ignore
/// Application::new().title("Field notes").mount("/docs", ApiDocs::new())
/// ```
///
/// The page needs nothing from elsewhere, and shows no more than it says when it is saved.
#[derive(Debug, Default)]
pub struct ApiDocs {
    made: OnceLock<Made>,
}

#[derive(Debug)]
struct Made {
    json: Bytes,
    page: Bytes,
}

const PAGE: &str = include_str!("page.html");
/// What stands in the page for the document.
const PLACE: &str = "\"the document\"";
const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'",
);

impl ApiDocs {
    /// Shows the application it is mounted in.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn answer(&self, prefix: &str, request: &Request) -> Result<Response, Error> {
        let path = request.uri().path();
        let Some(made) = self.made.get() else {
            return Err(Error::new(
                500,
                "the page was asked for before the application was built",
            ));
        };
        let answer = match path.strip_prefix(prefix).unwrap_or(path) {
            "" | "/" => Response::new(200)
                .with_content("text/html; charset=utf-8", made.page.clone())
                .with_header(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
            "/openapi.json" => {
                Response::new(200).with_content("application/json", made.json.clone())
            }
            _ => return Err(Error::new(404, "there is nothing at this path")),
        };
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let allow = HeaderValue::from_static("GET, HEAD");
            let error = Error::new(405, "it can only be read");
            return Err(error.with_header(header::ALLOW, allow));
        }
        let no_cache = HeaderValue::from_static("no-cache");
        Ok(answer.with_header(header::CACHE_CONTROL, no_cache))
    }
}

impl Mount for ApiDocs {
    fn built(&self, describe: &dyn Fn() -> Api) {
        self.made.get_or_init(|| {
            let document = Document::of(&describe());
            let json = document.to_string();
            // In a script, `<` could begin the end of the script.
            let page = PAGE.replacen(PLACE, &json.replace('<', "\\u003c"), 1);
            Made {
                json: json.into(),
                page: page.into(),
            }
        });
    }

    fn call<'a>(
        &'a self,
        prefix: &'a str,
        request: Request,
    ) -> BoxFuture<'a, Result<Response, Error>> {
        Box::pin(async move { self.answer(prefix, &request) })
    }
}
