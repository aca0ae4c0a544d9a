//! What fills the window beside the rail.

pub(crate) mod call;
pub(crate) mod dialer;
pub(crate) mod ended;
pub(crate) mod incoming;
pub(crate) mod notice;
pub(crate) mod sandbox;
