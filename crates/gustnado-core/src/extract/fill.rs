//! Fills the slots of a handler, stage by stage, and answers for all that cannot be filled at
//! once. It must not know the types of the values.

use super::{
    context::Cx,
    form::{self, Form},
    need::Stage,
    slot::{Kind, SlotList, describe},
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
    let mut stages = Stages::default();
    stages.note(fields);
    stages.note(args);
    if stages.auth {
        fill_stage(cx, fields, Stage::Auth).await?;
        fill_stage(cx, args, Stage::Auth).await?;
    }
    if stages.params {
        let query = cx.request().query().unwrap_or_default();
        let mut bad = Vec::from_iter(too_many_pairs(query, cx.limits().pairs, Part::Query));
        fill_plain(cx, fields, &mut bad);
        fill_plain(cx, args, &mut bad);
        if stages.typed_params {
            fill_params(cx, fields, &mut bad).await?;
            fill_params(cx, args, &mut bad).await?;
        }
        if !bad.is_empty() {
            return Err(Error::bad_inputs(bad));
        }
    }
    if stages.waits {
        fill_stage(cx, fields, Stage::Async).await?;
        fill_stage(cx, args, Stage::Async).await?;
    }
    Ok(stages.body)
}

/// The input that reads the body, or those that are fields of the form that it is.
///
/// # Errors
/// When the body is not what the input wants; all failures of fields together.
pub(crate) async fn fill_body(cx: &mut Cx, args: &mut dyn SlotList) -> Result<(), Error> {
    let mut wanted = Vec::new();
    form_names(args, &mut wanted);
    if wanted.is_empty() {
        return fill_stage(cx, args, Stage::Body).await;
    }
    let mut form = form::read(cx, &wanted).await?;
    let mut bad = Vec::new();
    fill_form(&mut form, args, &mut bad);
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
    fn note(&mut self, slots: &mut dyn SlotList) {
        let mut index = 0;
        while let Some(slot) = slots.slot(index) {
            match slot.kind() {
                Kind::Plain => self.params = true,
                Kind::Typed(Stage::Auth) => self.auth = true,
                Kind::Typed(Stage::Params) => {
                    self.params = true;
                    self.typed_params = true;
                }
                Kind::Typed(Stage::Async) => self.waits = true,
                Kind::Form(_) | Kind::Typed(Stage::Body) => self.body = true,
                Kind::Group(slots) => self.note(slots),
            }
            index += 1;
        }
    }
}

/// Fills what is known by its type, up to the first that fails.
async fn fill_stage(cx: &mut Cx, slots: &mut dyn SlotList, stage: Stage) -> Result<(), Error> {
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        match slot.kind() {
            Kind::Typed(its) if its == stage => slot.fill_later(cx).await?,
            Kind::Group(slots) => Box::pin(fill_stage(cx, slots, stage)).await?,
            Kind::Plain | Kind::Form(_) | Kind::Typed(_) => {}
        }
        index += 1;
    }
    Ok(())
}

/// Fills what is read from the head at once, and gathers what cannot be used.
fn fill_plain(cx: &Cx, slots: &mut dyn SlotList, bad: &mut Vec<BadInput>) {
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        match slot.kind() {
            Kind::Plain => bad.extend(slot.fill(cx).err()),
            Kind::Group(slots) => fill_plain(cx, slots, bad),
            Kind::Form(_) | Kind::Typed(_) => {}
        }
        index += 1;
    }
}

/// Fills what is known by its type and read from the head, gathering what cannot be used. An error
/// that names no input is the answer at once.
async fn fill_params(
    cx: &mut Cx,
    slots: &mut dyn SlotList,
    bad: &mut Vec<BadInput>,
) -> Result<(), Error> {
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        match slot.kind() {
            Kind::Typed(Stage::Params) => match slot.fill_later(cx).await {
                Err(error) if error.inputs().is_empty() => return Err(error),
                Err(error) => bad.extend_from_slice(error.inputs()),
                Ok(()) => {}
            },
            Kind::Group(slots) => Box::pin(fill_params(cx, slots, bad)).await?,
            Kind::Plain | Kind::Form(_) | Kind::Typed(_) => {}
        }
        index += 1;
    }
    Ok(())
}

/// The names of the fields that are wanted of a form.
fn form_names(slots: &mut dyn SlotList, names: &mut Vec<&'static str>) {
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        match slot.kind() {
            Kind::Form(name) => names.push(name),
            Kind::Group(slots) => form_names(slots, names),
            Kind::Plain | Kind::Typed(_) => {}
        }
        index += 1;
    }
}

/// Fills what are fields of a form, and gathers what cannot be used.
fn fill_form(form: &mut Form, slots: &mut dyn SlotList, bad: &mut Vec<BadInput>) {
    let mut index = 0;
    while let Some(slot) = slots.slot(index) {
        match slot.kind() {
            Kind::Form(_) => bad.extend(slot.fill_form(form).err()),
            Kind::Group(slots) => fill_form(form, slots, bad),
            Kind::Plain | Kind::Typed(_) => {}
        }
        index += 1;
    }
}
