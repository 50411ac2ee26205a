//! What the fuzzers that go through an application share.

use std::cell::LazyCell;

use gustnado::{App, Body};
use tokio::runtime::{Builder, Runtime};
use tower_service::Service as _;

thread_local! {
    static RUNTIME: LazyCell<Runtime> = LazyCell::new(|| {
        let mut builder = Builder::new_current_thread();
        builder.enable_time().build().expect("a runtime")
    });
}

/// Has a request answered; that it went wrong may only be its own fault.
pub fn answer(app: &App, request: http::Request<Body>) {
    let mut app = app.clone();
    RUNTIME.with(|runtime| {
        let answer = runtime.block_on(app.call(request));
        let Ok(answer) = answer;
        assert!(answer.status().as_u16() < 500, "{}", answer.status());
    });
}
