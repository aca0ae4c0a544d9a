//! What both programs do as processes: logging, and hearing that they should end.

use tracing_subscriber::EnvFilter;

/// Logs to standard error, as `HANDSET_LOG` says (`info` unless set; see `tracing`'s filters).
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("HANDSET_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Returns when the user or the system wants the program to end.
///
/// # Errors
/// When signals cannot be heard.
pub async fn stop_signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
