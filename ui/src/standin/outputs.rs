//! Which connection is heard on which loudspeakers: media elements play it, each on its own sink.

use protocol::media::{DeviceId, PeerId};
use std::collections::BTreeMap;

/// A media element, numbered by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ElementId(pub(super) u32);

/// What changed: the loudspeakers on which a connection is to be heard now.
pub(super) type Play = (PeerId, Vec<DeviceId>);

#[derive(Debug)]
struct Element {
    peer: Option<PeerId>,
    sink: Option<DeviceId>,
    playing: bool,
}

/// All elements that have played something of ours, or were given a sink.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    elements: BTreeMap<ElementId, Element>,
    /// Connections whose track is switched off.
    off: Vec<PeerId>,
    told: BTreeMap<PeerId, Vec<DeviceId>>,
}

impl Outputs {
    /// The element's source is a connection's sound now, or something else. A new source does not
    /// play before it is told to.
    pub(super) fn set_source(&mut self, id: ElementId, peer: Option<PeerId>) -> Vec<Play> {
        let element = self.element(id);
        if element.peer != peer {
            element.peer = peer;
            element.playing = false;
        }
        self.changes()
    }

    /// `setSinkId`; an empty id is the system's choice.
    pub(super) fn set_sink(&mut self, id: ElementId, sink: &str) -> Vec<Play> {
        self.element(id).sink = (!sink.is_empty()).then(|| DeviceId(sink.to_owned()));
        self.changes()
    }

    /// `play` or `pause`.
    pub(super) fn set_playing(&mut self, id: ElementId, playing: bool) -> Vec<Play> {
        self.element(id).playing = playing;
        self.changes()
    }

    /// The connection's track is switched on or off.
    pub(super) fn set_audible(&mut self, peer: PeerId, audible: bool) -> Vec<Play> {
        self.off.retain(|off| *off != peer);
        if !audible {
            self.off.push(peer);
        }
        self.changes()
    }

    /// The connection is closed: nothing more is told of it.
    pub(super) fn forget(&mut self, peer: PeerId) {
        self.elements
            .retain(|_, element| element.peer != Some(peer));
        self.off.retain(|off| *off != peer);
        self.told.remove(&peer);
    }

    /// `sinkId`.
    pub(super) fn sink(&self, id: ElementId) -> &str {
        let element = self.elements.get(&id);
        let sink = element.and_then(|element| element.sink.as_ref());
        sink.map_or("", |sink| &sink.0)
    }

    /// The connection that the element plays, or would play.
    pub(super) fn source(&self, id: ElementId) -> Option<PeerId> {
        self.elements.get(&id)?.peer
    }

    /// Whether it plays.
    pub(super) fn is_playing(&self, id: ElementId) -> bool {
        self.elements
            .get(&id)
            .is_some_and(|element| element.playing)
    }

    fn element(&mut self, id: ElementId) -> &mut Element {
        self.elements.entry(id).or_insert(Element {
            peer: None,
            sink: None,
            playing: false,
        })
    }

    fn changes(&mut self) -> Vec<Play> {
        let mut now: BTreeMap<PeerId, Vec<DeviceId>> =
            self.told.keys().map(|peer| (*peer, Vec::new())).collect();
        for element in self.elements.values() {
            let Some(peer) = element.peer else { continue };
            let devices = now.entry(peer).or_default();
            let sink = element.sink.clone().unwrap_or_else(DeviceId::system);
            if element.playing && !self.off.contains(&peer) && !devices.contains(&sink) {
                devices.push(sink);
            }
        }
        let told = std::mem::take(&mut self.told);
        let changed = |(peer, devices): &Play| {
            let before = told.get(peer).map_or(&[][..], Vec::as_slice);
            before != devices.as_slice()
        };
        let changes = now.clone().into_iter().filter(changed).collect();
        self.told = now;
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ElementId = ElementId(1);
    const TWO: ElementId = ElementId(2);
    const PEER: PeerId = PeerId(7);

    fn play(devices: &[&str]) -> Vec<Play> {
        let devices = devices.iter().map(|id| DeviceId((*id).to_owned()));
        vec![(PEER, devices.collect())]
    }

    #[test]
    fn is_heard_while_an_element_plays_it() {
        let mut outputs = Outputs::default();
        assert_eq!(outputs.set_source(ONE, Some(PEER)), []);
        assert_eq!(outputs.set_playing(ONE, true), play(&["default"]));
        assert_eq!(outputs.set_playing(ONE, true), [], "it does already");
        assert_eq!(outputs.set_playing(ONE, false), play(&[]));
    }

    #[test]
    fn follows_the_sink_and_two_elements_of_one_sink_are_heard_once() {
        let mut outputs = Outputs::default();
        outputs.set_source(ONE, Some(PEER));
        outputs.set_playing(ONE, true);
        assert_eq!(outputs.set_sink(ONE, "headset"), play(&["headset"]));
        assert_eq!(outputs.sink(ONE), "headset");
        outputs.set_sink(TWO, "headset");
        outputs.set_source(TWO, Some(PEER));
        assert_eq!(outputs.set_playing(TWO, true), []);
        assert_eq!(
            outputs.set_sink(TWO, "speaker"),
            play(&["headset", "speaker"])
        );
        assert_eq!(outputs.set_sink(ONE, ""), play(&["default", "speaker"]));
        assert_eq!(outputs.sink(ONE), "");
    }

    #[test]
    fn a_track_that_is_off_is_not_heard_and_comes_back() {
        let mut outputs = Outputs::default();
        outputs.set_source(ONE, Some(PEER));
        outputs.set_playing(ONE, true);
        assert_eq!(outputs.set_audible(PEER, false), play(&[]));
        assert_eq!(outputs.set_audible(PEER, true), play(&["default"]));
    }

    #[test]
    fn another_source_ends_it() {
        let mut outputs = Outputs::default();
        outputs.set_source(ONE, Some(PEER));
        outputs.set_playing(ONE, true);
        assert_eq!(outputs.set_source(ONE, None), play(&[]));
        assert!(!outputs.is_playing(ONE));
    }

    #[test]
    fn a_closed_connection_is_not_spoken_of() {
        let mut outputs = Outputs::default();
        outputs.set_source(ONE, Some(PEER));
        outputs.set_playing(ONE, true);
        outputs.forget(PEER);
        assert_eq!(outputs.set_playing(ONE, false), []);
        assert_eq!(outputs.source(ONE), None);
    }
}
