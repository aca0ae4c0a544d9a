//! Twilio, offline: signalling, media, TwiML player, signed webhooks, scripted phones, faults

pub mod phones;
pub mod player;
pub mod speech;
pub mod webhook;
