//! The first bytes of a connection.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_core::__fuzz::connection::preface(bytes));
