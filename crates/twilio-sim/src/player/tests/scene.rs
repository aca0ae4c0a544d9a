//! A scripted leg and exchange, and a call that is played on them against a real webhook server.

use crate::{
    Faults,
    player::{
        Instructions, Settings,
        ports::{
            CallError, ChildEvent, ChildProgress, DialCallStatus, DialHow, DialOutcome, DialTarget,
            Exchange, HungUp, Leg, LegFacts, Recall, Recording, RejectReason,
        },
        run,
    },
    speech::{Pcm, SILENCE_DBFS, Speech, beep, chime, dtmf, steady},
    webhook::{
        Deliverer, Delivery, Limits, Target,
        testing::{Reply, Seen, Server, auth_token},
    },
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::timeout,
};
use twilio::sid::{AccountSid, CallSid};

/// What happened on the leg, in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Did {
    Verb(String),
    Answered,
    Rejected(RejectReason),
    Played(String),
    StoppedPlaying,
    StartedRecording,
    Recorded { duration_s: u32 },
    Erred(u32),
    HungUp(Option<u32>),
}

/// What the leg's user does while a sound plays.
pub(super) enum While {
    /// Listens to its end.
    Listens,
    /// Presses keys; the sound goes on until it is stopped.
    Presses(&'static str),
    /// Hangs up.
    HangsUp,
}

/// What the leg's user does while recorded.
pub(super) enum Speaks {
    /// Nothing: the recording has these samples.
    Silently(Pcm),
    /// Says this, and presses the keys.
    Pressing(Pcm, &'static str),
    /// Says this, and hangs up.
    HangingUp(Pcm),
    /// Says this on and on.
    OnAndOn(Pcm),
}

#[derive(Clone)]
pub(super) struct FakeLeg(Arc<State>);

struct State {
    facts: LegFacts,
    answered: watch::Sender<bool>,
    over: watch::Sender<bool>,
    did: Mutex<Vec<Did>>,
    plays: Mutex<VecDeque<While>>,
    stop: Notify,
    keys: Mutex<VecDeque<char>>,
    pressed: Notify,
    speaks: Mutex<Option<Speaks>>,
    talked_s: u32,
}

impl FakeLeg {
    fn did(&self, what: Did) {
        self.0.did.lock().unwrap().push(what);
    }

    fn press(&self, keys: &str) {
        self.0.keys.lock().unwrap().extend(keys.chars());
        self.0.pressed.notify_one();
    }

    fn end(&self) {
        self.0.over.send_replace(true);
    }

    fn speaks(&self) -> MutexGuard<'_, Option<Speaks>> {
        self.0.speaks.lock().unwrap()
    }
}

/// What the tests play, by name.
fn name(pcm: &Pcm) -> String {
    const TEXTS: &[&str] = &[
        "Hello",
        "Press a key",
        "Goodbye",
        "An application error has occurred. Goodbye.",
    ];
    let spoken = TEXTS.iter().find(|text| chime(text) == *pcm);
    if let Some(text) = spoken {
        format!("\"{text}\"")
    } else if *pcm == beep() {
        "beep".to_owned()
    } else if *pcm == steady(440) {
        "tone".to_owned()
    } else if *pcm == dtmf("1w#").unwrap() {
        "keys 1w#".to_owned()
    } else {
        format!("{} samples", pcm.len())
    }
}

impl Leg for FakeLeg {
    fn facts(&self) -> LegFacts {
        self.0.facts.clone()
    }

    async fn answer(&self) -> Result<(), HungUp> {
        if *self.0.over.borrow() {
            return Err(HungUp);
        }
        if !self.0.answered.send_replace(true) {
            self.did(Did::Answered);
        }
        Ok(())
    }

    fn is_answered(&self) -> bool {
        *self.0.answered.borrow()
    }

    fn reject(&self, reason: RejectReason) {
        self.did(Did::Rejected(reason));
        self.end();
    }

    async fn play(&self, pcm: Pcm) -> Result<(), HungUp> {
        self.did(Did::Played(name(&pcm)));
        let script = self.0.plays.lock().unwrap().pop_front();
        match script {
            None | Some(While::Listens) => Ok(()),
            Some(While::Presses(keys)) => {
                self.press(keys);
                self.0.stop.notified().await;
                Ok(())
            }
            Some(While::HangsUp) => {
                self.end();
                Err(HungUp)
            }
        }
    }

    fn stop_playing(&self) {
        self.did(Did::StoppedPlaying);
        self.0.stop.notify_one();
    }

    async fn next_digit(&self) -> Result<char, HungUp> {
        loop {
            let pressed = self.0.pressed.notified();
            let key = self.0.keys.lock().unwrap().pop_front();
            if let Some(key) = key {
                return Ok(key);
            }
            tokio::select! {
                () = pressed => {}
                () = self.hung_up() => return Err(HungUp),
            }
        }
    }

    fn start_recording(&self) {
        self.did(Did::StartedRecording);
        match &*self.speaks() {
            Some(Speaks::Pressing(_, keys)) => self.press(keys),
            Some(Speaks::HangingUp(_)) => self.end(),
            Some(Speaks::Silently(_) | Speaks::OnAndOn(_)) | None => {}
        }
    }

    fn loudness_dbfs(&self) -> f64 {
        match &*self.speaks() {
            Some(Speaks::OnAndOn(_)) => -20.0,
            Some(Speaks::Silently(_) | Speaks::Pressing(..) | Speaks::HangingUp(_)) | None => {
                SILENCE_DBFS
            }
        }
    }

    fn stop_recording(&self) -> Pcm {
        match self.speaks().take() {
            Some(
                Speaks::Silently(pcm)
                | Speaks::Pressing(pcm, _)
                | Speaks::HangingUp(pcm)
                | Speaks::OnAndOn(pcm),
            ) => pcm,
            None => Pcm::from([]),
        }
    }

    async fn hung_up(&self) {
        let mut over = self.0.over.subscribe();
        // The sender is in the leg, which outlives this.
        let _ = over.wait_for(|over| *over).await;
    }

    fn answered_for_s(&self) -> u32 {
        if self.is_answered() {
            self.0.talked_s
        } else {
            0
        }
    }

    fn hang_up(&self, error: Option<CallError>) {
        if !self.0.over.send_replace(true) {
            self.did(Did::HungUp(error.map(|error| error.code)));
        }
    }

    fn note_verb(&self, verb: &str) {
        self.did(Did::Verb(verb.to_owned()));
    }

    fn note_recording(&self, recording: &Recording) {
        let duration_s = recording.duration_s;
        self.did(Did::Recorded { duration_s });
    }

    fn note_error(&self, error: &CallError) {
        self.did(Did::Erred(error.code));
    }
}

/// What comes of a `<Dial>`.
pub(super) struct DialScript {
    /// Target and event.
    pub(super) events: Vec<(usize, ChildProgress)>,
    pub(super) status: DialCallStatus,
    pub(super) duration_s: u32,
    /// The parent hangs up at the end.
    pub(super) parent_hangs_up: bool,
}

impl DialScript {
    pub(super) fn ends(status: DialCallStatus) -> Self {
        Self {
            events: Vec::new(),
            status,
            duration_s: 0,
            parent_hangs_up: false,
        }
    }
}

#[derive(Clone)]
pub(super) struct FakeExchange(Arc<Desk>);

struct Desk {
    scripts: Mutex<VecDeque<DialScript>>,
    dials: Mutex<Vec<(Vec<DialTarget>, DialHow)>>,
    log: Mutex<Vec<String>>,
}

pub(super) fn child(target: usize) -> CallSid {
    CallSid::random([u8::try_from(target).unwrap() + 100; 16])
}

impl Exchange for FakeExchange {
    type Leg = FakeLeg;

    async fn dial(
        &self,
        parent: &FakeLeg,
        targets: Vec<DialTarget>,
        how: DialHow,
        progress: mpsc::UnboundedSender<ChildEvent>,
        _recall: Recall,
    ) -> DialOutcome {
        let script = self.0.scripts.lock().unwrap().pop_front();
        let script = script.expect("the test has no script for this <Dial>");
        let bridged = script.status == DialCallStatus::Completed;
        for (target, event) in script.events {
            let event = ChildEvent {
                target,
                call_sid: child(target),
                from: "+12025550142".to_owned(),
                to: format!("+1202555020{target}"),
                event,
            };
            progress.send(event).unwrap();
        }
        self.0.dials.lock().unwrap().push((targets, how));
        if bridged {
            // Fails only when the parent is gone, and then it does not matter.
            let _ = parent.answer().await;
        }
        if script.parent_hangs_up {
            parent.end();
        }
        DialOutcome {
            status: script.status,
            child: Some(child(0)),
            duration_s: script.duration_s,
            bridged,
            parent_hung_up: script.parent_hangs_up,
        }
    }

    fn log(&self, text: String) {
        self.0.log.lock().unwrap().push(text);
    }
}

/// A call to be played.
pub(super) struct Scene {
    documents: HashMap<String, VecDeque<(String, Vec<u8>)>>,
    from: &'static str,
    fallback: Option<&'static str>,
    documents_limit: usize,
    plays: VecDeque<While>,
    speaks: Option<Speaks>,
    dials: VecDeque<DialScript>,
}

/// A call that was played.
pub(super) struct Played {
    pub(super) did: Vec<Did>,
    /// What the webhook server was asked, the status callback last.
    pub(super) seen: Vec<Seen>,
    pub(super) dials: Vec<(Vec<DialTarget>, DialHow)>,
    pub(super) log: Vec<String>,
    pub(super) deliveries: Vec<Delivery>,
}

/// A call from the telephone network whose instructions at `/voice` are these verbs.
pub(super) fn call(verbs: &str) -> Scene {
    Scene {
        documents: HashMap::new(),
        from: "+12025550142",
        fallback: None,
        documents_limit: 20,
        plays: VecDeque::new(),
        speaks: None,
        dials: VecDeque::new(),
    }
    .document("/voice", verbs)
}

impl Scene {
    /// Verbs at a path; of several for a path the last stays.
    pub(super) fn document(self, path: &str, verbs: &str) -> Self {
        let xml = format!("<Response>{verbs}</Response>");
        self.file(path, "text/xml", xml.into_bytes())
    }

    pub(super) fn file(mut self, path: &str, content_type: &str, body: Vec<u8>) -> Self {
        let files = self.documents.entry(path.to_owned()).or_default();
        files.push_back((content_type.to_owned(), body));
        self
    }

    /// Nothing is at the path where the instructions should be.
    pub(super) fn without_voice(mut self) -> Self {
        self.documents.remove("/voice");
        self
    }

    pub(super) fn fallback(mut self, path: &'static str) -> Self {
        self.fallback = Some(path);
        self
    }

    pub(super) fn from(mut self, from: &'static str) -> Self {
        self.from = from;
        self
    }

    pub(super) fn documents_limit(mut self, limit: usize) -> Self {
        self.documents_limit = limit;
        self
    }

    pub(super) fn play(mut self, script: While) -> Self {
        self.plays.push_back(script);
        self
    }

    pub(super) fn speaks(mut self, script: Speaks) -> Self {
        self.speaks = Some(script);
        self
    }

    pub(super) fn dial(mut self, script: DialScript) -> Self {
        self.dials.push_back(script);
        self
    }

    /// Plays the call to its end.
    pub(super) async fn run(self) -> Played {
        let documents = Mutex::new(self.documents);
        let server = Server::start(move |seen| {
            if seen.path.starts_with("/status") {
                return Reply::status(204);
            }
            let mut documents = documents.lock().unwrap();
            let Some(files) = documents.get_mut(&seen.path) else {
                return Reply::status(404);
            };
            let (content_type, body) = if files.len() > 1 {
                files.pop_front().unwrap()
            } else {
                files[0].clone()
            };
            Reply::body(&content_type, body)
        })
        .await;
        let is_client = self.from.starts_with("client:");
        let leg = FakeLeg(Arc::new(State {
            facts: LegFacts {
                call_sid: CallSid::random([1; 16]),
                parent_call_sid: None,
                from: self.from.to_owned(),
                to: "+12025550100".to_owned(),
                direction: "inbound",
                application_sid: is_client.then(|| format!("AP{}", "0".repeat(32))),
                params: Vec::new(),
            },
            answered: watch::Sender::new(false),
            over: watch::Sender::new(false),
            did: Mutex::default(),
            plays: Mutex::new(self.plays),
            stop: Notify::new(),
            keys: Mutex::default(),
            pressed: Notify::new(),
            speaks: Mutex::new(self.speaks),
            talked_s: 61,
        }));
        let exchange = FakeExchange(Arc::new(Desk {
            scripts: Mutex::new(self.dials),
            dials: Mutex::default(),
            log: Mutex::default(),
        }));
        let deliverer = Deliverer::new(auth_token(), Limits::default(), Faults::default);
        let instructions = Instructions {
            voice: Target::post(server.url("/voice")).into(),
            fallback: self.fallback.map(|path| Target::post(server.url(path))),
            status_callback: Some(Target::post(server.url("/status"))),
        };
        let mut settings = Settings::new(
            AccountSid::random([2; 16]),
            server.url("/"),
            Speech::chimes(),
        );
        settings.documents = self.documents_limit;
        settings.second = Duration::from_millis(20);
        let player = run(
            exchange.clone(),
            leg.clone(),
            instructions,
            deliverer.clone(),
            settings,
        );
        timeout(Duration::from_secs(60), player)
            .await
            .expect("the call does not end");
        let seen = server.seen();
        assert!(seen.iter().all(|seen| seen.signed), "{seen:#?}");
        Played {
            did: leg.0.did.lock().unwrap().clone(),
            dials: exchange.0.dials.lock().unwrap().clone(),
            log: exchange.0.log.lock().unwrap().clone(),
            deliveries: deliverer.history(),
            seen,
        }
    }
}

impl Played {
    /// The paths that were asked, without the status callback.
    pub(super) fn paths(&self) -> Vec<&str> {
        let paths = self.seen.iter().map(|seen| seen.path.as_str());
        paths.filter(|path| *path != "/status").collect()
    }

    /// The only request to this path.
    #[track_caller]
    pub(super) fn asked(&self, path: &str) -> &Seen {
        let mut found = self.seen.iter().filter(|seen| seen.path == path);
        let seen = found
            .next()
            .unwrap_or_else(|| panic!("{path} was not asked"));
        assert!(found.next().is_none(), "{path} was asked twice");
        seen
    }

    /// What was heard and done, without the verbs.
    pub(super) fn did(&self) -> Vec<Did> {
        let did = self.did.iter().cloned();
        did.filter(|did| !matches!(did, Did::Verb(_))).collect()
    }

    /// The sounds, in order.
    pub(super) fn sounds(&self) -> Vec<&str> {
        self.did.iter().filter_map(sound).collect()
    }

    /// The errors that were noted.
    pub(super) fn errors(&self) -> Vec<u32> {
        let error = |did: &Did| match did {
            Did::Erred(code) => Some(*code),
            Did::Verb(_)
            | Did::Answered
            | Did::Rejected(_)
            | Did::Played(_)
            | Did::StoppedPlaying
            | Did::StartedRecording
            | Did::Recorded { .. }
            | Did::HungUp(_) => None,
        };
        self.did.iter().filter_map(error).collect()
    }

    /// How the call ended, as the status callback was told.
    #[track_caller]
    pub(super) fn ended(&self) -> &str {
        self.asked("/status").get("CallStatus").unwrap()
    }

    #[track_caller]
    pub(super) fn logged(&self, text: &str) {
        assert!(
            self.log.iter().any(|line| line.contains(text)),
            "no line of the log has {text:?}: {:#?}",
            self.log
        );
    }
}

fn sound(did: &Did) -> Option<&str> {
    match did {
        Did::Played(sound) => Some(sound),
        Did::Verb(_)
        | Did::Answered
        | Did::Rejected(_)
        | Did::StoppedPlaying
        | Did::StartedRecording
        | Did::Recorded { .. }
        | Did::Erred(_)
        | Did::HungUp(_) => None,
    }
}
