//! The template of a route is read when it is compiled.
use gustnado::prelude::*;

macro_rules! handler {
    ($name:ident $($route:tt)*) => {
        #[derive(RequestHandler)]
        $($route)*
        struct $name;

        #[verbs]
        impl $name {
            async fn get(self) {}
        }
    };
}

handler!(NoSlash #[route("users")]);
handler!(Open #[route("/{id")]);
handler!(Close #[route("/id}")]);
handler!(NoName #[route("/{}")]);
handler!(BadName #[route("/{1d}")]);
handler!(Twice #[route("/{a}/{a}")]);
handler!(TwoInSegment #[route("/{a}-{b}")]);
handler!(RestNotLast #[route("/{*rest}/x")]);
handler!(NoLiteral #[route(users)]);
handler!(Equals #[route = "/users"]);
handler!(Two #[route("/a")] #[route("/b")]);

fn main() {
    let _ = Application::new().handler::<NoSlash>().handler::<Two>();
}
