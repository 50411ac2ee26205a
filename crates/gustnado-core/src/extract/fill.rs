//! Fills the slots of a handler, stage by stage, and answers for all that cannot be filled at
//! once. It must not know the types of the values.

use super::{
    context::Cx,
    form::{self, Form},
    need::Stage,
    slot::{AnySlot, Kind, Single, SlotList, describe, each},
    text::too_many_pairs,
};
use crate::error::{BadInput, Error, Part};

/// Everything but the body: fields first, then arguments, each stage finished before the next.
///
/// Says whether a body input is left to [`fill_body`].
///
/// # Errors
/// The first failure of an input that is known by its type; all failures of the others together.
pub(crate) async fn fill_head(
    cx: &mut Cx,
    fields: &mut dyn SlotList,
    args: &mut dyn SlotList,
) -> Result<bool, Error> {
    if let Some(described) = cx.describing() {
        described.extend(describe(fields));
        described.extend(describe(args));
        return Err(Error::new(500, "described, not answered"));
    }
    let stages = Stages::of(fields, args);
    if stages.auth {
        fill_typed(cx, fields, Stage::Auth, None).await?;
        fill_typed(cx, args, Stage::Auth, None).await?;
    }
    if stages.params {
        let query = cx.request().query().unwrap_or_default();
        let mut bad = Vec::new();
        if let Some(too_many) = too_many_pairs(query, cx.limits().pairs, Part::Query) {
            bad.push(too_many);
        }
        fill_plain(cx, fields, args, &mut bad);
        if stages.typed_params {
            fill_typed(cx, fields, Stage::Params, Some(&mut bad)).await?;
            fill_typed(cx, args, Stage::Params, Some(&mut bad)).await?;
        }
        if !bad.is_empty() {
            return Err(Error::bad_inputs(bad));
        }
    }
    if stages.waits {
        fill_typed(cx, fields, Stage::Async, None).await?;
        fill_typed(cx, args, Stage::Async, None).await?;
    }
    Ok(stages.body)
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
    let mut form = form::read(cx, &wanted).await?;
    let bad = fill_form(&mut form, args);
    if bad.is_empty() {
        return Ok(());
    }
    let error = Error::new(422, "some fields of the form cannot be used");
    Err(error.with_bad_inputs(bad))
}

/// Which stages have a slot.
#[derive(Default)]
struct Stages {
    auth: bool,
    params: bool,
    /// Whether one of [`Stage::Params`] is known by its type.
    typed_params: bool,
    waits: bool,
    body: bool,
}

impl Stages {
    fn of(fields: &mut dyn SlotList, args: &mut dyn SlotList) -> Self {
        let mut stages = Self::default();
        let mut note = |_slot: &mut dyn AnySlot, single| match single {
            Single::Plain => stages.params = true,
            Single::Typed(Stage::Auth) => stages.auth = true,
            Single::Typed(Stage::Params) => {
                stages.params = true;
                stages.typed_params = true;
            }
            Single::Typed(Stage::Async) => stages.waits = true,
            Single::Form(_) | Single::Typed(Stage::Body) => stages.body = true,
        };
        each(fields, &mut note);
        each(args, &mut note);
        stages
    }
}

/// Fills what is read from the head at once, and gathers what cannot be used.
fn fill_plain(
    cx: &Cx,
    fields: &mut dyn SlotList,
    args: &mut dyn SlotList,
    bad: &mut Vec<BadInput>,
) {
    let mut fill = |slot: &mut dyn AnySlot, single| {
        if let Single::Plain = single {
            bad.extend(slot.fill(cx).err());
        }
    };
    each(fields, &mut fill);
    each(args, &mut fill);
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
                match (slot.fill_later(cx).await, &mut bad) {
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
            bad.extend(slot.fill_form(form).err());
        }
    });
    bad
}
