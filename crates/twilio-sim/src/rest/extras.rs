//! What can be asked of a call besides its instructions: to be told of it, keys, the search for
//! machines, a recording.

use super::answer::Problem;
use super::asked::Asked;
use super::calls::{BAD_METHOD, BAD_PARAMETER};
use super::targets;
use crate::exchange::{Callback, Detection, Recorder, Track};

/// Twilio's codes for keys that are none, and for a callback that is no address.
const BAD_KEYS: u32 = 21_206;
const BAD_CALLBACK: u32 = 21_502;

/// So many keys are sent at most.
const MOST_KEYS: usize = 32;

/// The callback in `name`, by the method in `nameMethod`, for the events in `nameEvent`.
pub(super) fn callback(asked: &Asked, name: &str) -> Result<Option<Callback>, Problem> {
    let codes = (BAD_CALLBACK, BAD_METHOD);
    let target = targets::target(asked, name, &format!("{name}Method"), codes)?;
    let events = asked.all(&format!("{name}Event"));
    let events = events
        .iter()
        .flat_map(|events| events.split_whitespace())
        .map(str::to_owned)
        .collect();
    Ok(target.map(|target| Callback { target, events }))
}

/// The keys to send.
pub(super) fn keys(asked: &Asked) -> Result<Option<String>, Problem> {
    let Some(keys) = asked.given("SendDigits") else {
        return Ok(None);
    };
    let is_key = |key| matches!(key, '0'..='9' | 'A'..='D' | '*' | '#' | 'w' | 'W');
    if keys.chars().all(is_key) && keys.len() <= MOST_KEYS {
        return Ok(Some(keys.to_owned()));
    }
    Err(Problem::bad(
        BAD_KEYS,
        format!("SendDigits has at most {MOST_KEYS} of 0-9, A-D, *, #, w and W"),
    ))
}

/// How machines are looked for; not at all when keys are sent.
pub(super) fn detection(asked: &Asked) -> Result<Option<Detection>, Problem> {
    let mode = one_of(asked, "MachineDetection", &["Enable", "DetectMessageEnd"])?;
    let detection = Detection {
        in_background: asked.flag("AsyncAmd").unwrap_or(false),
        callback: callback(asked, "AsyncAmdStatusCallback")?,
    };
    let wanted = mode.is_some() && asked.given("SendDigits").is_none();
    Ok(wanted.then_some(detection))
}

/// How the call is recorded.
pub(super) fn recorder(asked: &Asked) -> Result<Option<Recorder>, Problem> {
    let channels = one_of(asked, "RecordingChannels", &["mono", "dual"])?;
    let track = one_of(asked, "RecordingTrack", &["both", "inbound", "outbound"])?;
    let trim = one_of(asked, "Trim", &["trim-silence", "do-not-trim"])?;
    let recorder = Recorder {
        dual: channels == Some("dual"),
        track: track.and_then(Track::of).unwrap_or_default(),
        trim: trim != Some("do-not-trim"),
        callback: callback(asked, "RecordingStatusCallback")?,
    };
    Ok((asked.flag("Record") == Some(true)).then_some(recorder))
}

/// One of the words that Twilio knows for a parameter.
fn one_of<'a>(
    asked: &'a Asked,
    name: &str,
    words: &[&'static str],
) -> Result<Option<&'a str>, Problem> {
    match asked.given(name) {
        Some(word) if !words.contains(&word) => Err(Problem::bad(
            BAD_PARAMETER,
            format!("{name} must be one of {}", words.join(", ")),
        )),
        known => Ok(known),
    }
}
