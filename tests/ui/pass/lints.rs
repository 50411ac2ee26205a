//! What the macros write is silent under lints that a user may have on.
#![deny(warnings, unused, missing_docs, unreachable_pub, rust_2018_idioms)]
#![deny(missing_debug_implementations, unused_results, unused_qualifications)]
#![forbid(unsafe_code)]

pub mod inner {
    //! A module.

    use gustnado::prelude::*;

    /// A handler.
    #[derive(Debug, RequestHandler)]
    #[route("/things/{id}/{*rest}")]
    pub struct Thing {
        id: u64,
        rest: String,
        #[query(default)]
        page: u32,
        #[state]
        name: String,
    }

    #[verbs]
    impl Thing {
        async fn prepare(&mut self) -> Result<(), No> {
            (self.page > 9).then_some(()).ok_or(No { page: self.page })
        }

        /// Show it.
        async fn get(&mut self, #[header(default = "x")] accept: String) -> Result<String> {
            self.page += 1;
            Ok(format!("{} {} {} {accept}", self.id, self.rest, self.name))
        }
    }

    /// An error.
    #[derive(Debug, HttpError)]
    #[problem(403, "no {page}")]
    pub struct No {
        page: u32,
    }
}

fn main() {
    assert_eq!(inner::Thing::url(1, "a/b"), "/things/1/a/b");
}
