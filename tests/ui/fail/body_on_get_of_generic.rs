//! The rule holds for a generic handler, once its types are known.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home<T: Clone + Send + 'static> {
    #[state]
    marker: Marker<T>,
}

#[derive(Clone)]
struct Marker<T>(std::marker::PhantomData<fn() -> T>);

#[verbs]
impl<T: Clone + Send + serde::de::DeserializeOwned + 'static> Home<T> {
    async fn get(self, filter: Json<T>) {
        let _ = (self.marker.0, filter);
    }
}

fn main() {
    let _ = Application::new().handler::<Home<String>>().build();
}
