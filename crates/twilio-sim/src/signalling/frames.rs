//! The frames of the signalling protocol, both ways.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The heartbeat, both ways.
pub(crate) const HEARTBEAT: &str = "\n";

/// The protocol's version, in every frame.
const VERSION: &str = "1.6";

/// The longest frame that is read, in bytes; an SDP has some 2,000.
pub(crate) const MAX_FRAME: usize = 64 * 1024;

/// The code of a frame that cannot be understood (`MalformedRequestError` in the SDK).
pub(crate) const MALFORMED: u32 = 31100;

/// A frame from the device.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "lowercase")]
pub(crate) enum FromDevice {
    /// First on every connection, and with every fresh token.
    Listen(Listen),
    /// Wants to be called, or no longer.
    Register {
        /// What it can take.
        media: Media,
    },
    /// Calls, or takes up a call again.
    Invite(Invite),
    /// Answers a call that was offered.
    Answer(CallSdp),
    /// Restarts ICE.
    Reinvite(CallSdp),
    /// Hangs up.
    Hangup(Hangup),
    /// Declines a call that was offered.
    Reject {
        /// Which one.
        callsid: String,
    },
    /// Sends keys.
    Dtmf {
        /// In which call.
        callsid: String,
        /// Of `0-9*#w`; `w` is a pause.
        dtmf: String,
    },
    /// Sends a message in a call.
    Message(Message),
}

/// The token that a device brings.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Listen {
    /// The access token.
    pub(crate) token: String,
    /// For how long calls shall outlive the socket, in seconds.
    #[serde(default, rename = "reconnectTimeout")]
    pub(crate) reconnect_timeout_s: u64,
}

impl std::fmt::Debug for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listen {{ {} s }}", self.reconnect_timeout_s)
    }
}

/// What a device can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Media {
    /// Calls.
    #[serde(default)]
    pub(crate) audio: bool,
}

/// A call from the device.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Invite {
    /// Its own name for the call, or Twilio's when it takes up one again.
    pub(crate) callsid: String,
    /// Its offer.
    pub(crate) sdp: String,
    /// The token of the call that it takes up again.
    pub(crate) reconnect: Option<String>,
    #[serde(default)]
    twilio: InviteParams,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
struct InviteParams {
    #[serde(default)]
    params: String,
}

impl Invite {
    /// What `device.connect({params})` was given.
    pub(crate) fn params(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.twilio.params.as_bytes())
            .into_owned()
            .collect()
    }
}

/// An SDP of a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct CallSdp {
    pub(crate) callsid: String,
    pub(crate) sdp: String,
}

/// The end of a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Hangup {
    pub(crate) callsid: String,
    /// Why, when it was not the user.
    pub(crate) message: Option<String>,
}

/// A user-defined message, both ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) callsid: String,
    pub(crate) content: Value,
    pub(crate) contenttype: String,
    pub(crate) messagetype: String,
    pub(crate) voiceeventsid: String,
}

/// Why a frame cannot be understood; the text names no value of the frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame that is not JSON")]
    NotJson,
    #[error("a frame without a type")]
    NoType,
    #[error("a frame of the unknown type {0}")]
    UnknownType(String),
    #[error("a {0} frame whose payload is incomplete or wrong")]
    BadPayload(&'static str),
    #[error("a binary frame")]
    Binary,
    #[error("a frame of {0} bytes, more than {MAX_FRAME}")]
    TooLong(usize),
}

const TYPES: [&str; 9] = [
    "listen", "register", "invite", "answer", "reinvite", "hangup", "reject", "dtmf", "message",
];

/// Reads a frame that is not a heartbeat.
pub(crate) fn read(text: &str) -> Result<FromDevice, FrameError> {
    if text.len() > MAX_FRAME {
        return Err(FrameError::TooLong(text.len()));
    }
    let value: Value = serde_json::from_str(text).map_err(|_| FrameError::NotJson)?;
    let Some(kind) = value.get("type").and_then(Value::as_str) else {
        return Err(FrameError::NoType);
    };
    let Some(&kind) = TYPES.iter().find(|&&known| known == kind) else {
        let shown = kind.chars().filter(char::is_ascii_graphic).take(24);
        return Err(FrameError::UnknownType(shown.collect()));
    };
    FromDevice::deserialize(value).map_err(|_| FrameError::BadPayload(kind))
}

/// A frame to the device.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", content = "payload", rename_all = "lowercase")]
pub(crate) enum ToDevice {
    /// The token holds.
    Connected {
        /// Where it is connected.
        region: &'static str,
        /// The same, in the newer word.
        edge: &'static str,
        /// The account's home region.
        home: &'static str,
        /// The name of this server.
        gateway: &'static str,
        /// What the token says.
        token: TokenFacts,
    },
    /// It is registered.
    Ready {},
    /// It is not registered.
    Offline {},
    /// Its call is under way; the first frame with Twilio's name for it.
    Ringing {
        callsid: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        sdp: Option<String>,
    },
    /// Its call is answered, or an offer of its is.
    Answer {
        callsid: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        sdp: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reconnect: Option<String>,
    },
    /// It is called.
    Invite {
        callsid: String,
        sdp: String,
        parameters: InviteParameters,
        reconnect: String,
    },
    /// It is no longer called.
    Cancel { callsid: String },
    /// A call is over.
    Hangup {
        callsid: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<ErrorFacts>,
    },
    /// A message was taken.
    Ack {
        acktype: &'static str,
        callsid: String,
        voiceeventsid: String,
    },
    /// A message from the other end.
    Message(Message),
    /// Something is wrong.
    Error {
        error: ErrorFacts,
        #[serde(skip_serializing_if = "Option::is_none")]
        callsid: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        voiceeventsid: Option<String>,
    },
    /// The connection ends, and shall not be opened again by itself.
    Close {},
}

/// What a token says, for the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TokenFacts {
    pub(crate) identity: String,
    /// For how many seconds it still holds.
    pub(crate) ttl: u64,
}

/// What a device is told of a call for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InviteParameters {
    pub(crate) call_sid: String,
    pub(crate) account_sid: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// A query string of custom parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) params: Option<String>,
    /// Whether the network vouches for the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stir_status: Option<&'static str>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ErrorFacts {
    /// One of the SDK's or of Twilio's codes.
    pub(crate) code: u32,
    pub(crate) message: String,
}

impl ToDevice {
    pub(crate) fn connected(identity: &str, ttl_s: u64) -> Self {
        Self::Connected {
            region: "sandbox",
            edge: "sandbox",
            home: "us1",
            gateway: "twilio-sim",
            token: TokenFacts {
                identity: identity.to_owned(),
                ttl: ttl_s,
            },
        }
    }

    pub(crate) fn error(code: u32, message: impl Into<String>) -> Self {
        Self::Error {
            error: ErrorFacts {
                code,
                message: message.into(),
            },
            callsid: None,
            voiceeventsid: None,
        }
    }

    pub(crate) fn hangup(callsid: &str, error: Option<(u32, String)>) -> Self {
        Self::Hangup {
            callsid: callsid.to_owned(),
            error: error.map(|(code, message)| ErrorFacts { code, message }),
        }
    }

    /// The frame as text.
    pub(crate) fn to_text(&self) -> String {
        #[derive(Serialize)]
        struct Versioned<'a> {
            #[serde(flatten)]
            frame: &'a ToDevice,
            version: &'static str,
        }
        serde_json::to_string(&Versioned {
            frame: self,
            version: VERSION,
        })
        .expect("frames have only texts as keys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(frame: &Value, expected: Result<FromDevice, FrameError>) {
        assert_eq!(read(&frame.to_string()), expected);
    }

    #[test]
    fn reads_what_the_sdk_sends() {
        check(
            &json!({"payload":{"browserinfo":{"p":"browser","v":"2.18.5"},"reconnectTimeout":30,
                "token":"eyJ"},"type":"listen","version":"1.6"}),
            Ok(FromDevice::Listen(Listen {
                token: "eyJ".into(),
                reconnect_timeout_s: 30,
            })),
        );
        check(
            &json!({"payload":{"media":{"audio":true}},"type":"register","version":"1.6"}),
            Ok(FromDevice::Register {
                media: Media { audio: true },
            }),
        );
        check(
            &json!({"payload":{"sdp":"v=0","callsid":"CA1"},"type":"reinvite","version":"1.6"}),
            Ok(FromDevice::Reinvite(CallSdp {
                callsid: "CA1".into(),
                sdp: "v=0".into(),
            })),
        );
        check(
            &json!({"payload":{"callsid":"CA1","message":"Connection with Twilio was interrupted."},
                "type":"hangup","version":"1.6"}),
            Ok(FromDevice::Hangup(Hangup {
                callsid: "CA1".into(),
                message: Some("Connection with Twilio was interrupted.".into()),
            })),
        );
        check(
            &json!({"payload":{"callsid":"CA1","dtmf":"12#w3"},"type":"dtmf","version":"1.6"}),
            Ok(FromDevice::Dtmf {
                callsid: "CA1".into(),
                dtmf: "12#w3".into(),
            }),
        );
    }

    #[test]
    fn reads_connect_params_from_the_query_string() {
        let frame = json!({"payload":{"callsid":"TJS1","sdp":"v=0",
            "twilio":{"params":"To=%2B15551234567&note=a%20b"}},"type":"invite"});
        let Ok(FromDevice::Invite(invite)) = read(&frame.to_string()) else {
            panic!("an invite");
        };
        assert_eq!(
            invite.params(),
            [
                ("To".to_owned(), "+15551234567".to_owned()),
                ("note".to_owned(), "a b".to_owned())
            ]
        );
        assert_eq!(invite.reconnect, None);
        let again = json!({"payload":{"callsid":"CA1","reconnect":"RT1","sdp":"v=0","twilio":{}},
            "type":"invite"});
        let Ok(FromDevice::Invite(invite)) = read(&again.to_string()) else {
            panic!("an invite");
        };
        assert_eq!(invite.reconnect.as_deref(), Some("RT1"));
        assert!(invite.params().is_empty());
    }

    #[test]
    fn says_what_is_wrong_with_a_frame_without_repeating_it() {
        assert_eq!(read("{"), Err(FrameError::NotJson));
        check(&json!({"payload":{}}), Err(FrameError::NoType));
        check(&json!([1]), Err(FrameError::NoType));
        check(
            &json!({"type":"dance\u{1b}[31m","payload":{}}),
            Err(FrameError::UnknownType("dance[31m".into())),
        );
        check(
            &json!({"type":"listen","payload":{"token":5}}),
            Err(FrameError::BadPayload("listen")),
        );
        check(
            &json!({"type":"listen"}),
            Err(FrameError::BadPayload("listen")),
        );
        let long = "x".repeat(MAX_FRAME + 1);
        assert_eq!(read(&long), Err(FrameError::TooLong(MAX_FRAME + 1)));
    }

    #[test]
    fn writes_what_the_sdk_reads() {
        let written =
            |frame: ToDevice| -> Value { serde_json::from_str(&frame.to_text()).unwrap() };
        assert_eq!(
            written(ToDevice::Ready {}),
            json!({"type":"ready","version":"1.6","payload":{}})
        );
        assert_eq!(
            written(ToDevice::connected("ann", 60))["payload"]["token"],
            json!({"identity":"ann","ttl":60})
        );
        assert_eq!(
            written(ToDevice::hangup("CA1", Some((31486, "Busy".into())))),
            json!({"type":"hangup","version":"1.6",
                "payload":{"callsid":"CA1","error":{"code":31486,"message":"Busy"}}})
        );
        assert_eq!(
            written(ToDevice::Invite {
                callsid: "CA1".into(),
                sdp: "v=0".into(),
                parameters: InviteParameters {
                    call_sid: "CA1".into(),
                    account_sid: "AC1".into(),
                    from: "+1".into(),
                    to: "client:ann".into(),
                    params: None,
                    stir_status: None,
                },
                reconnect: "RT1".into(),
            })["payload"],
            json!({"callsid":"CA1","sdp":"v=0","reconnect":"RT1","parameters":
                {"CallSid":"CA1","AccountSid":"AC1","From":"+1","To":"client:ann"}})
        );
    }
}
