//! The Controller: the one task that owns the phone, and its ports to the outside.

pub mod config;
mod controller;
mod handle;
pub mod ports;

pub use config::{Account, ConfigProblems};
pub use controller::{Parts, start};
pub use handle::Handle;
