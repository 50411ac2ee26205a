//! The fields of Cookie, one on each line.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_core::__fuzz::extract::cookies(bytes));
