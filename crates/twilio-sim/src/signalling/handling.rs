//! What each frame of a device does.

use super::admission;
use super::frames::{CallSdp, ErrorFacts, FromDevice, Listen, MALFORMED, Message, ToDevice};
use super::session::Session;
use crate::exchange::{KEY_PAUSE, Leg, Switchboard};
use crate::log::now_ms;
use crate::report::DigitsBy;
use std::sync::Arc;

/// The code of a call that this device is in no longer (`CallDoesNotExist` is 31481 in SIP's
/// words, but the SDK knows 31100 for any frame that makes no sense).
const UNKNOWN_CALL: u32 = MALFORMED;

/// The code of an action before a valid `listen`; the SDK makes 20101 of it.
const NOT_ADMITTED: u32 = 31204;

/// The code of an action that the token does not grant; the SDK makes 20151 of it.
const NOT_GRANTED: u32 = 31201;

pub(super) async fn handle(board: &Switchboard, session: &Arc<Session>, frame: FromDevice) {
    if session.admitted().is_none() && !matches!(frame, FromDevice::Listen(_)) {
        session.send(&ToDevice::error(
            NOT_ADMITTED,
            "no valid access token yet; send listen first",
        ));
        return;
    }
    match frame {
        FromDevice::Listen(listen) => on_listen(board, session, &listen),
        FromDevice::Register { media } => on_register(board, session, media.audio),
        FromDevice::Invite(invite) => match &invite.reconnect {
            Some(token) => board.reconnect(session, token, &invite).await,
            None => on_invite(board, session, &invite).await,
        },
        FromDevice::Answer(answer) => on_answer(session, &answer).await,
        FromDevice::Reinvite(offer) => on_reinvite(session, &offer).await,
        FromDevice::Hangup(hangup) => {
            if let Some(leg) = session.leg(&hangup.callsid) {
                leg.user_hung_up(hangup.message.as_deref());
            }
        }
        FromDevice::Reject { callsid } => {
            if let Some(leg) = session.leg(&callsid) {
                leg.user_declined();
            }
        }
        FromDevice::Dtmf { callsid, dtmf } => match session.leg(&callsid) {
            Some(leg) => press(&leg, &dtmf),
            None => unknown_call(session, &callsid),
        },
        FromDevice::Message(message) => on_message(board, session, message),
    }
}

fn on_listen(board: &Switchboard, session: &Session, listen: &Listen) {
    let before = session.claims();
    match admission::check(board, listen) {
        Ok(admitted) => {
            let identity = admitted.claims.identity.clone();
            if before.is_some_and(|before| before.identity != identity) {
                // A registration is of one identity.
                board.registry().remove(session);
            }
            let left_s = (admitted.claims.expires_at_s).saturating_sub(now_ms() / 1_000);
            session.admit(admitted);
            session.send(&ToDevice::connected(&identity, left_s));
            board.log().say(format!(
                "listen {identity}: ok, token valid for {}",
                span(left_s)
            ));
        }
        Err((code, message)) => {
            board.registry().remove(session);
            board
                .log()
                .say(format!("listen refused ({code}): {message}"));
            session.refuse(code, &message);
        }
    }
}

/// A span of seconds for people.
fn span(seconds: u64) -> String {
    if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min", seconds / 60)
    }
}

fn on_register(board: &Switchboard, session: &Arc<Session>, audio: bool) {
    let Some(claims) = session.claims() else {
        return;
    };
    let identity = &claims.identity;
    if !audio {
        if board.registry().remove(session) {
            board.log().say(format!("unregister {identity}: ok"));
        }
        session.send(&ToDevice::Offline {});
        return;
    }
    if let Some(code) = board.faults().get().refuse_registration {
        let (code, message) = admission::refused_by_fault(code);
        board.registry().remove(session);
        board
            .log()
            .say(format!("register {identity}: refused ({code})"));
        session.refuse(code, &message);
        return;
    }
    if !claims.incoming {
        board
            .log()
            .say(format!("register {identity}: the token does not allow it"));
        session.send(&ToDevice::error(
            NOT_GRANTED,
            "the access token has no incoming grant; it cannot register",
        ));
        return;
    }
    if board.registry().add(identity, session) {
        board.log().say(format!("register {identity}: ok"));
    }
    session.send(&ToDevice::Ready {});
}

async fn on_invite(board: &Switchboard, session: &Arc<Session>, invite: &super::frames::Invite) {
    let Some(claims) = session.claims() else {
        return;
    };
    let application = claims.application.as_ref();
    if !application.is_some_and(|sid| board.rest().has_application(sid.as_str())) {
        board.log().say(format!(
            "call out from {}: the token has no grant for it",
            claims.identity
        ));
        session.send(&ToDevice::hangup(
            &invite.callsid,
            Some((
                NOT_GRANTED,
                "the access token has no outgoing grant for an application of the account"
                    .to_owned(),
            )),
        ));
        return;
    }
    board.place(session, &claims, invite).await;
}

async fn on_answer(session: &Session, answer: &CallSdp) {
    match session.leg(&answer.callsid) {
        Some(leg) => leg.user_answered(&answer.sdp).await,
        // The call was cancelled while the answer was on its way.
        None => session.send(&ToDevice::hangup(&answer.callsid, None)),
    }
}

async fn on_reinvite(session: &Session, offer: &CallSdp) {
    match session.leg(&offer.callsid) {
        Some(leg) => leg.user_restarted(session, &offer.sdp).await,
        None => unknown_call(session, &offer.callsid),
    }
}

fn press(leg: &Leg, keys: &str) {
    for key in keys.chars() {
        if key == KEY_PAUSE {
            continue;
        }
        leg.user_pressed(key, DigitsBy::Signalling);
    }
}

fn on_message(board: &Switchboard, session: &Session, message: Message) {
    let Some(leg) = session.leg(&message.callsid) else {
        session.send(&ToDevice::Error {
            error: ErrorFacts {
                code: UNKNOWN_CALL,
                message: "the message is for a call that does not exist".to_owned(),
            },
            callsid: Some(message.callsid),
            voiceeventsid: Some(message.voiceeventsid),
        });
        return;
    };
    session.send(&ToDevice::Ack {
        acktype: "message",
        callsid: message.callsid.clone(),
        voiceeventsid: message.voiceeventsid.clone(),
    });
    board.log().say("phone: message in the call");
    leg.forward(message);
}

fn unknown_call(session: &Session, callsid: &str) {
    session.send(&ToDevice::Error {
        error: ErrorFacts {
            code: UNKNOWN_CALL,
            message: "there is no such call".to_owned(),
        },
        callsid: Some(callsid.to_owned()),
        voiceeventsid: None,
    });
}
