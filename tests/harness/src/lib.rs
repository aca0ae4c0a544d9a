//! Drives Handset from the outside, as its end-to-end tests and the measurements need it: the
//! programs as children, Chromium and the real window by WebDriver, the sandbox by its control
//! API. It depends on no crate of Handset, so that nothing but the real programs is tested. (Its
//! benchmark does: there Handset's libraries are measured beside Twilio's.)
//!
//! It is for tests: what does not go as it must panics with a sentence that says what was waited
//! for and what was there instead.

pub mod artefacts;
pub mod browser;
pub mod empty;
pub mod net;
pub mod page;
pub mod process;
pub mod relay;
pub mod sandbox;
pub mod scene;
pub mod server;
pub mod sound;
pub mod tone;
pub mod tunnel;
pub mod usage;
pub mod wait;
pub mod window;

pub use artefacts::Artefacts;
pub use browser::Browser;
pub use empty::empty_page;
pub use net::Net;
pub use page::Page;
pub use relay::Relay;
pub use sandbox::{CallReport, Heard, Sandbox};
pub use scene::{Scene, Setting};
pub use server::Server;
pub use sound::Sound;
pub use tunnel::Tunnel;
pub use window::Window;
