//! The figures as W3C webrtc-stats has them (names and units: recommendation of 2024).

use std::net::SocketAddr;
use std::time::Duration;

use protocol::media::Candidate;
use serde_json::{Map, Value, json};
use str0m::media::Pt;
use str0m::stats::{CandidatePairStats, MediaEgressStats, MediaIngressStats};

use super::{Codec, Session};

const TRANSPORT: &str = "transport";
const PAIR: &str = "pair";
const INBOUND: &str = "inbound";
const OUTBOUND: &str = "outbound";
const REMOTE_INBOUND: &str = "remote-inbound";
const REMOTE_OUTBOUND: &str = "remote-outbound";

/// What the engine told last, about once a second.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    egress: Option<MediaEgressStats>,
    ingress: Option<MediaIngressStats>,
    path: Option<CandidatePairStats>,
    rtt: Option<Duration>,
    rtt_count: u64,
    rtt_total: Duration,
    pub(crate) sent_ssrc: Option<u32>,
    pub(crate) heard: Option<(u32, Pt, Codec)>,
}

impl Figures {
    pub(crate) fn egress(&mut self, told: MediaEgressStats) {
        if let Some(rtt) = told.rtt {
            self.rtt = Some(rtt);
            self.rtt_count += 1;
            self.rtt_total += rtt;
        }
        self.egress = Some(told);
    }

    pub(crate) fn ingress(&mut self, told: MediaIngressStats) {
        self.ingress = Some(told);
    }

    pub(crate) fn path(&mut self, told: Option<CandidatePairStats>) {
        self.path = told.or(self.path.take());
    }
}

/// Collects entries, each with its type, id and time.
struct Report {
    unix_ms: f64,
    entries: Vec<Value>,
}

impl Report {
    /// Adds an entry; fields that are `null` are left out.
    fn add(&mut self, kind: &str, id: &str, fields: Value) {
        let mut entry = Map::new();
        entry.insert("type".to_owned(), kind.into());
        entry.insert("id".to_owned(), id.into());
        entry.insert("timestamp".to_owned(), self.unix_ms.into());
        if let Value::Object(fields) = fields {
            entry.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
        }
        self.entries.push(Value::Object(entry));
    }
}

impl Session {
    /// The entries of `getStats`, stamped with `unix_ms`, milliseconds since 1970. Before
    /// anything was agreed there is only the transport.
    pub fn report(&self, unix_ms: f64) -> Vec<Value> {
        let mut report = Report {
            unix_ms,
            entries: Vec::new(),
        };
        self.report_path(&mut report);
        self.report_received(&mut report);
        self.report_sent(&mut report);
        report.entries
    }

    fn report_path(&self, report: &mut Report) {
        let pair = self.pair;
        report.add(
            "transport",
            TRANSPORT,
            json!({
                "dtlsState": if self.ended {
                    "closed"
                } else if self.watch.is_connected() {
                    "connected"
                } else if pair.is_some() {
                    "connecting"
                } else {
                    "new"
                },
                "selectedCandidatePairId": pair.map(|_| PAIR),
                "packetsSent": self.stats.packets_sent,
                "packetsReceived": self.stats.packets_received,
                "bytesSent": self.stats.bytes_sent,
                "bytesReceived": self.stats.bytes_received,
            }),
        );
        for own in self.own() {
            let id = candidate_id("local", &own.address, own.port);
            report.add("local-candidate", &id, candidate(&own));
        }
        let Some((from, to)) = pair else { return };
        if !self.own().any(|own| is_at(&own, from)) {
            let id = candidate_id("local", &from.ip().to_string(), from.port());
            report.add("local-candidate", &id, candidate(&self.own_at(from)));
        }
        let theirs = self.theirs_at(to);
        let remote_id = candidate_id("remote", &theirs.address, theirs.port);
        report.add("remote-candidate", &remote_id, candidate(&theirs));
        let path = self.figures.path.as_ref();
        report.add(
            "candidate-pair",
            PAIR,
            json!({
                "transportId": TRANSPORT,
                "localCandidateId": candidate_id("local", &from.ip().to_string(), from.port()),
                "remoteCandidateId": remote_id,
                "state": "succeeded",
                "nominated": true,
                "currentRoundTripTime": path
                    .and_then(|path| path.current_round_trip_time)
                    .map(|rtt| rtt.as_secs_f64()),
                "totalRoundTripTime": path.map(|path| path.total_round_trip_time.as_secs_f64()),
                "responsesReceived": path.map(|path| path.responses_received),
            }),
        );
    }

    fn report_received(&self, report: &mut Report) {
        let Some((ssrc, payload_type, codec)) = self.figures.heard else {
            return;
        };
        let codec_id = add_codec(report, codec, payload_type);
        let told = self.figures.ingress.as_ref();
        let remote = told.and_then(|told| told.remote.as_ref());
        let jitter = told.map_or(0, |told| told.jitter);
        let stats = self.stats();
        report.add(
            "inbound-rtp",
            INBOUND,
            json!({
                "isRemote": false,
                "kind": "audio",
                "mediaType": "audio",
                "ssrc": ssrc,
                "mid": self.told_mid(),
                "transportId": TRANSPORT,
                "codecId": codec_id,
                "remoteId": remote.map(|_| REMOTE_OUTBOUND),
                "jitter": f64::from(jitter) / f64::from(clock_hz(codec)),
                "packetsLost": stats.packets_lost,
                "packetsDiscarded": self.discarded(),
                "packetsReceived": stats.packets_received,
                "bytesReceived": stats.bytes_received,
            }),
        );
        if let Some(remote) = remote {
            report.add(
                "remote-outbound-rtp",
                REMOTE_OUTBOUND,
                json!({
                    "isRemote": true,
                    "kind": "audio",
                    "mediaType": "audio",
                    "ssrc": ssrc,
                    "localId": INBOUND,
                    "transportId": TRANSPORT,
                    "codecId": codec_id,
                    "packetsSent": remote.packets,
                    "bytesSent": remote.bytes,
                }),
            );
        }
    }

    fn report_sent(&self, report: &mut Report) {
        let (Some(line), Some(ssrc)) = (self.line.as_ref(), self.figures.sent_ssrc) else {
            return;
        };
        let codec_id = add_codec(report, line.codec, line.payload_type);
        let told = self.figures.egress.as_ref();
        let remote = told.and_then(|told| told.remote.as_ref());
        let has_remote = remote.is_some() || self.figures.rtt.is_some();
        report.add(
            "outbound-rtp",
            OUTBOUND,
            json!({
                "isRemote": false,
                "kind": "audio",
                "mediaType": "audio",
                "ssrc": ssrc,
                "mid": self.told_mid(),
                "transportId": TRANSPORT,
                "codecId": codec_id,
                "remoteId": has_remote.then_some(REMOTE_INBOUND),
                "packetsSent": self.stats.packets_sent,
                "bytesSent": self.stats.bytes_sent,
            }),
        );
        if has_remote {
            let hz = f64::from(clock_hz(line.codec));
            report.add(
                "remote-inbound-rtp",
                REMOTE_INBOUND,
                json!({
                    "isRemote": true,
                    "kind": "audio",
                    "mediaType": "audio",
                    "ssrc": ssrc,
                    "localId": OUTBOUND,
                    "transportId": TRANSPORT,
                    "codecId": codec_id,
                    "jitter": remote.map(|remote| f64::from(remote.jitter) / hz),
                    "packetsLost": remote.map(|remote| remote.packets_lost),
                    "fractionLost": told.and_then(|told| told.loss),
                    "roundTripTime": self.figures.rtt.map(|rtt| rtt.as_secs_f64()),
                    "roundTripTimeMeasurements": self.figures.rtt_count,
                    "totalRoundTripTime": self.figures.rtt_total.as_secs_f64(),
                }),
            );
        }
    }

    fn told_mid(&self) -> Option<String> {
        let local = self.signaling.local()?;
        Some(local.description.mid().to_owned())
    }
}

/// Adds a codec unless it is there; gives its id.
fn add_codec(report: &mut Report, codec: Codec, payload_type: Pt) -> String {
    let id = format!("codec-{}", *payload_type);
    if !report.entries.iter().any(|entry| entry["id"] == *id) {
        report.add(
            "codec",
            &id,
            json!({
                "mimeType": format!("audio/{}", codec.name()),
                "payloadType": *payload_type,
                "clockRate": clock_hz(codec),
                "channels": match codec {
                    Codec::Opus => 2,
                    Codec::Pcmu => 1,
                },
                "transportId": TRANSPORT,
            }),
        );
    }
    id
}

fn clock_hz(codec: Codec) -> u32 {
    super::sender::frame_ticks(codec) * 50
}

fn candidate(candidate: &Candidate) -> Value {
    json!({
        "transportId": TRANSPORT,
        "address": candidate.address,
        "ip": candidate.address,
        "port": candidate.port,
        "protocol": candidate.protocol,
        "candidateType": candidate.kind,
        "priority": candidate.priority,
        "relatedAddress": candidate.related_address,
        "relatedPort": candidate.related_port,
    })
}

fn candidate_id(whose: &str, address: &str, port: u16) -> String {
    format!("{whose}-{address}-{port}")
}

fn is_at(candidate: &Candidate, address: SocketAddr) -> bool {
    candidate.port == address.port() && candidate.address == address.ip().to_string()
}
