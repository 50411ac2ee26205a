//! The black-box tests of the workspace. This library has what they share; each target of
//! `Cargo.toml` is one concern.

mod guide;
