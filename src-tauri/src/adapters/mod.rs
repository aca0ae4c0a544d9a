//! The desktop, behind the phone's ports.

pub(crate) mod attention;
pub(crate) mod media;
pub(crate) mod webview;
