//! Range, behind the length of a file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_static::__fuzz::range(bytes));
