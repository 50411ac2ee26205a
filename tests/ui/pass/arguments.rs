//! Arguments of every form, on receivers of every form.
#![deny(warnings)]

use gustnado::prelude::*;
use gustnado::{Cx, FromRequest};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct New {
    name: String,
}

/// An input of two parts.
pub struct Pair(u8, u8);

impl FromRequest for Pair {
    async fn from_request(_: &mut Cx) -> Result<Self> {
        Ok(Self(1, 2))
    }
}

const SIZE: u32 = 20;


#[derive(RequestHandler)]
#[route("/things/{type}")]
pub struct Things {
    r#type: String,
}

#[verbs]
impl Things {
    async fn get(
        self,
        #[query(default)] mut page: u32,
        #[query(default = SIZE + 1, name = "page-size")] size: u32,
        #[query(default = "1.5")] scale: f64,
        #[query(default = -1)] offset: i64,
        #[query(default = String::from("x"))] text: String,
        #[header] last_event_id: Option<u64>,
        #[header(name = "x-id")] ids: Vec<u64>,
        #[allow(unused_variables)] pair: Pair,
    ) -> String {
        page += 1;
        format!("{page}{size}{scale}{offset}{text}{last_event_id:?}{ids:?}")
    }

    async fn post(&self, Json(New { name }): Json<New>, Pair(a, b): Pair) -> String {
        format!("{}{name}{a}{b}", self.r#type)
    }

    async fn put(&mut self, Json(new): Json<New>, _: Pair) -> Result<String, Error> {
        self.r#type.push_str(&new.name);
        Ok(self.r#type.clone())
    }
}

fn main() {
    assert_eq!(Things::url("a/b"), "/things/a%2Fb");
    Application::new().handler::<Things>().build().unwrap();
}
