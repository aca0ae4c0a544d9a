//! Mends session descriptions that the SDK has been at.

/// The text with every line ended by CRLF and no stray carriage return inside one.
///
/// With a bit rate limit the SDK splits at line feeds and appends to a line that still has its
/// carriage return: `a=fmtp:111 useinbandfec=1\r;maxaveragebitrate=16000\n`. Source:
/// `@twilio/voice-sdk` 2.18.5, `lib/twilio/rtc/sdp.ts`, `setMaxAverageBitrate`.
pub(super) fn mend(sdp: &str) -> String {
    let lines = sdp.split('\n').map(|line| line.replace('\r', ""));
    let mut mended = String::with_capacity(sdp.len());
    for line in lines.filter(|line| !line.is_empty()) {
        mended.push_str(&line);
        mended.push_str("\r\n");
    }
    mended
}

/// Whether DTMF can go as telephone events (RFC 4733) to who wrote this.
pub(super) fn takes_telephone_events(sdp: &str) -> bool {
    let is_event = |line: &str| {
        let value = line.strip_prefix("a=rtpmap:");
        let name = value.and_then(|value| value.split_once(' '));
        name.is_some_and(|(_, name)| name.to_ascii_lowercase().starts_with("telephone-event/"))
    };
    sdp.lines().any(|line| is_event(line.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sdk_broke_is_mended_and_the_rest_is_left() {
        let broken = "v=0\r\na=fmtp:111 minptime=10;useinbandfec=1\r;maxaveragebitrate=16000\n\
                      a=sendrecv\r\n";
        let mended = "v=0\r\na=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=16000\r\n\
                      a=sendrecv\r\n";
        assert_eq!(mend(broken), mended);
        assert_eq!(mend(mended), mended);
        assert_eq!(mend("v=0\na=sendrecv"), "v=0\r\na=sendrecv\r\n");
        assert_eq!(mend(""), "");
    }

    #[test]
    fn telephone_events_are_found_by_their_name() {
        assert!(takes_telephone_events(
            "m=audio 9 RTP/SAVPF 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
        ));
        assert!(!takes_telephone_events(
            "a=rtpmap:0 PCMU/8000\r\na=fmtp:101 0-16\r\n"
        ));
    }
}
