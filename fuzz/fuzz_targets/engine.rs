//! Keys, signatures and messages from any bytes: the engine must answer as the backend does.

#![no_main]

#[path = "../../crates/es384/tests/fuzz/body.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    body::run(bytes);
});
