//! The future of a verb, where the last one of its kind was: so none is allocated for each request. It must
//! not know what it does.

use std::{
    any::Any,
    cell::RefCell,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    error::Error,
    limits::{SPARE_FUTURE, SPARES},
    response::Response,
};

thread_local! {
    /// Rooms whose future has ended, the one that was used last at the end.
    static ROOMS: RefCell<Vec<Pin<Box<dyn Room>>>> = const { RefCell::new(Vec::new()) };
}

/// A verb that was called.
#[doc(hidden)]
#[allow(unreachable_pub, reason = "it is a part of what a verb returns")]
pub struct Running(Option<Pin<Box<dyn Room>>>);

/// Room for futures of one type: the last one, which has ended.
trait Room: Future<Output = Result<Response, Error>> + Send {
    /// Moves a future in, if it is an `Option` of its type.
    fn put(self: Pin<&mut Self>, future: &mut dyn Any) -> bool;
}

impl<F> Room for F
where
    F: Future<Output = Result<Response, Error>> + Send + 'static,
{
    fn put(mut self: Pin<&mut Self>, future: &mut dyn Any) -> bool {
        match future.downcast_mut::<Option<F>>() {
            Some(future) => match future.take() {
                Some(future) => {
                    self.set(future);
                    true
                }
                None => false,
            },
            None => false,
        }
    }
}

impl Running {
    /// Finds room for a future that holds nothing any more once it has ended, as is so with each `async`
    /// block: it stays where it is until the next one comes.
    #[inline]
    pub(super) fn new<F>(future: F) -> Self
    where
        F: Future<Output = Result<Response, Error>> + Send + 'static,
    {
        let mut future = Some(future);
        match find(&mut future) {
            Some(room) => Self(Some(room)),
            None => match future {
                Some(future) => Self(Some(Box::pin(future))),
                None => Self(None),
            },
        }
    }
}

/// The room that this future was moved into, if there is one of its kind.
fn find(future: &mut dyn Any) -> Option<Pin<Box<dyn Room>>> {
    ROOMS.with_borrow_mut(|rooms| {
        // Most requests are for what the last one was for.
        if rooms.last_mut()?.as_mut().put(future) {
            return rooms.pop();
        }
        let mut all = rooms.iter_mut();
        let index = all.rposition(|room| room.as_mut().put(future))?;
        Some(rooms.remove(index))
    })
}

/// Keeps an empty one, in place of what was not used for longest.
fn keep(room: &mut Option<Pin<Box<dyn Room>>>) {
    let small = |room: &Pin<Box<dyn Room>>| size_of_val(&**room) <= SPARE_FUTURE;
    let Some(room) = room.take().filter(small) else {
        return;
    };
    ROOMS.with_borrow_mut(|rooms| {
        if rooms.len() == SPARES {
            rooms.remove(0);
        }
        rooms.push(room);
    });
}

impl Future for Running {
    type Output = Result<Response, Error>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(room) = &mut self.0 else {
            return Poll::Pending;
        };
        let poll = room.as_mut().poll(cx);
        if poll.is_ready() {
            keep(&mut self.0);
        }
        poll
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        sync::Arc,
        task::Waker,
    };

    use super::*;

    fn poll(running: &mut Running) -> Option<u16> {
        let mut cx = Context::from_waker(Waker::noop());
        match Pin::new(running).poll(&mut cx) {
            Poll::Ready(answer) => Some(answer.unwrap().status().as_u16()),
            Poll::Pending => None,
        }
    }

    /// Futures of one type, that hold something.
    async fn future(status: u16, held: Arc<()>) -> Result<Response, Error> {
        let status = ready(status).await;
        drop(held);
        Ok(Response::new(status))
    }

    fn place(running: &Running) -> *const () {
        let room = running.0.as_ref().unwrap();
        std::ptr::from_ref(&**room).cast()
    }

    #[test]
    fn a_future_is_where_the_last_of_its_type_was() {
        let held = Arc::new(());
        let mut first = Running::new(future(201, Arc::clone(&held)));
        let at = place(&first);
        // There is no room yet while one is at work.
        let beside = Running::new(future(202, Arc::clone(&held)));
        assert_ne!(place(&beside), at);
        assert_eq!(poll(&mut first), Some(201));
        assert_eq!(Arc::strong_count(&held), 2, "what it held is dropped");
        let mut of_another = Running::new(ready(Ok(Response::new(203))));
        assert_ne!(place(&of_another), at);
        assert_eq!(poll(&mut of_another), Some(203));
        let mut again = Running::new(future(204, Arc::clone(&held)));
        assert_eq!(place(&again), at);
        assert_eq!(poll(&mut again), Some(204));
        assert_eq!(poll(&mut again), None, "it has ended");
    }

    #[test]
    fn one_that_never_ends_is_dropped_with_what_it_holds() {
        let held = Arc::new(());
        let inner = Arc::clone(&held);
        let mut running = Running::new(async move {
            let _held = inner;
            pending().await
        });
        assert_eq!(poll(&mut running), None);
        drop(running);
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn no_more_room_is_kept_than_is_of_use() {
        let large = [0_u8; SPARE_FUTURE];
        let mut running = Running::new(async move {
            let first = large[usize::from(ready(0_u8).await)];
            Ok(Response::new(200 + u16::from(first)))
        });
        assert_eq!(poll(&mut running), Some(200));
        assert_eq!(ROOMS.with_borrow(Vec::len), 0);
        let all: Vec<_> = (0..=SPARES)
            .map(|_| Running::new(ready(Ok(Response::new(200)))))
            .collect();
        for mut running in all {
            assert_eq!(poll(&mut running), Some(200));
        }
        assert_eq!(ROOMS.with_borrow(Vec::len), SPARES);
    }

    #[test]
    fn a_future_may_call_another_where_it_is_dropped() {
        struct Calls;
        impl Drop for Calls {
            fn drop(&mut self) {
                let mut running = Running::new(future(201, Arc::default()));
                assert_eq!(poll(&mut running), Some(201));
            }
        }
        let mut running = Running::new(async move {
            let _calls = Calls;
            Ok(Response::new(202))
        });
        assert_eq!(poll(&mut running), Some(202));
    }
}
