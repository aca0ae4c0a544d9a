//! The device at the end of a leg: its connection, its media, and what it is told.

use super::leg::{Leg, Phase, Why, lock};
use super::media::{fingerprint, open_peer, watch_media};
use crate::audio::LegAudio;
use crate::player::ports::Leg as _;
use crate::report::UserEnd;
use crate::signalling::Session;
use crate::signalling::frames::{Message, ToDevice};
use rtc::{Peer, PeerError};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The code of a call that cannot be taken up again (`ReconnectAttemptError` in the SDK).
const NOT_RECONNECTED: u32 = 31209;

/// The device's side of a leg.
pub(super) struct DeviceEnd {
    /// The connection; `None` while it is lost.
    session: watch::Sender<Option<Arc<Session>>>,
    media: Mutex<Media>,
    /// The device's own name for a call that it placed; `None` for one that it was offered.
    own_id: Option<String>,
    identity: String,
    /// `RT…`: takes up the call again on another connection.
    token: String,
    said: Mutex<Said>,
    /// When the connection was lost last.
    lost_at: Mutex<Option<Instant>>,
    early_media: bool,
}

struct Media {
    peer: Peer,
    /// The device's DTLS fingerprint: another one is another peer connection.
    fingerprint: Option<String>,
}

/// What the device was told of its own call.
struct Said {
    /// The media answer, until it was given.
    answer: Option<String>,
    rang: bool,
}

/// What a [`DeviceEnd`] is made of.
pub(super) struct NewDevice {
    pub(super) session: Arc<Session>,
    pub(super) identity: String,
    pub(super) peer: Peer,
    pub(super) own_id: Option<String>,
    /// The device's offer and our answer to it, for a call that it placed.
    pub(super) sdp: Option<(String, String)>,
    pub(super) token: String,
}

impl DeviceEnd {
    pub(super) fn new(new: NewDevice, early_media: bool) -> Self {
        let (offer, answer) = new.sdp.unzip();
        Self {
            session: watch::Sender::new(Some(new.session)),
            media: Mutex::new(Media {
                peer: new.peer,
                fingerprint: offer.as_deref().and_then(fingerprint),
            }),
            own_id: new.own_id,
            identity: new.identity,
            token: new.token,
            said: Mutex::new(Said {
                answer,
                rang: false,
            }),
            lost_at: Mutex::new(None),
            early_media,
        }
    }

    pub(super) fn peer(&self) -> Peer {
        lock(&self.media).peer.clone()
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn user_end(&self, audio: &Arc<LegAudio>) -> UserEnd {
        UserEnd {
            audio: audio.clone(),
            peer: self.peer(),
        }
    }

    /// Sends a frame, if the connection stands.
    pub(super) fn send(&self, frame: &ToDevice) {
        let session = self.session.borrow().clone();
        if let Some(session) = session {
            session.send(frame);
        }
    }

    /// Says once that the call is under way, with the media answer when there is early media.
    fn send_ringing(&self, call_sid: &str) -> bool {
        let mut said = lock(&self.said);
        if said.rang || self.own_id.is_none() {
            return false;
        }
        said.rang = true;
        let sdp = if self.early_media {
            said.answer.take()
        } else {
            None
        };
        drop(said);
        self.send(&ToDevice::Ringing {
            callsid: call_sid.to_owned(),
            sdp,
        });
        true
    }

    /// Says that the call is answered.
    pub(super) fn send_answer(&self, call_sid: &str) {
        self.send_ringing(call_sid);
        let sdp = lock(&self.said).answer.take();
        self.send(&ToDevice::Answer {
            callsid: call_sid.to_owned(),
            sdp,
            reconnect: Some(self.token.clone()),
        });
    }

    /// Says that the call is over, by the name that the device knows it by.
    pub(super) fn send_hangup(&self, call_sid: &str, error: Option<(u32, String)>) {
        let knows = lock(&self.said).rang;
        let name = match &self.own_id {
            Some(own_id) if !knows => own_id,
            Some(_) | None => call_sid,
        };
        self.send(&ToDevice::hangup(name, error));
    }

    /// Gives the device a message, in its own leg's name.
    pub(super) fn message(&self, call_sid: &str, message: Message) {
        self.send(&ToDevice::Message(Message {
            callsid: call_sid.to_owned(),
            ..message
        }));
    }

    fn is_on(&self, session: &Session) -> bool {
        self.session
            .borrow()
            .as_ref()
            .is_some_and(|on| on.id() == session.id())
    }
}

impl Leg {
    /// Tells the caller's device that its call is under way.
    pub(super) fn under_way(&self) {
        if self.phase() == Phase::Ringing
            && let Some(device) = self.device()
            && device.send_ringing(self.call_sid())
        {
            self.say("phone: ringing");
        }
    }

    /// The caller hears ringing, if the caller can hear by now.
    pub(super) fn ringback(&self) {
        let hears = match self.phase() {
            Phase::Ringing => self.device().is_some_and(|device| device.early_media),
            Phase::Answered { .. } => true,
            Phase::Over { .. } => false,
        };
        self.0.audio.ringback(hears);
    }

    pub(super) fn say(&self, text: impl Into<String>) {
        self.0.board.log().say(text);
    }

    /// The exchange ends the leg.
    pub(super) fn end(&self, error: Option<(u32, String)>) {
        let Some(before) = self.mark_over(Why::HungUp) else {
            return;
        };
        let Some(device) = self.device() else { return };
        match before {
            Phase::Ringing if device.own_id.is_none() => device.send(&ToDevice::Cancel {
                callsid: self.call_sid().to_owned(),
            }),
            Phase::Ringing | Phase::Answered { .. } | Phase::Over { .. } => {
                device.send_hangup(self.call_sid(), error);
            }
        }
    }

    /// The user hung up, or gave up.
    pub(crate) fn user_hung_up(&self, message: Option<&str>) {
        if !self.is_over() {
            self.say(match message {
                Some(_) => "phone: hung up, it lost the connection",
                None => "phone: hung up",
            });
            self.mark_over(Why::UserHungUp);
        }
    }

    /// The user declined the call.
    pub(crate) fn user_declined(&self) {
        if self.phase() == Phase::Ringing {
            self.say("phone: declined");
            self.mark_over(Why::UserDeclined);
        }
    }

    /// The user answered the call that was offered.
    pub(crate) async fn user_answered(&self, sdp: &str) {
        let Some(device) = self.device().filter(|device| device.own_id.is_none()) else {
            return;
        };
        if let Err(error) = device.peer().accept_answer(sdp).await {
            self.say(format!("phone: answered with an unusable SDP: {error}"));
            self.end(Some((31100, format!("the SDP cannot be used: {error}"))));
            return;
        }
        lock(&device.media).fingerprint = fingerprint(sdp);
        if self.mark_answered() {
            device.send_answer(self.call_sid());
        }
    }

    /// The user's device restarts ICE.
    pub(crate) async fn user_restarted(&self, session: &Session, sdp: &str) {
        let Some(device) = self.device() else { return };
        match device.peer().accept_offer(sdp).await {
            Ok(answer) => {
                self.say("phone: restarts its sound");
                session.send(&ToDevice::Answer {
                    callsid: self.call_sid().to_owned(),
                    sdp: Some(answer),
                    reconnect: Some(device.token.clone()),
                });
            }
            Err(error) => session.send(&ToDevice::error(
                31100,
                format!("the reinvite cannot be used: {error}"),
            )),
        }
    }

    /// The device's connection ended: an answered call waits for it, any other is over.
    pub(crate) fn lost_session(&self, session: &Session, patience: Duration) {
        let Some(device) = self.device().filter(|device| device.is_on(session)) else {
            return;
        };
        device.session.send_replace(None);
        *lock(&device.lost_at) = Some(Instant::now());
        let answered = matches!(self.phase(), Phase::Answered { .. });
        if !answered || patience.is_zero() {
            if self.mark_over(Why::Lost).is_some() {
                self.say("phone: gone, its call is over");
            }
            return;
        }
        let leg = self.clone();
        tokio::spawn(async move {
            let Some(device) = leg.device() else { return };
            let mut on = device.session.subscribe();
            tokio::select! {
                _ = on.wait_for(Option::is_some) => {}
                () = leg.hung_up() => {}
                () = tokio::time::sleep(patience) => {
                    if leg.mark_over(Why::Lost).is_some() {
                        leg.say(format!(
                            "phone: not back after {} s, its call is over",
                            patience.as_secs()
                        ));
                    }
                }
            }
        });
    }

    /// The device takes up its call again, on this or another connection.
    pub(super) async fn resume(
        &self,
        session: &Arc<Session>,
        sdp: &str,
    ) -> Result<(), (u32, String)> {
        let Some(device) = self.device() else {
            return Err(refusal());
        };
        let offered = fingerprint(sdp);
        let same_peer = lock(&device.media).fingerprint == offered;
        let answer = if same_peer {
            None
        } else {
            let media = |error: PeerError| (31100, format!("the SDP cannot be used: {error}"));
            let board = &self.0.board;
            let (peer, events) = open_peer(board, &self.0.audio).await.map_err(media)?;
            let answer = peer.accept_offer(sdp).await.map_err(media)?;
            let old = std::mem::replace(
                &mut *lock(&device.media),
                Media {
                    peer: peer.clone(),
                    fingerprint: offered,
                },
            );
            old.peer.close();
            self.0.record.set_user(device.user_end(&self.0.audio));
            watch_media(self, peer, events);
            Some(answer)
        };
        let before = device.session.send_replace(Some(session.clone()));
        session.keep_leg(self.call_sid(), self);
        match before {
            Some(before) if before.id() == session.id() => {}
            Some(before) => {
                before.drop_leg(self.call_sid());
                before.send(&ToDevice::hangup(self.call_sid(), None));
                self.say("phone: its call moved to another connection");
            }
            None => {
                let away = lock(&device.lost_at).map(|at| at.elapsed().as_millis());
                self.say(format!(
                    "phone: back after {} ms, call kept",
                    away.unwrap_or_default()
                ));
            }
        }
        device.send(&ToDevice::Answer {
            callsid: self.call_sid().to_owned(),
            sdp: answer,
            reconnect: Some(device.token.clone()),
        });
        Ok(())
    }

    /// Whether a device of `identity` may take up this call as `call_sid`.
    pub(super) fn can_resume(&self, identity: &str, call_sid: &str) -> bool {
        let answered = matches!(self.phase(), Phase::Answered { .. });
        answered
            && self.call_sid() == call_sid
            && self
                .device()
                .is_some_and(|device| device.identity == identity)
    }

    /// What is to be forgotten once the leg is over.
    pub(super) fn forget(&self) {
        let Some(device) = self.device() else { return };
        self.0.board.forget_token(&device.token);
        let session = device.session.borrow().clone();
        if let Some(session) = session {
            session.drop_leg(self.call_sid());
            if let Some(own_id) = &device.own_id {
                session.drop_leg(own_id);
            }
        }
    }
}

/// Why a call is not taken up again.
pub(super) fn refusal() -> (u32, String) {
    (
        NOT_RECONNECTED,
        "the call cannot be taken up again: it is over, or the reconnect token is not of it"
            .to_owned(),
    )
}
