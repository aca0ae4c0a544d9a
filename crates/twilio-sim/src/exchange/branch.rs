//! One target of a `<Dial>`: rings it until it answers, is over, or the ringing is dropped.

use super::device::{DeviceEnd, NewDevice};
use super::leg::{End, EndOnDrop, Leg, Phase, Why};
use super::media::{open_peer, watch_media};
use super::{Switchboard, phone};
use crate::audio::LegAudio;
use crate::phones::{self, Answer};
use crate::player::ports::{DialCallStatus, DialTarget, LegFacts};
use crate::report::Record;
use crate::signalling::Session;
use crate::signalling::frames::{InviteParameters, ToDevice};
use rtc::PeerError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// A target that is dialled.
pub(super) struct Branch {
    pub(super) board: Switchboard,
    pub(super) facts: LegFacts,
    pub(super) record: Arc<Record>,
    /// Which of the targets.
    pub(super) at: usize,
    pub(super) news: mpsc::UnboundedSender<News>,
}

/// What happens to a branch.
pub(super) enum News {
    /// It rings.
    Ringing(usize),
    /// It answered with this leg, which ends when it is dropped.
    Answered(usize, EndOnDrop),
    /// It is over.
    Over(usize, DialCallStatus),
}

impl Branch {
    /// Rings the target. Dropping the future ends the ringing.
    pub(super) async fn ring(self, target: DialTarget) {
        let ringing = async {
            match target {
                DialTarget::Number(number) if self.board.rest().owns(&number) => {
                    self.ring_line(&number).await
                }
                DialTarget::Number(number) => self.ring_phone(&number).await,
                DialTarget::Client { name, parameters } => {
                    self.ring_client(&name, &parameters).await
                }
                DialTarget::Sip(_) => News::Over(self.at, DialCallStatus::Failed),
            }
        };
        let news = tokio::select! {
            news = ringing => news,
            () = self.record.life.asked_to_hang_up() => {
                News::Over(self.at, DialCallStatus::Canceled)
            }
        };
        // Nobody listens when another branch was faster: the leg ends with the message.
        let _ = self.news.send(news);
    }

    pub(super) fn rings(&self) {
        let _ = self.news.send(News::Ringing(self.at));
    }

    async fn ring_phone(&self, number: &str) -> News {
        let script = phones::called(number);
        match script.answer {
            Answer::Busy => return News::Over(self.at, DialCallStatus::Busy),
            Answer::NotFound => return News::Over(self.at, DialCallStatus::Failed),
            Answer::Never => {
                self.rings();
                return std::future::pending().await;
            }
            Answer::After { ms } => {
                self.rings();
                tokio::time::sleep(Duration::from_millis(ms)).await;
            }
        }
        let leg = Leg::new(
            &self.board,
            self.facts.clone(),
            self.record.clone(),
            LegAudio::new(Duration::ZERO),
            End::Phone,
        );
        leg.mark_answered();
        phone::start_called(&leg, script.then, script.hang_up_after_ms);
        News::Answered(self.at, EndOnDrop(leg))
    }

    /// Rings every device of the identity; the first that answers is it.
    async fn ring_client(&self, name: &str, parameters: &[(String, String)]) -> News {
        let sessions = self.board.registry().of(name);
        if sessions.is_empty() {
            self.board
                .log()
                .say(format!("{name} has no registered device"));
        }
        let mut ringing = JoinSet::new();
        for session in sessions {
            match self.offer(&session, name, parameters).await {
                Ok(leg) => {
                    let leg = EndOnDrop(leg);
                    ringing.spawn(async move {
                        let phase = leg.0.settled().await;
                        (leg, phase)
                    });
                }
                Err(error) => self.board.log().say(format!("{name} cannot ring: {error}")),
            }
        }
        if !ringing.is_empty() {
            self.rings();
        }
        let mut outcome = DialCallStatus::NoAnswer;
        while let Some(settled) = ringing.join_next().await {
            let Ok((leg, phase)) = settled else { continue };
            match phase {
                Phase::Answered { .. } => return News::Answered(self.at, leg),
                Phase::Over {
                    why: Why::UserDeclined | Why::UserHungUp,
                    ..
                } => outcome = DialCallStatus::Busy,
                Phase::Over {
                    why: Why::HungUp | Why::Lost | Why::Rejected(_),
                    ..
                }
                | Phase::Ringing => {}
            }
        }
        News::Over(self.at, outcome)
    }

    /// Offers the call to one device.
    async fn offer(
        &self,
        session: &Arc<Session>,
        name: &str,
        parameters: &[(String, String)],
    ) -> Result<Leg, PeerError> {
        let board = &self.board;
        let audio = LegAudio::new(board.config().timing.media_patience);
        let (peer, events) = open_peer(board, &audio).await?;
        let sdp = peer.create_offer().await?;
        let token = board.new_token();
        let device = DeviceEnd::new(
            NewDevice {
                session: session.clone(),
                identity: name.to_owned(),
                peer: peer.clone(),
                own_id: None,
                sdp: None,
                token: token.clone(),
            },
            false,
        );
        let leg = Leg::new(
            board,
            self.facts.clone(),
            self.record.clone(),
            audio,
            End::Device(Box::new(device)),
        );
        board.keep_token(&leg);
        session.keep_leg(leg.call_sid(), &leg);
        watch_media(&leg, peer, events);
        let params = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        session.send(&ToDevice::Invite {
            callsid: leg.call_sid().to_owned(),
            sdp,
            parameters: InviteParameters {
                call_sid: leg.call_sid().to_owned(),
                account_sid: board.account().account_sid.to_string(),
                from: leg.0.facts.from.clone(),
                to: leg.0.facts.to.clone(),
                params: (!params.is_empty()).then_some(params),
                stir_status: vouched_for(&leg.0.facts.from),
            },
            reconnect: token,
        });
        leg.say("phone: ringing");
        Ok(leg)
    }
}

/// Whether the network says that the number is the caller's own (STIR/SHAKEN, full attestation):
/// it does for the phones that are listed.
fn vouched_for(from: &str) -> Option<&'static str> {
    let listed = phones::TABLE.iter().any(|phone| phone.number == from);
    listed.then_some("TN-Validation-Passed-A")
}
