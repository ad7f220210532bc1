//! The reader of YAML under libFuzzer: `cargo +nightly fuzz run text -s none`.

#![no_main]

#[path = "../../tests/support/text_target.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::run(bytes));
