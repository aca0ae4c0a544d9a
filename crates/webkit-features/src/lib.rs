//! Switches WebKitGTK's features on and off.
//!
//! The `webkit2gtk` crate binds everything of WebKitGTK that Handset needs but this: features have
//! names that change between releases, and six C functions list and set them. They are called here
//! and nowhere else, so that all other crates can forbid `unsafe`. On other systems than Linux the
//! crate is empty.
//!
//! Source: WebKitGTK's reference, `WebKitFeature`, `WebKitFeatureList` and
//! `webkit_settings_set_feature_enabled`, all since 2.42.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub use linux::{NoSuchFeature, set};
