//! What the macros write needs nothing in scope, and hides nothing that is.
#![no_implicit_prelude]
#![deny(warnings)]

type Result = u8;
type Option = u8;
type Box = u8;
type String = ::std::string::String;

#[derive(::gustnado::RequestHandler)]
#[route("/{a}")]
pub struct Home {
    a: String,
    #[query(default)]
    b: Result,
    #[state]
    c: Option,
}

#[::gustnado::verbs]
impl Home {
    async fn prepare(&mut self) {}

    async fn get(&self, #[query(default = 2)] d: Box) -> String {
        let _ = (&self.b, self.c, d);
        ::std::clone::Clone::clone(&self.a)
    }

    async fn put(&self) -> ::std::result::Result<String, ::gustnado::Error> {
        ::std::result::Result::Ok(::std::clone::Clone::clone(&self.a))
    }
}

#[derive(::std::fmt::Debug, ::gustnado::HttpError)]
#[problem(404, "no {0}")]
pub struct No(u8);

fn main() {}
