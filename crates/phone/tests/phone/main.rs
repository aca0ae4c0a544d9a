//! The phone, driven by scripts from the outside.

mod anything;
mod driver;
mod incoming;
mod intents;
mod media;
mod outgoing;
mod reasons;
mod recovery;
mod registration;
mod tokens;
