//! Heads and bodies of answers over HTTP/1, as the client reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gustnado_client::__fuzz::answer(bytes));
