//! Heads of HTTP/1.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_core::__fuzz::connection::head(bytes));
