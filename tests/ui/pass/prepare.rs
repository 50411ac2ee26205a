//! `prepare` in its forms.
#![deny(warnings)]

use gustnado::prelude::*;

macro_rules! handler {
    ($name:ident, $($prepare:tt)*) => {
        #[derive(RequestHandler)]
        #[route("/")]
        pub struct $name {
            #[query(default)]
            page: u32,
        }

        #[verbs]
        impl $name {
            $($prepare)*

            async fn get(self) -> String {
                self.page.to_string()
            }
        }
    };
}

#[derive(Debug, HttpError)]
#[problem(403, "no")]
pub struct No;

handler!(A, async fn prepare(&mut self) { self.page += 1; });
handler!(B, async fn prepare(&self) {});
handler!(C, async fn prepare(&mut self) -> Result<()> { Err(No)? });
handler!(D, async fn prepare(&mut self) -> Result<(), No> { Err(No) });
handler!(E, async fn prepare(&mut self) -> std::result::Result<(), Error> { Ok(()) });

fn main() {
    Application::new().handler::<A>().build().unwrap();
}
