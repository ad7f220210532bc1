//! One binary for all integration tests.

mod calendar_oracle;
mod puppet_library;
