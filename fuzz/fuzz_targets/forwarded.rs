//! Forwarded and X-Forwarded-For.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_core::__fuzz::trust::client(bytes));
