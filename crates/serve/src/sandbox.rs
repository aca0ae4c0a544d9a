//! The simulator as the phone's port sees it: the same thing in the page's words.

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
}

impl Sandbox for Backend {
    fn view(&self) -> Option<SandboxView> {
        match self {
            Self::Twilio(none) => none.view(),
            Self::Sandbox(sandbox) => Some(view(sandbox)),
        }
    }

    fn changed(&self) -> watch::Receiver<u64> {
        match self {
            Self::Twilio(none) => none.changed(),
            Self::Sandbox(sandbox) => sandbox.changed(),
        }
    }

    async fn submit(&self, intent: SandboxIntent) -> Result<(), Rejection> {
        match self {
            Self::Twilio(none) => none.submit(intent).await,
            Self::Sandbox(sandbox) => submit(sandbox, intent).await,
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

fn view(sandbox: &sim::Sandbox) -> SandboxView {
    let log = sandbox.log();
    let skip = log.len().saturating_sub(LOG_LINES);
    SandboxView {
        phones: sandbox
            .phones()
            .into_iter()
            .map(|p| ScriptedPhone {
                number: p.number,
                name: p.name,
                does: p.does,
                calls_us: p.calls_us,
            })
            .collect(),
        faults: from_sim(&sandbox.faults()),
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
