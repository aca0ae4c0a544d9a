//! The sandbox, as the page sees it.

use protocol::Rejection;
use protocol::sandbox::{SandboxIntent, SandboxView};
use std::future::Future;
use tokio::sync::watch;

/// The offline Twilio behind this phone, if there is one.
pub trait Sandbox: Clone + Send + Sync + 'static {
    /// Its panel; `None` when this phone is not in a sandbox.
    fn view(&self) -> Option<SandboxView>;

    /// A number that grows whenever [`Sandbox::view`] has changed.
    fn changed(&self) -> watch::Receiver<u64>;

    /// Does what the user wants of it.
    fn submit(&self, intent: SandboxIntent) -> impl Future<Output = Result<(), Rejection>> + Send;
}

/// No sandbox: the phone is Twilio's.
#[derive(Clone, Debug)]
pub struct NoSandbox {
    never: watch::Receiver<u64>,
}

impl Default for NoSandbox {
    fn default() -> Self {
        Self {
            never: watch::channel(0).1,
        }
    }
}

impl Sandbox for NoSandbox {
    fn view(&self) -> Option<SandboxView> {
        None
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.never.clone()
    }

    async fn submit(&self, _intent: SandboxIntent) -> Result<(), Rejection> {
        Err(Rejection::NoSandbox)
    }
}
