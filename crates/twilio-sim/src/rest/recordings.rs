//! Recordings: what `<Record>` took down, and whole calls, as WAV files like Twilio's (8 kHz, 16
//! bits, one channel or two).

use super::answer::{Answer, Outcome, Problem};
use super::asked::{API_VERSION, Asked};
use super::dates;
use super::page::page;
use crate::exchange::Switchboard;
use crate::log::now_ms;
use crate::player::ports::Recording;
use crate::speech::{RATE, resample};
use crate::webhook::params::RecordingFacts;
use axum::body::Bytes;
use hound::{SampleFormat, WavSpec, WavWriter};
use serde_json::{Value, json};
use std::io::Cursor;
use twilio::rfc2822;
use twilio::webhook::RecordingSource;

/// Recordings that are kept.
const KEPT: usize = 64;

/// Samples in a second of a file.
const FILE_RATE: u32 = 8_000;

/// A recording.
pub(super) struct StoredRecording {
    sid: String,
    call_sid: String,
    duration_s: u32,
    ended_s: u64,
    channels: u16,
    source: RecordingSource,
    wav: Bytes,
}

impl StoredRecording {
    pub(super) fn of(call_sid: &str, recording: &Recording) -> Self {
        Self {
            sid: recording.sid.to_string(),
            call_sid: call_sid.to_owned(),
            duration_s: recording.duration_s,
            ended_s: now_ms() / 1_000,
            channels: 1,
            source: RecordingSource::RecordVerb,
            wav: wav(&[resample(&recording.pcm, RATE, FILE_RATE)]),
        }
    }

    /// Of a whole call; `sound` has its channels, which are equally long.
    pub(super) fn of_whole_call(
        call_sid: &str,
        facts: &RecordingFacts,
        sound: &[Vec<i16>],
    ) -> Self {
        let sound: Vec<Vec<i16>> = sound
            .iter()
            .map(|channel| resample(channel, RATE, FILE_RATE))
            .collect();
        Self {
            sid: facts.sid.to_string(),
            call_sid: call_sid.to_owned(),
            duration_s: facts.duration_s,
            ended_s: now_ms() / 1_000,
            channels: if sound.len() == 2 { 2 } else { 1 },
            source: facts.source,
            wav: wav(&sound),
        }
    }

    fn json(&self, board: &Switchboard) -> Value {
        let account = board.account().account_sid.as_str();
        let sid = &self.sid;
        let path = format!("/{API_VERSION}/Accounts/{account}/Recordings/{sid}");
        let base = board.rest().base_url();
        json!({
            "sid": sid,
            "account_sid": account,
            "api_version": API_VERSION,
            "call_sid": self.call_sid,
            "conference_sid": null,
            "channels": self.channels,
            "date_created": rfc2822(self.ended_s.saturating_sub(self.duration_s.into())),
            "date_updated": rfc2822(self.ended_s),
            "start_time": rfc2822(self.ended_s.saturating_sub(self.duration_s.into())),
            "duration": self.duration_s.to_string(),
            "price": null,
            "price_unit": "USD",
            "status": "completed",
            "source": self.source.as_str(),
            "error_code": null,
            "encryption_details": null,
            "media_url": format!("{}{path}", base.as_str().trim_end_matches('/')),
            "subresource_uris": {},
            "uri": format!("{path}.json"),
        })
    }
}

/// Keeps a recording; the oldest goes when there are too many.
pub(super) fn keep(all: &mut Vec<StoredRecording>, new: StoredRecording) {
    if all.len() >= KEPT {
        all.remove(0);
    }
    all.push(new);
}

/// A WAV file of these channels, one or two.
fn wav(channels: &[Vec<i16>]) -> Bytes {
    let spec = WavSpec {
        channels: if channels.len() == 2 { 2 } else { 1 },
        sample_rate: FILE_RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let written = WavWriter::new(&mut file, spec).and_then(|mut writer| {
        let length = channels.iter().map(Vec::len).min().unwrap_or(0);
        for at in 0..length {
            for channel in channels.iter().take(2) {
                writer.write_sample(channel[at])?;
            }
        }
        writer.finalize()
    });
    written.expect("memory can be written to, and ten minutes fit a WAV file");
    file.into_inner().into()
}

pub(super) fn list(board: &Switchboard, asked: &Asked) -> Outcome {
    let call = asked.given("CallSid");
    list_of(board, asked, call)
}

/// The recordings of one call, which is in the path.
pub(super) fn of_call(board: &Switchboard, asked: &Asked) -> Outcome {
    super::calls::find(board, asked)?;
    list_of(board, asked, Some(asked.name()))
}

/// The recordings, newest first.
fn list_of(board: &Switchboard, asked: &Asked, call: Option<&str>) -> Outcome {
    let filter = |name| asked.given(name);
    let (on, until, since) = (
        filter("DateCreated"),
        filter("DateCreated<"),
        filter("DateCreated>"),
    );
    let recordings: Vec<Value> = board
        .rest()
        .has()
        .of(asked)
        .recordings
        .iter()
        .rev()
        .filter(|it| call.is_none_or(|call| call == it.call_sid))
        .filter(|it| dates::fits(it.ended_s, on, until, since))
        .map(|it| it.json(board))
        .collect();
    page(asked, "recordings", &recordings)
}

/// The recording, or its sound.
pub(super) fn fetch(board: &Switchboard, asked: &Asked) -> Outcome {
    let has = board.rest().has();
    let (name, sound) = match asked.name().strip_suffix(".wav") {
        Some(name) => (name, true),
        None => (asked.name(), false),
    };
    let found = has.of(asked).recordings.iter().find(|it| it.sid == name);
    let found = found.ok_or_else(|| Problem::not_found(asked))?;
    Ok(if sound {
        Answer::Sound(found.wav.clone())
    } else {
        Answer::Found(found.json(board))
    })
}

pub(super) fn delete(board: &Switchboard, asked: &Asked) -> Outcome {
    let mut has = board.rest().has();
    let has = has.of_mut(asked);
    let at = has.recordings.iter().position(|it| it.sid == asked.name());
    let at = at.ok_or_else(|| Problem::not_found(asked))?;
    has.recordings.remove(at);
    Ok(Answer::Gone)
}

#[cfg(test)]
mod tests {
    use super::wav;
    use crate::speech::{read_wav, resample, rms_dbfs, steady};

    #[test]
    fn a_recording_becomes_a_file_that_sounds_the_same() {
        let tone = steady(440);
        let file = wav(&[resample(&tone, 48_000, 8_000)]);
        assert_eq!(file.len(), 44 + 16_000);
        let read = read_wav(&file).unwrap();
        assert_eq!(read.len(), tone.len());
        assert!((rms_dbfs(&read) - rms_dbfs(&tone)).abs() < 1.0);
    }
}
