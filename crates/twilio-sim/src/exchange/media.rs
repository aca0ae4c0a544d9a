//! The WebRTC media of a leg.

use super::Switchboard;
use super::leg::Leg;
use crate::audio::{FromUser, LegAudio, ToUser};
use crate::player::ports::Leg as _;
use crate::report::DigitsBy;
use rtc::{Codec, Peer, PeerConfig, PeerError, PeerEvent};
use std::sync::Arc;
use tokio::sync::mpsc;

/// The line of an SDP that names the DTLS certificate.
pub(super) fn fingerprint(sdp: &str) -> Option<String> {
    sdp.lines()
        .find_map(|line| line.trim().strip_prefix("a=fingerprint:"))
        .map(str::to_ascii_lowercase)
}

/// Opens the media of a leg.
pub(super) async fn open_peer(
    board: &Switchboard,
    audio: &Arc<LegAudio>,
) -> Result<(Peer, mpsc::Receiver<PeerEvent>), PeerError> {
    let at = board.config();
    let config = PeerConfig {
        bind: at.media.unwrap_or(at.listen),
        ..PeerConfig::default()
    };
    let opened = Peer::new(
        config,
        Box::new(ToUser(audio.clone())),
        Box::new(FromUser(audio.clone())),
    )
    .await?;
    opened.0.black_hole(board.faults().get().black_hole_media);
    Ok(opened)
}

/// Follows a leg's media: its state, keys by RTP, the fault "lose the sound"; closes it at the end.
pub(super) fn watch_media(leg: &Leg, peer: Peer, mut events: mpsc::Receiver<PeerEvent>) {
    let leg = leg.clone();
    tokio::spawn(async move {
        let mut faults = leg.0.board.faults().watch();
        let mut sounding = leg.0.audio.sounding();
        let mut connected = false;
        let mut told = false;
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(PeerEvent::Connected) => {
                        if connected {
                            leg.say("phone: sound is back");
                        }
                        connected = true;
                        leg.0.audio.open();
                    }
                    Some(PeerEvent::Dtmf(key)) => {
                        leg.user_pressed(key, DigitsBy::Rtp);
                    }
                    Some(PeerEvent::Disconnected) => leg.say("phone: no sound arrives"),
                    Some(PeerEvent::Failed) => leg.say("phone: sound lost"),
                    Some(
                        PeerEvent::Checking
                        | PeerEvent::Gathering(_)
                        | PeerEvent::Candidate(_)
                        | PeerEvent::SelectedPair { .. }
                        | PeerEvent::Track
                        | PeerEvent::Tone(_),
                    ) => {}
                    Some(PeerEvent::Closed) | None => return,
                },
                Ok(()) = faults.changed() => {
                    peer.black_hole(faults.borrow_and_update().black_hole_media);
                }
                Ok(_) = sounding.wait_for(|sounds| *sounds), if connected && !told => {
                    told = true;
                    let codec = match peer.stats().codec {
                        Some(Codec::Opus) => ", Opus",
                        Some(Codec::Pcmu) => ", PCMU",
                        None => "",
                    };
                    leg.say(format!("sound both ways{codec}"));
                }
                () = leg.hung_up() => {
                    peer.close();
                    return;
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_peer_connection_is_known_by_its_fingerprint() {
        let sdp = "v=0\r\na=ice-ufrag:x\r\na=fingerprint:sha-256 AB:CD\r\nm=audio 9\r\n";
        assert_eq!(fingerprint(sdp).as_deref(), Some("sha-256 ab:cd"));
        assert_eq!(fingerprint("v=0\r\n"), None);
    }
}
