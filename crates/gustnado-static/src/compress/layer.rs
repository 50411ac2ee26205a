//! What a user asks by. It must not know requests.

use gustnado_core::Next;
use tower_layer::Layer;

use super::{limits::CompressLimits, rules::Rules, service::Compressing};
use crate::coding::{Coding, Codings};

/// Compresses the replies of handlers, as a layer: Tornado's `compress_response`.
///
/// ```
/// # use gustnado_static as gustnado;
/// # use gustnado_core::Application;
/// use gustnado::Compress;
///
/// let app = Application::new().layer(Compress::new());
/// ```
///
/// Brotli, zstd (with the feature of that name) or gzip, by what `Accept-Encoding` says with its q-values;
/// of equals in this order.
/// A reply is coded if its type is one that shrinks and it has a kibibyte or more. One that is there
/// as a whole is coded as a whole and has a length; a stream is coded as it comes, and what came is
/// sent before the next is waited for, so that [server-sent events](gustnado_core::Events) stay live.
/// More than a little work is done on the threads for what blocks.
///
/// A reply that has a coding is not coded again, so that files, which bring their own, go through it
/// as they are. `Cache-Control: no-transform` is obeyed. Every reply that might have been coded says
/// `Vary: accept-encoding`. A strong tag is another in each coding, and preconditions that name one
/// of these reach the handler as the tag that it gave; streams get weak tags.
///
/// # Secrets
///
/// Who can have a browser ask for pages, put text of their choice into them and see the length of what
/// is sent can guess a secret that stands on the same page, if that is compressed (BREACH). So the
/// layer is not there unless you put it. Keep it from replies that have both a secret and text of
/// the request in them: mask the secret anew in each reply, as tokens against request forgery are, or
/// say `Content-Encoding: identity` in the reply, which leaves it as it is and is not sent:
///
/// ```
/// use gustnado_core::{Html, IntoResponse};
///
/// async fn get() -> impl IntoResponse {
///     Html("<p>a secret, and what you searched for").with_header("content-encoding", "identity")
/// }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "it does nothing until it is given to `layer`"]
pub struct Compress {
    rules: Rules,
}

impl Compress {
    /// All codings, at levels that are quick.
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the bounds, such as `from`, the bytes of the smallest reply that is coded.
    pub fn limits(mut self, change: impl FnOnce(&mut CompressLimits)) -> Self {
        change(&mut self.rules.limits);
        self
    }

    /// Codes replies of these types and no others. `text/*` stands for all texts; parameters do not
    /// count. Without it, these are texts, JSON, XML, JavaScript, WebAssembly and the like.
    pub fn types<T: AsRef<str>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        let lower = |name: T| name.as_ref().trim().to_ascii_lowercase().into();
        self.rules.types = Some(types.into_iter().map(lower).collect());
        self
    }

    /// Sets the quality of brotli, from 0 to 11; 4 unless set. Above 5 it takes much longer.
    pub fn brotli_quality(mut self, quality: u32) -> Self {
        self.rules.brotli_quality = quality.min(11);
        self
    }

    /// Sets the level of zstd, from 1 to 19; 3 unless set.
    pub fn zstd_level(mut self, level: u32) -> Self {
        self.rules.zstd_level = level.clamp(1, 19).cast_signed();
        self
    }

    /// Sets the level of gzip, from 1 to 9; 6 unless set.
    pub fn gzip_level(mut self, level: u32) -> Self {
        self.rules.gzip_level = level.clamp(1, 9);
        self
    }

    /// Does not use brotli.
    pub fn without_brotli(self) -> Self {
        self.without(Coding::Brotli)
    }

    /// Does not use zstd.
    pub fn without_zstd(self) -> Self {
        self.without(Coding::Zstd)
    }

    /// Does not use gzip.
    pub fn without_gzip(self) -> Self {
        self.without(Coding::Gzip)
    }

    fn without(mut self, coding: Coding) -> Self {
        let codings = self.rules.codings;
        self.rules.codings = codings.without(Codings::NONE.with(coding));
        self
    }
}

impl Layer<Next> for Compress {
    type Service = Compressing;

    fn layer(&self, next: Next) -> Compressing {
        Compressing::new(self.rules.clone(), next)
    }
}
