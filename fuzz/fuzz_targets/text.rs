//! The reader of YAML under libFuzzer: `.ci/fuzz --guided`.
//!
//! Built from the two modules that it is about and not from the whole library, which takes several times as long.

#![no_main]

extern crate self as drplan;

#[path = "../../src/diag/mod.rs"]
pub mod diag;
#[expect(dead_code, reason = "the target uses only a part of it")]
#[path = "../../src/text/mod.rs"]
pub mod text;

#[path = "../../tests/support/text_target.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::run(bytes));
