//! Groups: inputs that are read together and stand in a handler as one, each filled in its own
//! stage. It must not know handlers, whose fields are such a group too.

use super::{
    context::Cx,
    fill::{Left, fill_body, fill_plain, fill_rest},
    need::{Needed, Needs},
    slot::{Group, How, Slot, SlotList, Slots, describe},
};
use crate::error::Error;

/// A struct whose fields are inputs of a request. Written by the derives.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has verbs but no route",
    label = "add #[derive(RequestHandler)] and #[route(\"/…\")]"
)]
pub trait Inputs: Sized + Send + 'static {
    type Slots: Slots;

    /// The places its fields are read into.
    fn slots() -> Self::Slots;

    /// The instance, once they are read.
    fn make(values: <Self::Slots as Slots>::Values) -> Self;
}

/// The place of a group in a handler, or in another group.
#[doc(hidden)]
#[track_caller]
#[must_use]
pub fn group_slot<G: Inputs>(name: &'static str) -> Slot<G> {
    Slot::new(name, How::Group(Box::new(Nested::<G>(G::slots()))))
}

/// Reads a group by itself, in the order of a handler.
///
/// # Errors
/// As for a handler.
#[doc(hidden)]
pub async fn read_group<G: Inputs>(cx: &mut Cx) -> Result<G, Error> {
    let mut slots = G::slots();
    let mut left = Left::default();
    fill_plain(cx, &mut left, &mut slots, &mut ())?;
    if left.more() {
        fill_rest(cx, &mut left, &mut slots, &mut ()).await?;
    }
    if left.body() {
        fill_body(cx, &mut slots).await?;
    }
    Ok(G::make(slots.take()))
}

/// Names what the inputs of a group need.
#[doc(hidden)]
pub fn group_needs<G: Inputs>(needs: &mut Needs) {
    for described in describe(&mut G::slots()) {
        let (through, need) = (described.through, described.need);
        needs.push(Needed { through, need });
    }
}

/// The slots of a group, which know what to become.
struct Nested<G: Inputs>(G::Slots);

impl<G: Inputs> Group<G> for Nested<G> {
    fn slots(&mut self) -> &mut dyn SlotList {
        &mut self.0
    }

    fn take(&mut self) -> G {
        G::make(self.0.take())
    }
}
