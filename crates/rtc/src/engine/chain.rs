//! What a microphone's sound goes through on its way to the peers.

use std::collections::BTreeMap;

use protocol::media::Processing;

use super::bay::{Bay, LineId};
use crate::audio::backend::Block;
#[cfg(feature = "devices")]
use crate::audio::processing::Voice;

/// Lives with one open microphone, in its thread.
pub(super) struct Chain {
    bay: Bay,
    line: LineId,
    /// How far the loudspeakers' sound has been heard.
    heard: BTreeMap<LineId, u64>,
    voices: Vec<(Processing, Voice)>,
}

impl Chain {
    pub(super) fn new(bay: Bay, line: LineId) -> Self {
        Self {
            bay,
            line,
            heard: BTreeMap::new(),
            voices: Vec::new(),
        }
    }

    /// Takes 10 ms from the device and sends them on.
    pub(super) fn carry(&mut self, block: &Block) {
        let (wanted, said) = {
            let plugs = self.bay.lock();
            (plugs.wanted(self.line), plugs.said_since(&mut self.heard))
        };
        self.voices.retain(|(one, _)| wanted.contains(one));
        for one in wanted {
            if !self.voices.iter().any(|(known, _)| *known == one) {
                self.voices.push((one, Voice::new(one)));
            }
        }
        // Outside the lock: this is the long part.
        let processed = self.voices.iter_mut().map(|(processing, voice)| {
            said.iter().for_each(|block| voice.hear_loudspeaker(block));
            (*processing, voice.process(block))
        });
        let processed: Vec<(Processing, Block)> = processed.collect();
        let with = |processing| {
            let made = processed.iter().find(|(one, _)| *one == processing);
            // A track that came meanwhile is silent for 10 ms.
            made.map_or([0; 480], |(_, block)| *block)
        };
        self.bay.lock().send(self.line, with);
    }
}

/// Without the feature `devices` sound goes through as it is.
#[cfg(not(feature = "devices"))]
struct Voice;

#[cfg(not(feature = "devices"))]
impl Voice {
    fn new(_: Processing) -> Self {
        Self
    }

    fn hear_loudspeaker(&mut self, _: &Block) {}

    fn process(&mut self, block: &Block) -> Block {
        *block
    }
}
