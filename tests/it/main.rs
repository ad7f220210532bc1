//! One binary for all integration tests.

mod calendar_oracle;
