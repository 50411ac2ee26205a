//! Bodies in chunks.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_core::__fuzz::connection::chunks(bytes));
