//! Handset's page: Yew over the Twilio Voice JS SDK.
//!
//! The page decides nothing about calls. It draws the last [`protocol::Snapshot`], sends what the
//! user wants as [`protocol::Intent`]s, carries out [`protocol::EngineRequest`]s on the SDK and
//! reports what the SDK says. [`backend`] is the way to the shell, [`sdk`] the way to the SDK,
//! `standin` what the SDK finds where the webview has no WebRTC;
//! [`state`], [`words`], [`keys`], [`mod@format`] and [`meter`] are plain logic and run anywhere.

mod app;
pub mod backend;
mod components;
mod dom;
pub mod format;
pub mod keys;
pub mod meter;
mod microphone;
mod pages;
pub mod sdk;
mod sound;
mod standin;
pub mod state;
pub mod words;

/// Draws the page into the document and attaches it to the shell.
pub fn start() {
    app::mount();
}
