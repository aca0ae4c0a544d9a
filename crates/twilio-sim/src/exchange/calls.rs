//! Calls that begin: placed by a device, made to us, or taken up again.

use super::device::{DeviceEnd, NewDevice, refusal};
use super::leg::{End, Leg};
use super::media::{open_peer, watch_media};
use super::{Switchboard, phone};
use crate::audio::LegAudio;
use crate::log::mask;
use crate::phones;
use crate::player::ports::{CallError, DialHow, DialTarget, Exchange as _, Leg as _, LegFacts};
use crate::player::{self, Instructions, Settings};
use crate::report::CallStatus;
use crate::signalling::Session;
use crate::signalling::frames::{Invite, ToDevice};
use crate::webhook::Target;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use twilio::sid::CallSid;
use twilio::token::Claims;
use url::Url;

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
        let leg = self.open_parent(facts, audio, End::Device(device));
        self.keep_token(&leg);
        session.keep_leg(&invite.callsid, &leg);
        session.keep_leg(leg.call_sid(), &leg);
        watch_media(&leg, peer, events);
        let url = self.urls().map(|urls| urls.voice_url_application);
        tokio::spawn(self.clone().run(leg, url));
    }

    /// A phone calls our number: its instructions say what happens. Gives the call's id.
    pub(crate) fn call_number(&self, from: &str) -> CallSid {
        let number = self.account().number.clone();
        self.log()
            .say(format!("call in: {} to our line", mask(from)));
        let leg = self.open_caller(from, &number);
        let url = self.urls().map(|urls| urls.voice_url_number);
        tokio::spawn(self.clone().run(leg.clone(), url));
        leg.0.facts.call_sid.clone()
    }

    /// A phone calls a client directly, without instructions. Gives the call's id.
    pub(crate) fn call_client(&self, from: &str, name: &str) -> CallSid {
        self.log().say(format!("call in: {} to {name}", mask(from)));
        let leg = self.open_caller(from, &direct_client(name));
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
            let _ = board.dial(&leg, vec![target], how, progress).await;
            board.finish(&leg);
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

    /// The leg of a phone that calls, and the phone at its end.
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
        let leg = self.open_parent(facts, LegAudio::new(Duration::ZERO), End::Phone);
        phone::start_caller(&leg, phones::calling(from));
        leg
    }

    /// Runs a call by the instructions at `url`, to its end.
    async fn run(self, leg: Leg, url: Option<String>) {
        match self.instructions(url) {
            Ok(instructions) => {
                let playing = player::run(
                    self.clone(),
                    leg.clone(),
                    instructions,
                    self.deliverer().clone(),
                    self.player_settings(),
                );
                let ending = async {
                    leg.hung_up().await;
                    self.finish(&leg);
                };
                // Callbacks may go on after the end of the call.
                tokio::join!(playing, ending);
            }
            Err(message) => {
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

    /// What the player is to follow, or what is wrong with the sandbox's URLs.
    fn instructions(&self, url: Option<String>) -> Result<Instructions, String> {
        let target = |text: &str| match Url::parse(text) {
            Ok(url) => Ok(Target::post(url)),
            Err(error) => Err(format!("the webhook URL cannot be used: {error}")),
        };
        let (Some(voice), Some(urls)) = (url, self.urls()) else {
            return Err("no webhooks are set; set the sandbox's URLs first".to_owned());
        };
        Ok(Instructions {
            voice: target(&voice)?,
            fallback: urls.fallback_url.as_deref().map(target).transpose()?,
            status_callback: urls.status_callback.as_deref().map(target).transpose()?,
        })
    }

    fn player_settings(&self) -> Settings {
        let api_url = Url::parse("https://api.twilio.com").expect("a valid URL");
        Settings::new(
            self.account().account_sid.clone(),
            api_url,
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

/// A client as a party of a call.
pub(crate) fn direct_client(name: &str) -> String {
    format!("client:{name}")
}
