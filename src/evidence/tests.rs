//! Facts about a small system, each with what follows from it.
