//! What the routers need of the phone's owner.

use protocol::{
    Answer, EngineEvent, Epoch, Intent, PageInfo, Question, Rejection, ShellMessage, Snapshot,
};
use std::future::Future;
use tokio::sync::mpsc;

/// The owner of the phone, as the routers see it: a cheap handle to the one task that has it.
///
/// The methods without an answer must not block: they are called while a request is handled.
pub trait Host: Clone + Send + Sync + 'static {
    /// Makes a fresh access token (a JWT) for the phone's identity.
    ///
    /// # Errors
    /// When none can be made, with a reason that people can read.
    fn token(&self) -> impl Future<Output = Result<String, TokenUnavailable>> + Send;

    /// Makes a page the phone's page; `down` takes what is sent to it from then on, in order.
    ///
    /// The snapshot carries the epoch of this attachment. The sender is dropped when another page
    /// takes its place.
    fn attach(
        &self,
        page: PageInfo,
        down: mpsc::UnboundedSender<ShellMessage>,
    ) -> impl Future<Output = Snapshot> + Send;

    /// The page of that attachment is gone. An older epoch than the present one changes nothing.
    fn detach(&self, epoch: Epoch);

    /// Carries out a wish of the user.
    ///
    /// # Errors
    /// Why it was not taken.
    fn submit(&self, intent: Intent) -> impl Future<Output = Result<(), Rejection>> + Send;

    /// Answers a question of the page.
    fn ask(&self, question: Question) -> impl Future<Output = Answer> + Send;

    /// The page's SDK said something.
    fn report(&self, epoch: Epoch, event: EngineEvent);

    /// Twilio said something; its signature was checked. A retried request is told once.
    ///
    /// It returns when the phone has taken note or will soon: Twilio's answer waits for that, so
    /// that no flood of webhooks can pile up before the phone.
    fn webhook(&self, webhook: phone::Webhook) -> impl Future<Output = ()> + Send;
}

/// No access token can be made, and why: a clause for people, without a capital or a full stop,
/// such as `the API key secret is missing`. It is shown to whoever asked for the token, so it holds
/// no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TokenUnavailable(pub String);
