//! Paths of static files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_static::__fuzz::path(bytes));
