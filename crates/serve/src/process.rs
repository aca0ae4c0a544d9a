//! What both programs do as processes: logging, and hearing that they should end.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is logged unless `HANDSET_LOG` says otherwise. The TURN client tells of each packet.
const USUAL: &str = "info,turn_client_proto=warn";

/// Logs to standard error, as `HANDSET_LOG` says (`info` unless set; see `tracing`'s filters).
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("HANDSET_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colours are for people: a file or another program gets plain lines.
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

/// Listens for the user or the system to want the program to end, from now on; the future returns
/// when one does. To be called inside a tokio runtime.
///
/// # Errors
/// When signals cannot be heard.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C cannot be heard");
            std::future::pending::<()>().await;
        }
    })
}
