//! Gustnado.
