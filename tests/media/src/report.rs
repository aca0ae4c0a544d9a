//! What is printed.

use serde::Serialize;

/// All turns of both.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Our engine.
    pub(crate) ours: Vec<Turn>,
    /// Chromium.
    pub(crate) chromium: Vec<Turn>,
}

/// One turn of one of them. A call's share of something is what the call adds: the same program
/// without a call is taken off.
#[derive(Debug, Serialize)]
pub(crate) struct Turn {
    /// Processor time of the call by the time it took; 1 is one whole processor.
    pub(crate) processor: f64,
    /// The same of the sound server.
    pub(crate) server: f64,
    /// Memory of the call (PSS), in MB.
    pub(crate) memory_mb: f64,
    /// Memory of the program in the call (PSS), in MB.
    pub(crate) whole_mb: f64,
    /// From the far end's answer to the connection, in milliseconds, for each call.
    pub(crate) connect_ms: Vec<f64>,
    /// From the virtual microphone to the virtual loudspeaker, in milliseconds.
    pub(crate) delay_ms: Vec<f64>,
}
