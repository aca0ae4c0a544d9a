//! What the Controller needs of the outside, as traits; each with its in-memory one beside it.

mod attention;
mod clock;
mod media;
mod sandbox;

pub use attention::{Attention, BrowserError, RecordingAttention, SilentAttention};
pub use clock::{Clock, ManualClock, SystemClock};
pub use media::{Media, MediaReply, NoMedia, RecordingMedia};
pub use sandbox::{NoSandbox, Sandbox};
