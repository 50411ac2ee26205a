//! One verb of one handler: what it takes, what it answers, how it fails. Inputs and replies write
//! into it what they are; it must not know them.

use std::{any::Any, borrow::Cow};

use super::{
    content::{Content, Shape},
    kind::{Count, TextKind},
};
use crate::route::Pattern;

/// One verb of one handler, as it says itself what it takes and answers.
///
/// Hand-written inputs and replies write into it:
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::describe::{Operation, Security};
///
/// fn describe(operation: &mut Operation) {
///     operation.security("api_key", Security::Header("x-api-key"));
///     operation.failure(429, "too many requests for this key");
/// }
/// # describe(&mut Operation::default());
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Operation {
    /// The method, such as `GET`.
    pub method: &'static str,
    /// The template of its route, the prefixes of its groups included.
    pub pattern: Pattern,
    /// The handler's type, with its module.
    pub handler: &'static str,
    /// The doc comment of the handler.
    pub handler_doc: &'static str,
    /// The doc comment of the verb.
    pub doc: &'static str,
    /// Values of the path, the query, header fields, cookies, and the fields of a form.
    pub parameters: Vec<Parameter>,
    /// What the body may be. Empty where there is none, or where it is a form.
    pub bodies: Vec<Content>,
    /// Whether the body may be left out.
    pub body_optional: bool,
    /// How it answers.
    pub replies: Vec<Reply>,
    /// How it fails, as far as it is known.
    pub failures: Vec<Failure>,
    /// Whether it may also fail in ways that are not known.
    pub fails_otherwise: bool,
    /// Whether somebody else than the framework writes how failures are answered.
    pub own_errors: bool,
    /// How a client says who it is.
    pub security: Vec<Requirement>,
    types: Vec<(&'static str, Box<dyn Any + Send + Sync>)>,
}

/// A value that is read from text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// Its name there.
    pub name: Cow<'static, str>,
    /// What it is, its bounds included; of several values, each of them.
    pub kind: TextKind,
    /// How many values it takes.
    pub count: Count,
    /// Whether there is a default where it is absent.
    pub has_default: bool,
    /// The default, as it stands in the source, where it is a literal there.
    pub default: Option<&'static str>,
    /// What its doc comment says.
    pub doc: &'static str,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// It is a header field.
    Header,
    /// It is a cookie.
    Cookie,
    /// It is a field of a form that is the body.
    Form,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// Its status.
    pub status: Status,
    /// Its body; `None` where there is none.
    pub content: Option<Content>,
    /// A header field that it has.
    pub header: Option<&'static str>,
}

/// The status of an answer, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// This one.
    Exactly(u16),
    /// One of a class: 3 is 300 to 399.
    Class(u8),
    /// Any.
    Any,
}

/// A way to fail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// Its status.
    pub status: u16,
    /// What a client is told; `{name}` stands for what is not known before. Empty where it is told
    /// the status alone.
    pub text: Cow<'static, str>,
    /// The URI of the kind of problem.
    pub problem_type: Option<&'static str>,
}

/// How a client says who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer,
    /// `Authorization: Basic …` (RFC 7617).
    Basic,
    /// A header field of this name.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
    /// A cookie of this name.
    Cookie(&'static str),
}

/// A way of saying who one is that an operation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// What the application calls it.
    pub name: &'static str,
    /// What it is.
    pub security: Security,
    /// Whether it may be left out.
    pub optional: bool,
}

impl Reply {
    pub(crate) fn of(status: Status, content: Option<Content>) -> Self {
        Self {
            status,
            content,
            header: None,
        }
    }

    /// The same with a header field.
    pub(crate) fn with_header(mut self, name: &'static str) -> Self {
        self.header = Some(name);
        self
    }
}

impl Operation {
    /// A client says who it is in this way; who does not is answered 401. `name` is what the
    /// document calls it, and the same wherever it is the same.
    pub fn security(&mut self, name: &'static str, security: Security) {
        self.security.push(Requirement {
            name,
            security,
            optional: false,
        });
        self.failure(401, "");
    }

    /// A value is read from text, such as a header field.
    pub fn parameter(
        &mut self,
        place: Place,
        name: impl Into<Cow<'static, str>>,
        kind: TextKind,
        count: Count,
    ) {
        self.push_parameter(Parameter {
            place,
            name: name.into(),
            kind,
            count,
            has_default: false,
            default: None,
            doc: "",
        });
    }

    pub(crate) fn push_parameter(&mut self, parameter: Parameter) {
        match parameter.place {
            Place::Path => self.failure(404, "there is nothing at this path"),
            Place::Form => {
                self.failure(400, "the form cannot be read");
                self.failure(413, "the body is too large");
                self.failure(415, "the body is no form");
                self.failure(422, "some fields of the form cannot be used");
            }
            Place::Query | Place::Header | Place::Cookie => {
                self.failure(400, "some inputs of the request cannot be used");
            }
        }
        let same = |other: &Parameter| {
            let named = if parameter.place == Place::Header {
                other.name.eq_ignore_ascii_case(&parameter.name)
            } else {
                other.name == parameter.name
            };
            other.place == parameter.place && named
        };
        if !self.parameters.iter().any(same) {
            self.parameters.push(parameter);
        }
    }

    /// The body is read as this. How that may fail is said by [`failure`](Self::failure).
    pub fn body(&mut self, content: Content) {
        if !self.bodies.contains(&content) {
            self.bodies.push(content);
        }
    }

    /// It answers with this status and body.
    pub fn reply(&mut self, status: u16, content: impl Into<Option<Content>>) {
        self.push_reply(Reply::of(Status::Exactly(status), content.into()));
    }

    /// It answers in a way that is not known before.
    pub fn any_reply(&mut self) {
        let content = Content::new("*/*", Shape::Any);
        self.push_reply(Reply::of(Status::Any, Some(content)));
    }

    pub(crate) fn push_reply(&mut self, reply: Reply) {
        self.replies.push(reply);
    }

    /// Takes over what a reply says of itself that is given another status.
    pub(crate) fn of_any_status(&mut self, describe: impl FnOnce(&mut Self)) {
        let known = self.replies.len();
        describe(self);
        for reply in &mut self.replies[known..] {
            reply.status = Status::Any;
        }
    }

    /// It fails with this status, and tells the client this; of a 5xx, the client is told nothing.
    pub fn failure(&mut self, status: u16, text: impl Into<Cow<'static, str>>) {
        self.problem(status, text, None);
    }

    /// The same for a kind of problem that has a URI.
    pub fn problem(
        &mut self,
        status: u16,
        text: impl Into<Cow<'static, str>>,
        problem_type: Option<&'static str>,
    ) {
        let text = if status >= 500 {
            "".into()
        } else {
            text.into()
        };
        let failure = Failure {
            status,
            text,
            problem_type,
        };
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    /// It may fail in ways that are not known before.
    pub fn any_failure(&mut self) {
        self.fails_otherwise = true;
    }

    /// Takes over what an input says of itself that may be absent: what it asks for may be left
    /// out.
    pub fn optional(&mut self, describe: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        describe(&mut inner);
        for mut parameter in inner.parameters {
            if parameter.count == Count::One {
                parameter.count = Count::Optional;
            }
            self.push_parameter(parameter);
        }
        self.body_optional |= !inner.bodies.is_empty();
        inner.bodies.into_iter().for_each(|body| self.body(body));
        self.failures.extend(inner.failures);
        self.fails_otherwise |= inner.fails_otherwise;
        let security = inner.security.into_iter();
        self.security
            .extend(security.map(|requirement| Requirement {
                optional: true,
                ..requirement
            }));
    }

    /// Keeps what is known of a type, for whoever writes the document.
    #[doc(hidden)]
    pub fn note_type(&mut self, name: &'static str, known: Box<dyn Any + Send + Sync>) {
        self.types.push((name, known));
    }

    /// What is known of a type, by its name.
    #[doc(hidden)]
    #[must_use]
    pub fn type_named<T: 'static>(&self, name: &str) -> Option<&T> {
        let mut types = self.types.iter().filter(|(other, _)| *other == name);
        types.find_map(|(_, known)| known.downcast_ref())
    }
}
