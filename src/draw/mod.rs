//! Where things go in a picture, before it is written in any language: plain numbers in, plain numbers out.
//!
//! Names nothing of ours, so that a picture of a terminal command and one of a page are laid out alike.

pub mod layout;
