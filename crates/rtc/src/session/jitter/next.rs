//! What comes out of the jitter buffer.

use std::sync::Arc;

/// What to play next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// This packet.
    Packet(Arc<[u8]>),
    /// Two packets in the time of one, because too many wait.
    Squeeze(Arc<[u8]>, Arc<[u8]>),
    /// A loss as long as this, the packet after it, which may hold a spare copy.
    Spare(Arc<[u8]>),
    /// One frame made up from what was heard before.
    Conceal,
    /// One frame of silence.
    Silence,
}
