//! Handlers that a macro of the user's own writes, from fragments of every kind.
#![deny(warnings)]

use gustnado::prelude::*;

macro_rules! handler {
    ($name:ident, $path:literal, $field:ident: $ty:ty = $default:expr, $reply:ty, $body:block) => {
        #[derive(RequestHandler)]
        #[route($path)]
        pub struct $name {
            #[query(default = $default)]
            $field: $ty,
        }

        #[verbs]
        impl $name {
            async fn get(self) -> Result<$reply> $body

            async fn put(self, #[header] $field: Option<$ty>) -> $ty {
                $field.unwrap_or(self.$field)
            }
        }
    };
}

macro_rules! problem {
    ($name:ident, $status:literal, $text:literal, $ty:ty) => {
        #[derive(Debug, HttpError)]
        #[problem($status, $text)]
        pub struct $name(#[from] $ty);
    };
}

handler!(Home, "/", name: String = "guest", &'static str, { Ok("hello") });
problem!(Failed, 502, "failed: {0}", std::io::Error);

fn main() {
    let failed = Failed::from(std::io::Error::other("x"));
    assert_eq!(failed.to_string(), "failed: x");
    assert!(std::error::Error::source(&failed).is_some());
    Application::new().handler::<Home>().build().unwrap();
}
