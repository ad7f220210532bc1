//! One binary for all integration tests.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "what helps a test may fail where it stands, and runs the real tools"
)]

mod baseline;
mod bundle;
mod calendar_cron;
mod calendar_gaps;
mod calendar_oracle;
mod cli;
mod commands;
mod compare;
mod diff;
mod drill;
mod emit_hostile;
mod examples;
mod findings;
mod formats;
mod gate_files;
mod gate_hostile;
mod gate_scripts;
mod generated_commands;
mod generated_specs;
mod groups;
mod hiera;
mod host;
mod hostile;
mod job_faults;
mod layers;
mod loss_simulator;
mod lsp;
mod markdown;
mod mistakes;
mod observe;
mod observe_deployed;
mod observe_https;
mod observe_mutants;
mod observe_tools;
mod packaging;
mod policies;
mod puppet_emit;
mod puppet_library;
mod quoting;
mod recovery;
mod report;
mod report_browser;
mod retention_oracle;
mod runbooks;
mod schemas;
mod store_faults;
mod technologies;
mod templates;
mod text_fuzz;
mod text_hostile;
mod text_oracle;
mod tidy;
mod tools;
mod watch;
mod windows;
