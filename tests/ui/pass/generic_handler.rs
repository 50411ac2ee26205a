//! A handler with type parameters, mounted once for each type.
use std::{collections::HashMap, sync::Arc};

use gustnado::prelude::*;

trait Model: Clone + Send + Sync + serde::Serialize + 'static {
    type Key: gustnado::FromParam + std::fmt::Display + Eq + std::hash::Hash;
}

#[derive(Clone, serde::Serialize)]
struct User;

impl Model for User {
    type Key = u64;
}

type Table<T> = Arc<HashMap<u64, T>>;

#[derive(RequestHandler)]
#[route("/things/{id}")]
pub(crate) struct Crud<T, const SIZE: usize>
where
    T: Model,
{
    id: u64,
    #[state]
    table: Table<T>,
}

#[verbs]
impl<T, const SIZE: usize> Crud<T, SIZE>
where
    T: Model + serde::de::DeserializeOwned,
{
    async fn get(&self, #[query] key: Option<T::Key>) -> Result<Json<T>> {
        let _ = (key, SIZE);
        self.table.get(&self.id).cloned().map(Json).or_404("none")
    }

    async fn put(self, new: Json<T>) -> Json<T> {
        new
    }
}

impl<'de> serde::Deserialize<'de> for User {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> std::result::Result<Self, D::Error> {
        Ok(User)
    }
}

fn main() {
    let table: Table<User> = Arc::default();
    let app = Application::new().state(table);
    let app = app.handler_at::<Crud<User, 3>>("/users/{id}");
    let routes = app.build().unwrap().routes().to_string();
    assert!(routes.contains("/users/{id}"), "{routes}");
    assert_eq!(Crud::<User, 3>::url(7), "/things/7");
}
