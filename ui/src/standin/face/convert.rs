//! Configurations, descriptions and candidates, to and from the page.

use super::js::{exception, get, object};
use crate::standin::sdp;
use js_sys::Array;
use protocol::media::{Candidate, Description, DescriptionKind, IceServer};
use wasm_bindgen::prelude::*;

/// The `iceServers` of an `RTCConfiguration`.
pub(super) fn ice_servers(configuration: &JsValue) -> Vec<IceServer> {
    let servers = get(configuration, "iceServers");
    if !Array::is_array(&servers) {
        return Vec::new();
    }
    let read = |server: JsValue| {
        let urls = [get(&server, "urls"), get(&server, "url")];
        let urls = urls.into_iter().flat_map(|urls| match urls.as_string() {
            Some(url) => vec![url],
            None if Array::is_array(&urls) => Array::from(&urls)
                .iter()
                .filter_map(|url| url.as_string())
                .collect(),
            None => Vec::new(),
        });
        IceServer {
            urls: urls.collect(),
            username: get(&server, "username").as_string(),
            credential: get(&server, "credential").as_string(),
        }
    };
    Array::from(&servers).iter().map(read).collect()
}

/// An `RTCSessionDescriptionInit`, mended.
///
/// # Errors
/// A `TypeError` when it has no type.
pub(super) fn read_description(given: &JsValue) -> Result<Description, JsValue> {
    let kind = match get(given, "type").as_string().as_deref() {
        Some("offer") => DescriptionKind::Offer,
        Some("pranswer") => DescriptionKind::Pranswer,
        Some("answer") => DescriptionKind::Answer,
        Some("rollback") => DescriptionKind::Rollback,
        Some(_) | None => return Err(exception("TypeError", "the description has no type")),
    };
    let text = get(given, "sdp").as_string().unwrap_or_default();
    Ok(Description {
        kind,
        sdp: sdp::mend(&text),
    })
}

/// An `RTCSessionDescription`.
pub(super) fn description_object(description: &Description) -> JsValue {
    let kind = match description.kind {
        DescriptionKind::Offer => "offer",
        DescriptionKind::Pranswer => "pranswer",
        DescriptionKind::Answer => "answer",
        DescriptionKind::Rollback => "rollback",
    };
    object([
        ("type", kind.into()),
        ("sdp", description.sdp.as_str().into()),
    ])
}

/// An `RTCIceCandidate`.
pub(super) fn candidate_object(candidate: &Candidate) -> JsValue {
    let related = candidate.related_address.as_deref();
    let related_port = candidate.related_port;
    object([
        ("candidate", candidate.candidate.as_str().into()),
        ("component", "rtp".into()),
        ("type", candidate.kind.as_str().into()),
        ("address", candidate.address.as_str().into()),
        ("ip", candidate.address.as_str().into()),
        ("port", candidate.port.into()),
        ("priority", candidate.priority.into()),
        ("protocol", candidate.protocol.as_str().into()),
        ("relatedAddress", related.map_or(JsValue::NULL, Into::into)),
        (
            "relatedPort",
            related_port.map_or(JsValue::NULL, Into::into),
        ),
        ("tcpType", JsValue::NULL),
        ("sdpMid", "0".into()),
        ("sdpMLineIndex", 0.into()),
    ])
}
