//! The desktop, behind the phone's ports.

pub(crate) mod attention;
