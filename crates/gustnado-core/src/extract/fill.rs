//! Fills the slots of a handler, stage by stage, and answers for all that cannot be filled at
//! once. It must not know the types of the values.

use super::{
    context::Cx,
    form::{self, Form},
    need::Stage,
    slot::{Kind, Single, SlotList, describe, each},
    text::too_many_pairs,
};
use crate::error::{BadInput, Error, Part};

/// What is left to do when all is read that can be read at once.
#[derive(Default)]
pub(crate) struct Left {
    stages: Stages,
    /// Which of the arguments reads the body, where it is the only one and no part of a group.
    reads_body: Option<usize>,
    bad: Vec<BadInput>,
}

impl Left {
    /// Whether anything is left but the body: it is for [`fill_rest`].
    #[inline]
    pub(crate) fn more(&self) -> bool {
        let stages = self.stages;
        stages.auth || stages.typed_params || stages.waits
    }

    /// Whether a body input is left to [`fill_body`].
    #[inline]
    pub(crate) fn body(&self) -> bool {
        self.stages.body
    }

    /// Refuses what cannot be used.
    #[inline]
    fn settle(&mut self) -> Result<(), Error> {
        if self.bad.is_empty() {
            return Ok(());
        }
        Err(Error::bad_inputs(std::mem::take(&mut self.bad)))
    }
}

/// Fills what is read from the head at once: fields first, then arguments. Nothing, where somebody has
/// to be asked who is asking: that is first.
///
/// # Errors
/// All that cannot be used, together. Where [more](Left::more) is left, they are told when that is read.
pub(crate) fn fill_plain(
    cx: &mut Cx,
    left: &mut Left,
    fields: &mut dyn SlotList,
    args: &mut dyn SlotList,
) -> Result<(), Error> {
    if let Some(described) = cx.describing() {
        described.extend(describe(fields));
        described.extend(describe(args));
        return Err(Error::new(500, "described, not answered"));
    }
    if fields.asks_who() || args.asks_who() {
        left.stages.auth = true;
        return Ok(());
    }
    fill_values(cx, fields, args, left);
    if !left.more() {
        left.settle()?;
    }
    Ok(())
}

/// Fills what is left but the body, each stage finished before the next.
///
/// # Errors
/// The first failure of an input that is known by its type; all failures of the others together.
pub(crate) async fn fill_rest(
    cx: &mut Cx,
    left: &mut Left,
    fields: &mut dyn SlotList,
    args: &mut dyn SlotList,
) -> Result<(), Error> {
    if left.stages.auth {
        fill_typed(cx, fields, Stage::Auth, None).await?;
        fill_typed(cx, args, Stage::Auth, None).await?;
        fill_values(cx, fields, args, left);
    }
    if left.stages.typed_params {
        let bad = &mut left.bad;
        fill_typed(cx, fields, Stage::Params, Some(bad)).await?;
        fill_typed(cx, args, Stage::Params, Some(bad)).await?;
    }
    left.settle()?;
    if left.stages.waits {
        fill_typed(cx, fields, Stage::Async, None).await?;
        fill_typed(cx, args, Stage::Async, None).await?;
    }
    Ok(())
}

/// Fills what can be filled at once, and notes what is left and what cannot be used.
fn fill_values(cx: &Cx, fields: &mut dyn SlotList, args: &mut dyn SlotList, left: &mut Left) {
    fill_each(cx, fields, left);
    left.reads_body = None;
    fill_each(cx, args, left);
    if !left.stages.params {
        // Nobody looks at the query.
        return;
    }
    let query = cx.request().query().unwrap_or_default();
    if let Some(too_many) = too_many_pairs(query, cx.limits().pairs, Part::Query) {
        left.bad.insert(0, too_many);
    }
}

fn fill_each(cx: &Cx, slots: &mut dyn SlotList, left: &mut Left) {
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        match slot.fill(cx, &mut left.bad) {
            None => left.stages.note(Single::Plain),
            Some(Kind::Single(single)) => {
                if let Single::Typed(Stage::Body) = single {
                    left.reads_body = (!left.stages.body).then_some(index);
                }
                left.stages.note(single);
            }
            Some(Kind::Group(slots)) => {
                fill_each(cx, slots, left);
                if left.stages.body {
                    left.reads_body = None;
                }
            }
        }
        index += 1;
    }
}

/// Fills the input that reads the body, where it is the only one and need not wait. Says whether it did; if
/// not, that is for [`fill_body`].
///
/// # Errors
/// When the body is not what the input wants.
pub(crate) fn fill_body_now(
    cx: &mut Cx,
    left: &Left,
    args: &mut dyn SlotList,
) -> Result<bool, Error> {
    let slot = left.reads_body.and_then(|index| args.slot(index));
    match slot.and_then(|slot| slot.fill_now(cx)) {
        Some(Ok(())) => Ok(true),
        Some(Err(error)) => Err(error),
        None => Ok(false),
    }
}

/// The input that reads the body, or those that are fields of the form that it is.
///
/// # Errors
/// When the body is not what the input wants; all failures of fields together.
pub(crate) async fn fill_body(cx: &mut Cx, args: &mut dyn SlotList) -> Result<(), Error> {
    let wanted = form_names(args);
    if wanted.is_empty() {
        return fill_typed(cx, args, Stage::Body, None).await;
    }
    // Behind a pointer: forms are read seldom, and each request has room for what is read here.
    let mut form = Box::pin(form::read(cx, &wanted)).await?;
    let bad = fill_form(&mut form, args);
    if bad.is_empty() {
        return Ok(());
    }
    let error = Error::new(422, "some fields of the form cannot be used");
    Err(error.with_bad_inputs(bad))
}

/// Which stages have a slot.
#[derive(Clone, Copy, Default)]
struct Stages {
    auth: bool,
    params: bool,
    /// Whether one of [`Stage::Params`] is known by its type.
    typed_params: bool,
    waits: bool,
    body: bool,
}

impl Stages {
    fn note(&mut self, single: Single) {
        match single {
            Single::Plain => self.params = true,
            Single::Typed(Stage::Auth) => self.auth = true,
            Single::Typed(Stage::Params) => {
                self.params = true;
                self.typed_params = true;
            }
            Single::Typed(Stage::Async) => self.waits = true,
            Single::Form(_) | Single::Typed(Stage::Body) => self.body = true,
        }
    }
}

/// Fills what is known by its type, up to the first error that is the answer: that is any but one
/// that names inputs, where there is a place to gather those.
async fn fill_typed(
    cx: &mut Cx,
    slots: &mut dyn SlotList,
    stage: Stage,
    mut bad: Option<&mut Vec<BadInput>>,
) -> Result<(), Error> {
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        match slot.kind() {
            Kind::Single(Single::Typed(its)) if its == stage => {
                let filled = match slot.fill_later(cx) {
                    Some(filled) => filled.await,
                    None => Ok(()),
                };
                match (filled, &mut bad) {
                    (Err(error), Some(bad)) if !error.inputs().is_empty() => {
                        bad.extend_from_slice(error.inputs());
                    }
                    (filled, _) => filled?,
                }
            }
            Kind::Group(slots) => {
                Box::pin(fill_typed(cx, slots, stage, bad.as_deref_mut())).await?;
            }
            Kind::Single(_) => {}
        }
        index += 1;
    }
    Ok(())
}

/// The names of the fields that are wanted of a form.
fn form_names(slots: &mut dyn SlotList) -> Vec<&'static str> {
    let mut names = Vec::new();
    each(slots, &mut |_slot, single| {
        if let Single::Form(name) = single {
            names.push(name);
        }
    });
    names
}

/// Fills what are fields of a form, and gathers what cannot be used.
fn fill_form(form: &mut Form, slots: &mut dyn SlotList) -> Vec<BadInput> {
    let mut bad = Vec::new();
    each(slots, &mut |slot, single| {
        if let Single::Form(_) = single {
            slot.fill_form(form, &mut bad);
        }
    });
    bad
}
