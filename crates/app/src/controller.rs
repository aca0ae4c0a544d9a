//! The one task that owns the phone. Everything that happens is told to it in order; what the
//! phone wants done, it does.

use crate::config::Account;
use crate::handle::{Command, Handle};
use crate::ports::{Attention, Clock, Media, MediaReply, Sandbox};
use phone::{Effect, Input, Phone, Setup, Token, TokenProblem};
use protocol::media::{IceServer, MediaPath, MediaPreference, MediaRequest};
use protocol::{
    Answer, EngineRequest, Epoch, Intent, Notice, PageInfo, Question, Rejection, ShellMessage,
    Snapshot, Timestamp,
};
use server::TokenUnavailable;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use twilio::token::{TokenRequest, mint};

/// What a phone is made of.
#[derive(Debug)]
pub struct Parts<C, A, S, M> {
    /// The account it belongs to.
    pub account: Account,
    /// `host:port` of the sandbox's signalling; `None` is Twilio itself.
    pub signalling: Option<String>,
    /// Servers for NAT, for the sound of calls.
    pub ice_servers: Vec<IceServer>,
    /// Life of the access tokens, in seconds, at most 86,400.
    pub token_ttl_s: u64,
    /// Numbers are hidden from the start.
    pub privacy: bool,
    /// The browser dialer's address, with the session secret.
    pub dialer_url: String,
    /// The time.
    pub clock: C,
    /// The ways to the user outside the page.
    pub attention: A,
    /// The sandbox, or [`crate::ports::NoSandbox`].
    pub sandbox: S,
    /// The native media engine, or [`crate::ports::NoMedia`].
    pub media: M,
    /// Who shall carry the sound of calls.
    pub media_preference: MediaPreference,
}

/// Starts the phone: a task that runs until [`Handle::close`]. `parts` is given the handle, for the
/// ways to the user that lead back into the phone.
pub fn start<C: Clock, A: Attention, S: Sandbox, M: Media>(
    parts: impl FnOnce(Handle) -> Parts<C, A, S, M>,
) -> (Handle, JoinHandle<()>) {
    let (commands, inbox) = mpsc::unbounded_channel();
    let handle = Handle::new(commands);
    let controller = Controller::new(parts(handle.clone()));
    (handle, tokio::spawn(controller.run(inbox)))
}

struct Controller<C, A, S, M> {
    phone: Phone,
    parts: Parts<C, A, S, M>,
    page: Option<Page>,
    sent_revision: u64,
    sandbox_stale: Option<Timestamp>,
    /// As of which second the phone's last token was made.
    minted_s: u64,
}

/// The page that is the phone's now.
struct Page {
    epoch: Epoch,
    down: mpsc::UnboundedSender<ShellMessage>,
}

/// The sandbox's log changes in bursts: the page gets one snapshot for each, not one a line.
const SANDBOX_SETTLES_MS: u64 = 100;

impl<C: Clock, A: Attention, S: Sandbox, M: Media> Controller<C, A, S, M> {
    fn new(parts: Parts<C, A, S, M>) -> Self {
        let phone = Phone::new(Setup {
            identity: parts.account.identity.clone(),
            line: Some(parts.account.caller_id.clone()),
            privacy: parts.privacy,
            signalling: parts.signalling.clone(),
            ice_servers: parts.ice_servers.clone(),
            media: parts.media_preference,
            native_media: parts.media.is_there(),
        });
        Self {
            phone,
            parts,
            page: None,
            sent_revision: 0,
            sandbox_stale: None,
            minted_s: 0,
        }
    }

    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let mut sandbox_changed = self.parts.sandbox.changed();
        let mut sandbox_lives = true;
        loop {
            let deadline = [self.phone.next_deadline(), self.sandbox_stale]
                .into_iter()
                .flatten()
                .min();
            tokio::select! {
                command = inbox.recv() => match command {
                    None => return,
                    Some(Command::Close(done)) => {
                        self.close();
                        let _asker_left = done.send(());
                        return;
                    }
                    Some(command) => self.obey(command),
                },
                () = wait(&self.parts.clock, deadline) => self.deadline(),
                changed = sandbox_changed.changed(), if sandbox_lives => {
                    sandbox_lives = changed.is_ok();
                    let settles = self.parts.clock.now().plus_ms(SANDBOX_SETTLES_MS);
                    self.sandbox_stale.get_or_insert(settles);
                }
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Attach { page, down, reply } => self.attach(page, down, reply),
            Command::Detach(epoch) => self.detach(epoch),
            Command::Submit { intent, reply } => self.submit(intent, reply),
            Command::Ask { question, reply } => self.ask(question, reply),
            Command::Media { epoch, event } => {
                if self.is_attached(epoch) {
                    self.send(ShellMessage::Media(Box::new(event)));
                }
            }
            Command::Report { epoch, event } => {
                tracing::debug!(?epoch, "the engine reported");
                self.tell(Input::Engine { epoch, event });
            }
            Command::Webhook { webhook, place } => {
                drop(place);
                self.tell(Input::Webhook(webhook));
            }
            Command::Token(reply) => {
                let token = self.mint(self.now_s()).map(|token| token.jwt);
                let refused = |_| TokenUnavailable("the API key cannot sign one".to_owned());
                let _asker_left = reply.send(token.map_err(refused));
            }
            Command::WokeUp => self.tell(Input::WokeUp),
            Command::Close(_) => unreachable!("the loop takes it"),
        }
    }

    fn attach(
        &mut self,
        page: PageInfo,
        down: mpsc::UnboundedSender<ShellMessage>,
        reply: oneshot::Sender<Snapshot>,
    ) {
        if let Some(old) = self.page.take() {
            let _old_page_gone = old.down.send(ShellMessage::Notice(Notice::Displaced));
        }
        tracing::info!(
            webrtc = page.webrtc,
            window = page.window,
            "a page attached"
        );
        let now = self.parts.clock.now();
        let effects = self.phone.handle(Input::Attached { page }, now);
        let snapshot = self.snapshot();
        self.page = Some(Page {
            epoch: snapshot.epoch,
            down,
        });
        // What the last page opened is nobody's any more, before this one opens anything.
        self.parts.media.reset(snapshot.epoch);
        self.sent_revision = snapshot.revision;
        let _asker_left = reply.send(snapshot);
        self.carry_out(effects);
        self.publish();
    }

    fn detach(&mut self, epoch: Epoch) {
        if self.is_attached(epoch) {
            tracing::info!("the page detached");
            self.page = None;
            self.parts.media.reset(epoch);
            self.tell(Input::Detached);
        }
    }

    fn is_attached(&self, epoch: Epoch) -> bool {
        self.page.as_ref().is_some_and(|page| page.epoch == epoch)
    }

    fn ask(&mut self, question: Question, reply: oneshot::Sender<Answer>) {
        match question {
            Question::Media { epoch, request } => {
                self.ask_media(epoch, request, MediaReply::new(reply));
            }
            Question::Reveal { .. } | Question::Check { .. } => {
                let _asker_left = reply.send(self.phone.answer(&question));
            }
        }
    }

    fn ask_media(&mut self, epoch: Epoch, request: MediaRequest, reply: MediaReply) {
        let native = self.phone.snapshot().media == MediaPath::Native;
        if native && self.is_attached(epoch) {
            self.parts.media.ask(epoch, request, reply);
        } else {
            reply.reject(Rejection::NoEngine);
        }
    }

    fn submit(&mut self, intent: Intent, reply: oneshot::Sender<Result<(), Rejection>>) {
        if let Intent::Sandbox(intent) = intent {
            let sandbox = self.parts.sandbox.clone();
            tokio::spawn(async move {
                let _asker_left = reply.send(sandbox.submit(intent).await);
            });
            return;
        }
        let rejection = self.input(Input::Intent(intent));
        let _asker_left = reply.send(rejection.map_or(Ok(()), Err));
    }

    fn deadline(&mut self) {
        let now = self.parts.clock.now();
        if self.sandbox_stale.is_some_and(|at| at <= now) {
            self.sandbox_stale = None;
            self.publish();
        }
        if self.phone.next_deadline().is_some_and(|at| at <= now) {
            self.tell(Input::Deadline);
        }
    }

    fn close(&mut self) {
        let calls: Vec<_> = self
            .phone
            .snapshot()
            .calls
            .iter()
            .map(|call| call.id)
            .collect();
        for call in calls {
            self.tell(Input::Intent(Intent::HangUp { call }));
        }
        self.send(ShellMessage::Engine(EngineRequest::Destroy));
    }

    /// Tells the phone something that nobody waits for: only intents are ever refused.
    fn tell(&mut self, input: Input) {
        if let Some(rejection) = self.input(input) {
            tracing::debug!(%rejection, "not taken");
        }
    }

    /// Tells the phone, does what it wants, and shows the page what became of it.
    fn input(&mut self, input: Input) -> Option<Rejection> {
        let now = self.parts.clock.now();
        let effects = self.phone.handle(input, now);
        let rejection = self.carry_out(effects);
        self.publish();
        rejection
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Option<Rejection> {
        let mut rejection = None;
        for effect in effects {
            match effect {
                Effect::Engine(request) => self.send(ShellMessage::Engine(request)),
                Effect::Named { call_sid, call } => {
                    self.send(ShellMessage::Named { call_sid, call });
                }
                Effect::MintToken => {
                    let token = self.mint_next();
                    let now = self.parts.clock.now();
                    let effects = self.phone.handle(Input::Token(token), now);
                    let further = self.carry_out(effects);
                    rejection = rejection.or(further);
                }
                Effect::StartRing { call, party } => self.parts.attention.ring(call, &party),
                Effect::StopRing { call } => self.parts.attention.stop_ring(call),
                Effect::Rejected(why) => rejection = Some(why),
                Effect::OpenBrowser => self.open_browser(),
            }
        }
        rejection
    }

    fn open_browser(&mut self) {
        let url = self.parts.dialer_url.clone();
        if self.parts.attention.open_browser(&url).is_err() {
            self.send(ShellMessage::Notice(Notice::BrowserFailed { url }));
        }
    }

    /// A token that differs from the phone's last one. Two of the same second would be the same
    /// token, and a refused one must not be offered again.
    fn mint_next(&mut self) -> Result<Token, TokenProblem> {
        self.minted_s = self.now_s().max(self.minted_s + 1);
        self.mint(self.minted_s)
    }

    fn now_s(&self) -> u64 {
        self.parts.clock.now().0 / 1000
    }

    fn mint(&self, now_s: u64) -> Result<Token, TokenProblem> {
        let account = &self.parts.account;
        let ttl_s = self.parts.token_ttl_s;
        let request = TokenRequest {
            account: &account.account_sid,
            key: &account.key_sid,
            secret: &account.key_secret,
            identity: account.identity.as_str(),
            application: Some(&account.application_sid),
            params: &[],
            incoming: true,
            ttl_s,
            region: None,
        };
        match mint(&request, now_s) {
            Ok(jwt) => Ok(Token {
                jwt,
                expires_at: Timestamp((now_s + ttl_s) * 1000),
            }),
            Err(error) => {
                tracing::error!(%error, "no access token could be made");
                Err(TokenProblem::NoCredentials)
            }
        }
    }

    /// The phone's snapshot; its revision counts the changes of the sandbox too, whose panel is
    /// still to be drawn.
    fn sketch(&self) -> Snapshot {
        let mut snapshot = self.phone.snapshot();
        snapshot.revision += *self.parts.sandbox.changed().borrow();
        snapshot
    }

    /// The phone's snapshot with the sandbox's panel.
    fn snapshot(&self) -> Snapshot {
        // The count first: what changes between the two is then shown, and counted next time.
        let mut snapshot = self.sketch();
        snapshot.sandbox = self.parts.sandbox.view();
        snapshot
    }

    /// Shows the page what has changed. Most webhooks change nothing, and often no page watches.
    fn publish(&mut self) {
        if self.page.is_none() {
            return;
        }
        let mut snapshot = self.sketch();
        if snapshot.revision > self.sent_revision {
            self.sent_revision = snapshot.revision;
            snapshot.sandbox = self.parts.sandbox.view();
            self.send(ShellMessage::Snapshot(Box::new(snapshot)));
        }
    }

    fn send(&mut self, message: ShellMessage) {
        let Some(page) = &self.page else { return };
        if page.down.send(message).is_err() {
            tracing::debug!("the page is gone; its detach will follow");
        }
    }
}

async fn wait(clock: &impl Clock, deadline: Option<Timestamp>) {
    match deadline {
        Some(deadline) => clock.wait_until(deadline).await,
        None => std::future::pending().await,
    }
}
