//! Calls that begin: placed by a device, made to us, or taken up again.

use super::device::{DeviceEnd, NewDevice, refusal};
use super::leg::{End, EndOnDrop, Leg};
use super::media::{open_peer, watch_media};
use super::{Switchboard, phone};
use crate::audio::LegAudio;
use crate::log::mask;
use crate::phones;
use crate::player::ports::{
    CallError, DialHow, DialTarget, Exchange as _, Leg as _, LegFacts, Recall,
};
use crate::player::{self, Instructions, Settings};
use crate::report::CallStatus;
use crate::rest::{NoInstructions, Voice};
use crate::signalling::Session;
use crate::signalling::frames::{Invite, ToDevice};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use twilio::sid::CallSid;
use twilio::token::Claims;

/// How long a client that is called directly may ring.
const DIRECT_RING_S: u32 = 60;

impl Switchboard {
    /// A device calls out: the application's instructions say what happens.
    pub(crate) async fn place(&self, session: &Arc<Session>, claims: &Claims, invite: &Invite) {
        let audio = LegAudio::new(self.config().timing.media_patience);
        let opened = async {
            let (peer, events) = open_peer(self, &audio).await?;
            let answer = peer.accept_offer(&invite.sdp).await?;
            Ok::<_, rtc::PeerError>((peer, events, answer))
        };
        let (peer, events, answer) = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                self.log()
                    .say(format!("call out: the SDP cannot be used: {error}"));
                session.send(&ToDevice::hangup(
                    &invite.callsid,
                    Some((31100, format!("the invite's SDP cannot be used: {error}"))),
                ));
                return;
            }
        };
        let mut params = invite.params();
        let to = params
            .iter()
            .find(|(name, _)| name == "To")
            .map(|(_, to)| to.clone())
            .unwrap_or_default();
        params.extend(claims.params.iter().cloned());
        let facts = LegFacts {
            call_sid: self.new_call_sid(),
            parent_call_sid: None,
            from: format!("client:{}", claims.identity),
            to,
            direction: "inbound",
            application_sid: claims.application.as_ref().map(ToString::to_string),
            params,
        };
        let device = DeviceEnd::new(
            NewDevice {
                session: session.clone(),
                identity: claims.identity.clone(),
                peer: peer.clone(),
                own_id: Some(invite.callsid.clone()),
                sdp: Some((invite.sdp.clone(), answer)),
                token: self.new_token(),
            },
            self.config().early_media,
        );
        self.log().say(format!(
            "call out: {} to {}",
            claims.identity,
            mask(&facts.to)
        ));
        let leg = self.open_parent(facts, audio, End::Device(Box::new(device)));
        self.keep_token(&leg);
        session.keep_leg(&invite.callsid, &leg);
        session.keep_leg(leg.call_sid(), &leg);
        watch_media(&leg, peer, events);
        let application = claims.application.as_ref();
        let voice = application.and_then(|sid| self.rest().voice_of_application(sid.as_str()));
        tokio::spawn(self.clone().run(leg, voice));
    }

    /// A phone calls one of our numbers: its instructions say what happens. Gives the call's id.
    pub(crate) fn call_number(&self, from: &str, number: &str) -> CallSid {
        let leg = self.open_line(from, number);
        phone::start_caller(&leg, phones::calling(from));
        leg.0.facts.call_sid.clone()
    }

    /// The leg of a call to one of our numbers, which runs; its caller is still to come.
    pub(super) fn open_line(&self, from: &str, number: &str) -> Leg {
        let which = if number == self.account().number {
            "our line".to_owned()
        } else {
            mask(number)
        };
        self.log()
            .say(format!("call in: {} to {which}", mask(from)));
        let leg = self.open_caller(from, number);
        let voice = self.rest().voice_of_number(number);
        tokio::spawn(self.clone().run(leg.clone(), voice));
        leg
    }

    /// A phone calls a client directly, without instructions. Gives the call's id.
    pub(crate) fn call_client(&self, from: &str, name: &str) -> CallSid {
        self.log().say(format!("call in: {} to {name}", mask(from)));
        let leg = self.open_caller(from, &direct_client(name));
        phone::start_caller(&leg, phones::calling(from));
        let call_sid = leg.0.facts.call_sid.clone();
        let board = self.clone();
        let name = name.to_owned();
        tokio::spawn(async move {
            let target = DialTarget::Client {
                name,
                parameters: Vec::new(),
            };
            let how = DialHow {
                timeout_s: DIRECT_RING_S,
                caller_id: None,
                answer_on_bridge: true,
                time_limit_s: None,
                hangup_on_star: false,
            };
            let (progress, _ignored) = mpsc::unbounded_channel();
            // Without instructions there are no others.
            let (_, never) = watch::channel(false);
            let recall = Recall::new(never);
            let work = async {
                let _ = board.dial(&leg, vec![target], how, progress, recall).await;
                board.finish(&leg);
            };
            while_wanted(&leg, work).await;
        });
        call_sid
    }

    /// A device takes up its call again.
    pub(crate) async fn reconnect(&self, session: &Arc<Session>, token: &str, invite: &Invite) {
        let identity = session.claims().map(|claims| claims.identity);
        let leg = self.leg_of_token(token).filter(|leg| {
            identity.is_some_and(|identity| leg.can_resume(&identity, &invite.callsid))
        });
        let resumed = match leg {
            Some(leg) => leg.resume(session, &invite.sdp).await,
            None => Err(refusal()),
        };
        if let Err((code, message)) = resumed {
            self.log()
                .say(format!("phone: its call cannot be kept ({code})"));
            session.send(&ToDevice::hangup(&invite.callsid, Some((code, message))));
        }
    }

    fn open_parent(&self, facts: LegFacts, audio: Arc<LegAudio>, end: End) -> Leg {
        let record = self.book().open(
            facts.call_sid.clone(),
            None,
            facts.direction,
            &facts.from,
            &facts.to,
        );
        record.set_status(CallStatus::Ringing);
        let leg = Leg::new(self, facts, record, audio, end);
        self.keep_running(&leg);
        leg
    }

    /// The leg of a phone that calls.
    fn open_caller(&self, from: &str, to: &str) -> Leg {
        let facts = LegFacts {
            call_sid: self.new_call_sid(),
            parent_call_sid: None,
            from: from.to_owned(),
            to: to.to_owned(),
            direction: "inbound",
            application_sid: None,
            params: Vec::new(),
        };
        self.open_parent(facts, LegAudio::new(Duration::ZERO), End::Phone)
    }

    /// Runs a call by these instructions, to its end.
    async fn run(self, leg: Leg, voice: Option<Voice>) {
        let instructions = voice.ok_or(NoInstructions::Unset);
        match instructions.and_then(|voice| voice.instructions()) {
            Ok(instructions) => self.follow(&leg, instructions).await,
            Err(error) => {
                let message = match std::error::Error::source(&error) {
                    Some(source) => format!("{error}: {source}"),
                    None => error.to_string(),
                };
                self.log().say(format!("call failed: {message}"));
                let error = CallError {
                    code: CallError::SANDBOX,
                    message,
                };
                leg.note_error(&error);
                leg.hang_up(Some(error));
                self.finish(&leg);
            }
        }
    }

    /// Follows a call's instructions until it is over and all is told of it.
    pub(super) async fn follow(&self, leg: &Leg, instructions: Instructions) {
        leg.0.record.life.follow();
        let playing = player::run(
            self.clone(),
            leg.clone(),
            instructions,
            self.deliverer().clone(),
            self.player_settings(),
        );
        let ending = async {
            leg.hung_up().await;
            self.finish(leg);
        };
        // Callbacks may go on after the end of the call.
        let both = async {
            tokio::join!(playing, ending);
        };
        while_wanted(leg, both).await;
    }

    /// Lets a leg follow instructions by itself.
    pub(super) fn go_on(&self, leg: EndOnDrop, instructions: Instructions) {
        let board = self.clone();
        tokio::spawn(async move { board.follow(&leg.0, instructions).await });
    }

    fn player_settings(&self) -> Settings {
        Settings::new(
            self.account().account_sid.clone(),
            self.rest().base_url(),
            self.speech().clone(),
        )
    }

    fn finish(&self, leg: &Leg) {
        self.forget_running(leg);
        leg.hang_up(None);
        let status = leg.final_status();
        let how = if status == CallStatus::Completed {
            format!("after {} s", leg.answered_for_s())
        } else {
            status.as_str().to_owned()
        };
        leg.0.record.set_status(status);
        self.log().say(format!("call over: {how}"));
    }
}

/// Does the work of a leg, which ends it, and ends the leg earlier when that is asked for from outside meanwhile.
async fn while_wanted(leg: &Leg, work: impl Future<Output = ()>) {
    let asked = async {
        tokio::select! {
            () = leg.hung_up() => {}
            () = leg.0.record.life.asked_to_hang_up() => leg.end(None),
        }
    };
    tokio::join!(work, asked);
}

/// A client as a party of a call.
pub(crate) fn direct_client(name: &str) -> String {
    format!("client:{name}")
}
