//! Descriptions of all kinds of writers.

use super::*;

const FINGERPRINT: &str = "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:\
                           00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

/// An offer of Chromium as the SDK sends it, before candidates are gathered.
fn chromium() -> String {
    format!(
        "v=0\r\n\
         o=- 4611732 2 IN IP4 127.0.0.1\r\n\
         s=-\r\n\
         t=0 0\r\n\
         a=group:BUNDLE 0\r\n\
         a=extmap-allow-mixed\r\n\
         a=msid-semantic: WMS stream\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 0 111 63 9 8 13 110 126\r\n\
         c=IN IP4 0.0.0.0\r\n\
         a=rtcp:9 IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:Ab+d\r\n\
         a=ice-pwd:abcdefghijklmnopqrstuv\r\n\
         a=ice-options:trickle\r\n\
         a=fingerprint:{FINGERPRINT}\r\n\
         a=setup:actpass\r\n\
         a=mid:0\r\n\
         a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
         a=sendrecv\r\n\
         a=msid:stream track\r\n\
         a=rtcp-mux\r\n\
         a=rtcp-rsize\r\n\
         a=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:111 opus/48000/2\r\n\
         a=rtcp-fb:111 transport-cc\r\n\
         a=fmtp:111 minptime=10;useinbandfec=1\r\n\
         a=rtpmap:63 red/48000/2\r\n\
         a=fmtp:63 111/111\r\n\
         a=rtpmap:9 G722/8000\r\n\
         a=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:13 CN/8000\r\n\
         a=rtpmap:110 telephone-event/48000\r\n\
         a=rtpmap:126 telephone-event/8000\r\n\
         a=ssrc:77 cname:name\r\n\
         a=ssrc:77 msid:stream track\r\n"
    )
}

/// An answer in the shape of Twilio's media gateway, made up.
fn gateway() -> String {
    format!(
        "v=0\r\n\
         o=root 123456 123457 IN IP4 192.0.2.5\r\n\
         s=Twilio Media Gateway\r\n\
         c=IN IP4 198.51.100.7\r\n\
         t=0 0\r\n\
         a=group:BUNDLE audio\r\n\
         a=ice-lite\r\n\
         m=audio 11188 RTP/SAVPF 111 0 126\r\n\
         a=rtpmap:111 opus/48000/2\r\n\
         a=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:126 telephone-event/8000\r\n\
         a=fmtp:126 0-16\r\n\
         a=ptime:20\r\n\
         a=maxptime:20\r\n\
         a=ice-ufrag:00112233445566778899aabbccddeeff\r\n\
         a=ice-pwd:ffeeddccbbaa99887766554433221100\r\n\
         a=candidate:Hc6336407 1 UDP 2130706431 198.51.100.7 11188 typ host\r\n\
         a=end-of-candidates\r\n\
         a=connection:new\r\n\
         a=setup:active\r\n\
         a=fingerprint:{FINGERPRINT}\r\n\
         a=mid:audio\r\n\
         a=msid:stream track\r\n\
         a=ssrc:88 cname:name\r\n\
         a=rtcp-mux\r\n"
    )
}

fn numbers(description: &Description) -> Vec<u8> {
    description.payloads.iter().map(|p| p.number).collect()
}

#[test]
fn reads_chromium() {
    let read = Description::read(&chromium()).unwrap();
    assert_eq!(read.session_id, "4611732");
    assert!(!read.ice_lite);
    assert_eq!(read.ufrag, "Ab+d");
    assert_eq!(read.setup, Setup::ActPass);
    assert_eq!(read.mid.as_deref(), Some("0"));
    assert_eq!(read.direction, Direction::SendRecv);
    assert_eq!(numbers(&read), [0, 111, 110, 126]);
    assert_eq!(read.payloads[2].format, Format::Events(48_000));
    assert_eq!(read.candidates, [""; 0]);
    assert_eq!(read.ssrcs.len(), 2);
}

#[test]
fn reads_twilio_and_supplies_what_it_leaves_out() {
    let read = Description::read(&gateway()).unwrap();
    assert!(read.ice_lite);
    assert_eq!(read.setup, Setup::Active);
    assert_eq!(read.direction, Direction::SendRecv);
    assert_eq!(numbers(&read), [111, 0, 126]);
    assert_eq!(
        read.candidates,
        ["Hc6336407 1 udp 2130706431 198.51.100.7 11188 typ host"]
    );
    let engine = read.to_engine();
    assert!(engine.contains("m=audio 9 UDP/TLS/RTP/SAVPF 111 0 126\r\n"));
    assert!(engine.contains("a=sendrecv\r\n"));
    assert!(engine.contains("a=group:BUNDLE audio\r\n"));
}

#[test]
fn writes_the_shape_of_twilio() {
    let read = Description::read(&gateway()).unwrap();
    let written = read.to_gateway(
        "198.51.100.7:11188".parse().unwrap(),
        &read.candidates,
        123_457,
    );
    // Only the address in the `o=` line differs: this end has no inner one.
    assert_eq!(written, gateway().replace("192.0.2.5", "198.51.100.7"));
}

#[test]
fn writes_the_shape_of_a_browser() {
    let read = Description::read(&chromium()).unwrap();
    let written = read.to_browser(&[], 2);
    // What this end has not: other codecs, extensions, feedback, mixed sizes.
    let leaves_out = [
        "a=extmap",
        "a=rtcp-fb",
        "a=rtcp-rsize",
        "a=rtpmap:63",
        "a=fmtp:63",
        "a=rtpmap:9 ",
        "a=rtpmap:8 ",
        "a=rtpmap:13 ",
    ];
    let text = chromium();
    let lines = text
        .lines()
        .filter(|line| !leaves_out.iter().any(|start| line.starts_with(start)));
    let expected: Vec<String> = lines
        .map(|line| line.replace("0 111 63 9 8 13 110 126", "0 111 110 126"))
        .collect();
    assert_eq!(written.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn mends_a_text_and_nothing_else() {
    let broken = "a=fmtp:111 useinbandfec=1\r;maxaveragebitrate=16000\n\nb\r\n";
    assert_eq!(
        mend(broken),
        "a=fmtp:111 useinbandfec=1;maxaveragebitrate=16000\r\nb\r\n"
    );
    assert_eq!(mend(&chromium()), chromium());
}

#[test]
fn writes_for_the_engine_what_it_can_read() {
    for text in [chromium(), gateway()] {
        let read = Description::read(&text).unwrap();
        let engine = read.to_engine();
        str0m::change::SdpOffer::from_sdp_string(&engine).unwrap();
        let again = Description::read(&engine).unwrap();
        assert_eq!(again.payloads, read.payloads);
        assert_eq!(again.candidates, read.candidates);
        assert_eq!(again.fingerprint, read.fingerprint);
    }
}

#[test]
fn says_a_direction_only_when_it_is_not_both() {
    let text = chromium().replace("a=sendrecv", "a=recvonly");
    let read = Description::read(&text).unwrap();
    assert_eq!(read.direction, Direction::RecvOnly);
    let address = "127.0.0.1:5000".parse().unwrap();
    assert!(read.to_gateway(address, &[], 1).ends_with("a=recvonly\r\n"));
    let both = Description::read(&chromium()).unwrap();
    assert!(!both.to_gateway(address, &[], 1).contains("sendrecv"));
}

#[test]
fn mends_the_line_the_sdk_breaks() {
    let text = chromium().replace(
        "useinbandfec=1\r\n",
        "useinbandfec=1\r;maxaveragebitrate=16000\n",
    );
    let read = Description::read(&text).unwrap();
    assert_eq!(
        read.payloads[1].parameters.as_deref(),
        Some("minptime=10;useinbandfec=1;maxaveragebitrate=16000")
    );
    str0m::change::SdpOffer::from_sdp_string(&read.to_engine()).unwrap();
}

#[test]
fn reads_bare_line_feeds_and_attributes_of_the_session() {
    let text = chromium().replace("\r\n", "\n");
    assert_eq!(
        Description::read(&text).unwrap(),
        Description::read(&chromium()).unwrap()
    );
    let setup = "a=setup:actpass\r\n";
    let moved = chromium()
        .replace(setup, "")
        .replace("t=0 0\r\n", &format!("t=0 0\r\n{setup}"));
    assert_eq!(Description::read(&moved).unwrap().setup, Setup::ActPass);
}

#[test]
fn leaves_out_candidates_that_need_a_name_server_or_another_transport() {
    let text = gateway().replace(
        "a=end-of-candidates",
        "a=candidate:1 1 udp 2113937151 7f2d.local 50000 typ host\r\n\
         a=candidate:2 1 tcp 1518280447 198.51.100.7 9 typ host tcptype active\r\n\
         a=candidate:3 2 udp 2113937150 198.51.100.7 50001 typ host\r\n\
         a=candidate:4 1 udp 2113937151 2001:db8::1 50002 typ host generation 0\r\n\
         a=candidate:nonsense",
    );
    let read = Description::read(&text).unwrap();
    assert_eq!(
        read.candidates[1..],
        ["4 1 udp 2113937151 2001:db8::1 50002 typ host generation 0"]
    );
}

#[test]
fn reads_pcmu_without_a_map() {
    let text = gateway().replace("a=rtpmap:0 PCMU/8000\r\n", "");
    let read = Description::read(&text).unwrap();
    assert_eq!(numbers(&read), [111, 0, 126]);
}

#[test]
fn takes_a_payload_type_or_a_format_that_is_said_twice_once() {
    let text = chromium().replace("SAVPF 0 111", "SAVPF 0 111 0 96 200 111");
    let text = format!("{text}a=rtpmap:96 opus/48000/2\r\na=rtpmap:200 opus/48000/2\r\n");
    let read = Description::read(&text).unwrap();
    assert_eq!(numbers(&read), [0, 111, 110, 126]);
    let text = chromium().replace("SAVPF 0 111", "SAVPF 0 200");
    let text = format!("{text}a=rtpmap:200 opus/48000/2\r\n");
    assert_eq!(numbers(&Description::read(&text).unwrap()), [0, 110, 126]);
}

#[test]
fn refuses_what_it_cannot_use() {
    #[track_caller]
    fn check(text: &str, expected: SdpError) {
        assert_eq!(Description::read(text), Err(expected));
    }
    let without = |start: &str| -> String {
        let lines = gateway();
        let kept = lines.lines().filter(|line| !line.starts_with(start));
        kept.map(|line| format!("{line}\r\n")).collect()
    };
    check("", SdpError::NoAudio);
    check("nonsense", SdpError::NoAudio);
    check(&gateway().replace("m=audio", "m=video"), SdpError::NoAudio);
    check(
        &(gateway() + "m=video 9 RTP/SAVPF 96\r\n"),
        SdpError::MoreThanAudio,
    );
    check(
        &gateway().replace("m=audio 11188", "m=audio 0"),
        SdpError::Refused,
    );
    check(
        &gateway().replace("RTP/SAVPF", "RTP/AVP"),
        SdpError::Transport,
    );
    check(
        &gateway().replace(" 111 0 126", " 8 126"),
        SdpError::NoCodec,
    );
    check(&without("a=ice-ufrag"), SdpError::NoIce);
    check(&without("a=ice-pwd"), SdpError::NoIce);
    check(&without("a=fingerprint"), SdpError::NoFingerprint);
    let ufrag = |ufrag: &str| gateway().replace("00112233445566778899aabbccddeeff", ufrag);
    // The engine fails on a longer one.
    check(&ufrag(&"u".repeat(101)), SdpError::NoIce);
    check(&ufrag("abc"), SdpError::NoIce);
    check(&ufrag("a:b:c:d"), SdpError::NoIce);
}
