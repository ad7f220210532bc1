//! (module header to be written with its first code.)
pub mod deploy;
