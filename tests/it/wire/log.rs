//! What a server says in the log of its thread.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::mpsc::{Receiver, Sender, channel},
    time::Duration,
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Takes down the events of one target.
pub(crate) struct Scribe {
    target: &'static str,
    lines: Sender<Line>,
}

/// The events that were taken down.
pub(crate) struct Log(Receiver<Line>);

/// One event: its level, and its fields as text.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) level: Level,
    fields: BTreeMap<&'static str, String>,
}

impl Log {
    /// A log of the events of `target`, and who writes it.
    pub(crate) fn of(target: &'static str) -> (Scribe, Self) {
        let (lines, log) = channel();
        (Scribe { target, lines }, Self(log))
    }

    /// The next line.
    pub(crate) fn line(&self) -> Line {
        let patience = Duration::from_secs(20);
        self.0.recv_timeout(patience).expect("a line in the log")
    }

    /// Whether there is another line already.
    pub(crate) fn more(&self) -> bool {
        self.0.try_recv().is_ok()
    }
}

impl Line {
    /// A field, empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |value| value)
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        let value = self.get(name);
        value.parse().unwrap_or_else(|_| panic!("{name}: {self:?}"))
    }
}

impl Subscriber for Scribe {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == self.target
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        let level = *event.metadata().level();
        let fields = fields.0;
        let _ = self.lines.send(Line { level, fields });
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
