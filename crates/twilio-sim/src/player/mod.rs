//! The TwiML player: fetches a call's instructions and carries them out on its leg.

pub mod ports;
