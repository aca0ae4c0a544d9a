//! Our engine, in a process of its own.

use crate::child::Said;
use crate::far::Far;
use anyhow::{Context, Result, bail, ensure};
use harness::{Artefacts, Sound, usage};
use protocol::media::{
    ConnectionState, Description, DescriptionKind, DeviceId, GatheringState, MediaAnswer,
    MediaEvent, MediaRequest, PeerId, Processing, TrackId,
};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const MICROPHONE: TrackId = TrackId(1);

/// The process and the way to it.
pub(crate) struct Ours {
    child: Child,
    requests: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
    /// Events that nobody waited for yet, with their times in microseconds.
    events: Vec<(u64, MediaEvent)>,
}

impl Ours {
    /// Starts it with the devices of a sound server.
    pub(crate) fn start(sound: &Sound, artefacts: &Artefacts) -> Result<Self> {
        let program = std::env::current_exe().context("where is this program?")?;
        let mut command = Command::from(sound.command(&program.to_string_lossy()));
        let log = std::fs::File::create(artefacts.path("engine.log"))?;
        let mut child = command
            .arg("engine")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("the engine does not start")?;
        let requests = child.stdin.take().context("it is piped")?;
        let said = child.stdout.take().context("it is piped")?;
        Ok(Self {
            child,
            requests,
            said: BufReader::new(said).lines(),
            events: Vec::new(),
        })
    }

    /// What it uses.
    pub(crate) fn usage(&self) -> usage::Usage {
        let pid = self.child.id();
        usage::of(pid.as_slice())
    }

    /// Opens the microphone, with echo cancelling, noise suppression and automatic gain or
    /// without.
    pub(crate) async fn open_microphone(&mut self, processed: bool) -> Result<()> {
        let request = MediaRequest::OpenMicrophone {
            track: MICROPHONE,
            device: DeviceId::system(),
            processing: Processing {
                echo_cancellation: processed,
                noise_suppression: processed,
                auto_gain_control: processed,
            },
        };
        self.does(request).await
    }

    /// Closes it.
    pub(crate) async fn close_microphone(&mut self) -> Result<()> {
        let track = MICROPHONE;
        self.does(MediaRequest::CloseMicrophone { track }).await
    }

    /// Calls a far end; how long it took from the answer to the connection, in milliseconds.
    pub(crate) async fn call(&mut self, peer: u32) -> Result<(Far, f64)> {
        let peer = PeerId(peer);
        let offer = self.offers(peer).await?;
        let (far, answer) = Far::answers(&offer).await?;
        let asked_us = self.answered(peer, answer).await?;
        let connected_us = self.connected(peer).await?;
        self.does(play(peer)).await?;
        Ok((far, ms(connected_us.saturating_sub(asked_us))))
    }

    /// Ends a call.
    pub(crate) async fn hang_up(&mut self, peer: u32) -> Result<()> {
        let peer = PeerId(peer);
        self.does(MediaRequest::ClosePeer { peer }).await
    }

    /// Connects two peers with each other: one sends the microphone, the other is heard.
    pub(crate) async fn call_itself(&mut self, from: u32, to: u32) -> Result<()> {
        let (from, to) = (PeerId(from), PeerId(to));
        let offer = self.offers(from).await?;
        self.does(open(to)).await?;
        self.signals(remote(to, DescriptionKind::Offer, offer))
            .await?;
        let answer = self
            .described(MediaRequest::CreateAnswer { peer: to })
            .await?;
        let answer = self.local_with_candidates(to, answer).await?;
        self.answered(from, answer).await?;
        self.connected(from).await?;
        self.does(play(to)).await
    }

    /// Opens a peer that sends the microphone; its offer, with all candidates.
    async fn offers(&mut self, peer: PeerId) -> Result<String> {
        self.does(open(peer)).await?;
        let track = Some(MICROPHONE);
        self.does(MediaRequest::SendTrack { peer, track }).await?;
        let ice_restart = false;
        let offer = MediaRequest::CreateOffer { peer, ice_restart };
        let offer = self.described(offer).await?;
        self.local_with_candidates(peer, offer).await
    }

    async fn local_with_candidates(
        &mut self,
        peer: PeerId,
        description: Description,
    ) -> Result<String> {
        let set = |description| MediaRequest::SetLocalDescription { peer, description };
        let set = self.signals(set(description)).await?;
        let complete = MediaEvent::Gathering {
            peer,
            state: GatheringState::Complete,
        };
        let candidates = self.until(|event| *event == complete).await;
        candidates.context("no candidates were gathered")?;
        // Those that were told after it are in no description here; hosts are there at once.
        set.map(|local| local.sdp).context("no local description")
    }

    async fn answered(&mut self, peer: PeerId, sdp: String) -> Result<u64> {
        let (asked_us, answer) = self.ask(remote(peer, DescriptionKind::Answer, sdp)).await?;
        let taken = matches!(answer, MediaAnswer::Signaling { .. });
        ensure!(taken, "the answer was not taken: {answer:?}");
        Ok(asked_us)
    }

    async fn connected(&mut self, peer: PeerId) -> Result<u64> {
        let state = ConnectionState::Connected;
        let connected = MediaEvent::Connection { peer, state };
        self.until(|event| *event == connected).await
    }

    async fn does(&mut self, request: MediaRequest) -> Result<()> {
        match self.ask(request).await? {
            (_, MediaAnswer::Done) => Ok(()),
            (_, other) => bail!("it was not done: {other:?}"),
        }
    }

    async fn described(&mut self, request: MediaRequest) -> Result<Description> {
        match self.ask(request).await? {
            (_, MediaAnswer::Description(description)) => Ok(description),
            (_, other) => bail!("no description: {other:?}"),
        }
    }

    async fn signals(&mut self, request: MediaRequest) -> Result<Option<Description>> {
        match self.ask(request).await? {
            (_, MediaAnswer::Signaling { local, .. }) => Ok(local),
            (_, other) => bail!("not taken: {other:?}"),
        }
    }

    async fn ask(&mut self, request: MediaRequest) -> Result<(u64, MediaAnswer)> {
        let line = serde_json::to_string(&request)? + "\n";
        self.requests.write_all(line.as_bytes()).await?;
        loop {
            match self.next().await? {
                Said::Answer { asked_us, answer } => return Ok((asked_us, *answer)),
                Said::Event { at_us, event } => self.events.push((at_us, *event)),
            }
        }
    }

    /// Waits for an event; when it was.
    async fn until(&mut self, is: impl Fn(&MediaEvent) -> bool) -> Result<u64> {
        loop {
            if let Some(at) = self.events.iter().position(|(_, event)| is(event)) {
                return Ok(self.events.swap_remove(at).0);
            }
            match self.next().await? {
                Said::Event { at_us, event } => self.events.push((at_us, *event)),
                Said::Answer { answer, .. } => bail!("nobody asked for {answer:?}"),
            }
        }
    }

    async fn next(&mut self) -> Result<Said> {
        let line = tokio::time::timeout(Duration::from_secs(30), self.said.next_line()).await;
        let line = line.context("the engine says nothing")??;
        Ok(serde_json::from_str(
            &line.context("the engine has ended")?,
        )?)
    }
}

fn open(peer: PeerId) -> MediaRequest {
    MediaRequest::OpenPeer {
        peer,
        ice_servers: Vec::new(),
        relay_only: false,
    }
}

fn play(peer: PeerId) -> MediaRequest {
    MediaRequest::Play {
        peer,
        devices: vec![DeviceId::system()],
    }
}

fn remote(peer: PeerId, kind: DescriptionKind, sdp: String) -> MediaRequest {
    MediaRequest::SetRemoteDescription {
        peer,
        description: Description { kind, sdp },
    }
}

#[expect(clippy::cast_precision_loss, reason = "some seconds at most")]
fn ms(us: u64) -> f64 {
    us as f64 / 1e3
}
