//! The simulator as the phone's port sees it: the same thing in the page's words.

use crate::join::{JoinProblem, Remote};
use app::ports::{NoSandbox, Sandbox};
use protocol::sandbox::{
    BrokenWebhook, Faults, LogLine, SandboxIntent, SandboxView, ScriptedPhone,
};
use protocol::{Rejection, Timestamp};
use tokio::sync::watch;
use twilio_sim as sim;

/// How many lines of the log the page is shown.
const LOG_LINES: usize = 200;

/// Twilio's stand-in, or none.
#[derive(Clone)]
pub(crate) enum Backend {
    Twilio(NoSandbox),
    Sandbox(sim::Sandbox),
    /// The sandbox of another phone.
    Joined(Remote),
}

impl Backend {
    /// Ends the sandbox, or leaves it.
    pub(crate) async fn close(self) {
        match self {
            Self::Twilio(_) => {}
            Self::Sandbox(sandbox) => sandbox.shutdown().await,
            Self::Joined(remote) => remote.leave().await,
        }
    }
}

impl Sandbox for Backend {
    fn view(&self) -> Option<SandboxView> {
        match self {
            Self::Twilio(none) => none.view(),
            Self::Sandbox(sandbox) => Some(view(sandbox.panel(), &sandbox.account().number)),
            Self::Joined(remote) => Some(view(remote.panel(), &remote.membership().number)),
        }
    }

    fn changed(&self) -> watch::Receiver<u64> {
        match self {
            Self::Twilio(none) => none.changed(),
            Self::Sandbox(sandbox) => sandbox.changed(),
            Self::Joined(remote) => remote.changed(),
        }
    }

    async fn submit(&self, intent: SandboxIntent) -> Result<(), Rejection> {
        match self {
            Self::Twilio(none) => none.submit(intent).await,
            Self::Sandbox(sandbox) => submit(sandbox, intent).await,
            Self::Joined(remote) => {
                let done = submit_far(remote, intent).await;
                done.map_err(|error| Rejection::Sandbox {
                    message: error.to_string(),
                })
            }
        }
    }
}

async fn submit(sandbox: &sim::Sandbox, intent: SandboxIntent) -> Result<(), Rejection> {
    match intent {
        SandboxIntent::CallMe { from } => {
            let to = sandbox.account().number.clone();
            let called = sandbox.call_me(&from, &to).await;
            called.map(drop).map_err(|error| Rejection::Sandbox {
                message: error.to_string(),
            })
        }
        SandboxIntent::SetFaults(faults) => {
            sandbox.set_faults(to_sim(&faults));
            Ok(())
        }
        SandboxIntent::DropSocket => {
            sandbox.drop_sockets();
            Ok(())
        }
        SandboxIntent::ExpireToken => {
            sandbox.expire_token();
            Ok(())
        }
    }
}

async fn submit_far(remote: &Remote, intent: SandboxIntent) -> Result<(), JoinProblem> {
    match intent {
        SandboxIntent::CallMe { from } => remote.call_me(&from).await,
        SandboxIntent::SetFaults(faults) => remote.set_faults(&to_sim(&faults)).await,
        SandboxIntent::DropSocket => remote.fault_once("drop-socket").await,
        SandboxIntent::ExpireToken => remote.fault_once("expire-token").await,
    }
}

/// The panel for the phone that has `our_number`: it does not call itself.
fn view(panel: sim::Panel, our_number: &str) -> SandboxView {
    let log = panel.log;
    let skip = log.len().saturating_sub(LOG_LINES);
    SandboxView {
        phones: panel
            .phones
            .into_iter()
            .filter(|phone| phone.number != our_number)
            .map(|p| ScriptedPhone {
                number: p.number,
                name: p.name,
                does: p.does,
                calls_us: p.calls_us,
            })
            .collect(),
        faults: from_sim(&panel.faults),
        log: log
            .into_iter()
            .skip(skip)
            .map(|l| LogLine {
                seq: l.seq,
                at: Timestamp(l.at_ms),
                text: l.text,
            })
            .collect(),
    }
}

fn to_sim(faults: &Faults) -> sim::Faults {
    sim::Faults {
        mute_heartbeats: faults.mute_heartbeats,
        black_hole_media: faults.black_hole_media,
        delay_webhooks_ms: faults.delay_webhooks_ms,
        break_webhooks: faults.break_webhooks.map(|how| match how {
            BrokenWebhook::Answer500 => sim::BrokenWebhook::Answer500,
            BrokenWebhook::WrongSignature => sim::BrokenWebhook::WrongSignature,
            BrokenWebhook::Unreachable => sim::BrokenWebhook::Unreachable,
        }),
        refuse_registration: faults.refuse_registration,
    }
}

fn from_sim(faults: &sim::Faults) -> Faults {
    Faults {
        mute_heartbeats: faults.mute_heartbeats,
        black_hole_media: faults.black_hole_media,
        delay_webhooks_ms: faults.delay_webhooks_ms,
        break_webhooks: faults.break_webhooks.map(|how| match how {
            sim::BrokenWebhook::Answer500 => BrokenWebhook::Answer500,
            sim::BrokenWebhook::WrongSignature => BrokenWebhook::WrongSignature,
            sim::BrokenWebhook::Unreachable => BrokenWebhook::Unreachable,
        }),
        refuse_registration: faults.refuse_registration,
    }
}
