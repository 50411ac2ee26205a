//! The heads of HTTP/2 frames, as they are counted.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_core::__fuzz::connection::frames(bytes));
