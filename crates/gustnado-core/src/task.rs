//! Tasks that go on beside what started them. In a box, all are one type: what a runtime has for a task is
//! compiled anew for every type of future. Not for connections that are only HTTP, which would have one allocation more.
//! It must not know what they do.

use std::pin::Pin;

use tokio::task::JoinHandle;

/// Has a future go on by itself. To be called inside a runtime.
pub(crate) fn spawn(future: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    let future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(future);
    tokio::spawn(future)
}
