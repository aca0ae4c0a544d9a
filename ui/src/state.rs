//! What the page remembers beside the snapshot, and which screen follows from both.

use protocol::media::{MediaEvent, SoundTrouble};
use protocol::{CallId, CallView, Phase, Snapshot};
use std::rc::Rc;

/// The connection to the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// On the way to the first answer, or the next one.
    Joining,
    /// Attached.
    Up,
    /// The address has no session secret.
    NoSecret,
    /// The program is there and refused the secret.
    Refused,
    /// The program is not there; it is tried again.
    Gone,
    /// The page could not talk to the shell, and why.
    Broken(String),
    /// Another page is the phone now.
    Displaced,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// There is no phone to draw, and why.
    Notice,
    /// The dialer.
    Dialer,
    /// An outgoing call that is not answered yet.
    Calling,
    /// A call.
    InCall,
    /// A call with its keypad open.
    Keypad,
    /// An offered call.
    Incoming,
    /// The call that ended last.
    Ended,
    /// The sandbox.
    Sandbox,
}

impl Screen {
    /// The tag, for `data-screen`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Dialer => "dialer",
            Self::Calling => "calling",
            Self::InCall => "in_call",
            Self::Keypad => "keypad",
            Self::Incoming => "incoming",
            Self::Ended => "ended",
            Self::Sandbox => "sandbox",
        }
    }
}

/// A page of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The dialer and the calls.
    #[default]
    Dial,
    /// The sandbox.
    Sandbox,
}

/// A part of the sandbox's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Phones to call and to be called by.
    #[default]
    Phones,
    /// Faults.
    Faults,
    /// The log; beside the others in a wide window.
    Log,
}

/// What follows from a new snapshot besides drawing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// The call that was to be answered after the other one can be answered now.
    Answer(CallId),
}

/// What the page remembers.
#[derive(Clone, Debug)]
pub struct Ui {
    /// The connection to the shell.
    pub link: Link,
    /// The phone as it was told last.
    pub snapshot: Option<Rc<Snapshot>>,
    /// The page of the rail.
    pub place: Place,
    /// Where to go when the calls are over.
    pub back_to: Place,
    /// What is in the dial field.
    pub typed: String,
    /// What was called last by typing; Enter in the empty field brings it back.
    pub called_last: String,
    /// Why it cannot be called, or another sentence about the last wish.
    pub field_error: Option<String>,
    /// How what is typed is read, as people write it.
    pub preview: Option<String>,
    /// The dial field has the focus.
    pub field_focused: bool,
    /// The keypad is open in the call.
    pub keypad_open: bool,
    /// The hidden number that is shown while Alt is held.
    pub revealed: Option<(CallId, String)>,
    /// Alt is held.
    pub revealing: bool,
    /// Space is held: unmuted for as long.
    pub talking: bool,
    /// The call to answer when the other one is over.
    pub answer_next: Option<CallId>,
    /// The sandbox's part.
    pub tab: Tab,
    /// The phone chosen for "Call me".
    pub caller: Option<String>,
    /// The address to open by hand, because the browser could not be opened.
    pub browser_url: Option<String>,
    /// What is wrong with this computer's sound, as the media engine says.
    pub sound_trouble: Option<SoundTrouble>,
    /// A sentence shown for a while at the bottom.
    pub toast: Option<String>,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            link: Link::Joining,
            snapshot: None,
            place: Place::Dial,
            back_to: Place::Dial,
            typed: String::new(),
            called_last: String::new(),
            field_error: None,
            preview: None,
            field_focused: false,
            keypad_open: false,
            revealed: None,
            revealing: false,
            talking: false,
            answer_next: None,
            tab: Tab::Phones,
            caller: None,
            browser_url: None,
            sound_trouble: None,
            toast: None,
        }
    }
}

impl Ui {
    /// Takes a snapshot, unless a newer one of the same attachment was drawn already.
    pub fn take(&mut self, snapshot: Snapshot) -> Option<Follow> {
        let old = self.snapshot.take();
        if let Some(old) = &old
            && old.epoch == snapshot.epoch
            && old.revision > snapshot.revision
        {
            self.snapshot = Some(old.clone());
            return None;
        }
        self.link = Link::Up;
        let had = |id: CallId| {
            old.as_ref()
                .is_some_and(|old| old.calls.iter().any(|call| call.id == id))
        };
        let old_main = old.as_ref().and_then(|old| main_call(old)).map(|c| c.id);
        if snapshot.calls.iter().any(|call| !had(call.id)) && self.place != Place::Dial {
            self.back_to = self.place;
            self.place = Place::Dial;
        }
        if main_call(&snapshot).map(|call| call.id) != old_main {
            self.keypad_open = false;
            self.talking = false;
        }
        if let Some((id, _)) = self.revealed
            && !snapshot.calls.iter().any(|call| call.id == id)
        {
            self.revealed = None;
        }
        let busy_before = old.is_some_and(|old| !old.calls.is_empty() || old.ended.is_some());
        if busy_before && snapshot.calls.is_empty() && snapshot.ended.is_none() {
            self.place = std::mem::take(&mut self.back_to);
        }
        if snapshot.sandbox.is_none() {
            self.place = Place::Dial;
        }
        let follow = self.next_answer(&snapshot);
        self.snapshot = Some(Rc::new(snapshot));
        follow
    }

    fn next_answer(&mut self, snapshot: &Snapshot) -> Option<Follow> {
        let wanted = self.answer_next?;
        let Some(offered) = snapshot.calls.iter().find(|call| call.id == wanted) else {
            self.answer_next = None;
            return None;
        };
        if offered.phase == Phase::Offered && main_call(snapshot).is_none() {
            self.answer_next = None;
            return Some(Follow::Answer(wanted));
        }
        None
    }

    /// Forgets the phone: it can no longer be heard.
    pub fn lose(&mut self, link: Link) {
        *self = Self {
            link,
            typed: std::mem::take(&mut self.typed),
            called_last: std::mem::take(&mut self.called_last),
            ..Self::default()
        };
    }

    /// What is to be drawn.
    #[must_use]
    pub fn screen(&self) -> Screen {
        let Some(snapshot) = self.snapshot.as_ref().filter(|_| self.link == Link::Up) else {
            return Screen::Notice;
        };
        if self.place == Place::Sandbox && snapshot.sandbox.is_some() {
            return Screen::Sandbox;
        }
        match main_call(snapshot).map(|call| call.phase) {
            Some(Phase::Dialing | Phase::Ringing) => Screen::Calling,
            Some(Phase::Answering | Phase::Active | Phase::Reconnecting) if self.keypad_open => {
                Screen::Keypad
            }
            Some(Phase::Answering | Phase::Active | Phase::Reconnecting) => Screen::InCall,
            Some(Phase::Offered) => Screen::Incoming,
            None if offered_call(snapshot).is_some() => Screen::Incoming,
            None if snapshot.ended.is_some() => Screen::Ended,
            None => Screen::Dialer,
        }
    }

    /// The call whose ring is to be heard.
    #[must_use]
    pub fn ringing(&self) -> Option<CallId> {
        let snapshot = self.snapshot.as_ref().filter(|_| self.link == Link::Up)?;
        let ring = |call: &&CallView| call.phase == Phase::Offered && !call.silenced;
        let call = snapshot.calls.iter().find(ring)?;
        // In a call a second one is only shown: its ring would be heard by the other end.
        main_call(snapshot).is_none().then_some(call.id)
    }

    /// Takes what the media engine tells of the computer's sound.
    pub fn hear_media(&mut self, event: &MediaEvent) {
        if let MediaEvent::Sound { trouble } = event {
            self.sound_trouble = *trouble;
        }
    }

    /// Types a character at the end of the field.
    pub fn type_char(&mut self, c: char) {
        let typed = format!("{}{c}", self.typed);
        self.set_typed(typed);
    }

    /// Makes the 0 typed last a +.
    pub fn hold_zero(&mut self) {
        if let Some(rest) = self.typed.strip_suffix('0') {
            self.set_typed(format!("{rest}+"));
        }
    }

    /// Sets what is in the field: without line breaks, and no longer than anything callable.
    pub fn set_typed(&mut self, typed: String) {
        const MOST: usize = 160;
        let clean = typed.chars().filter(|c| !c.is_control()).take(MOST);
        self.typed = clean.collect();
        self.field_error = None;
        self.preview = None;
    }
}

/// The call that has the screen: the one that is not just offered.
#[must_use]
pub fn main_call(snapshot: &Snapshot) -> Option<&CallView> {
    snapshot
        .calls
        .iter()
        .find(|call| call.phase != Phase::Offered)
}

/// The oldest offered call.
#[must_use]
pub fn offered_call(snapshot: &Snapshot) -> Option<&CallView> {
    snapshot
        .calls
        .iter()
        .find(|call| call.phase == Phase::Offered)
}

#[cfg(test)]
pub(crate) mod tests;
