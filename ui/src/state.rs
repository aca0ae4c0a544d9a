//! What the page remembers beside the snapshot, and which screen follows from both.

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
pub(crate) mod tests {
    use super::*;
    use protocol::sandbox::{Faults, SandboxView};
    use protocol::{Direction, EndCause, EndedView, Epoch, Party, Registration, Timestamp};

    fn snapshot(revision: u64, calls: Vec<CallView>) -> Snapshot {
        Snapshot {
            revision,
            epoch: Epoch(1),
            identity: "desk-2".into(),
            line: None,
            registration: Registration::Ready,
            problem: None,
            calls,
            ended: None,
            privacy: false,
            sandbox: Some(SandboxView {
                phones: Vec::new(),
                faults: Faults::default(),
                log: Vec::new(),
            }),
        }
    }

    fn call(id: u64, phase: Phase) -> CallView {
        CallView {
            id: CallId(id),
            direction: Direction::Outgoing,
            party: Party::Withheld,
            phase,
            began: Timestamp(0),
            answered: None,
            muted: false,
            silenced: false,
            digits: String::new(),
            verified: false,
        }
    }

    fn ended(revision: u64) -> Snapshot {
        Snapshot {
            ended: Some(EndedView {
                id: CallId(1),
                direction: Direction::Outgoing,
                party: Party::Withheld,
                cause: EndCause::HungUp,
                talked_s: None,
            }),
            ..snapshot(revision, Vec::new())
        }
    }

    #[track_caller]
    fn check(calls: Vec<CallView>, expected: Screen) {
        let mut ui = Ui::default();
        ui.take(snapshot(1, calls));
        assert_eq!(ui.screen(), expected);
    }

    #[test]
    fn the_screen_follows_the_call() {
        check(vec![], Screen::Dialer);
        check(vec![call(1, Phase::Dialing)], Screen::Calling);
        check(vec![call(1, Phase::Ringing)], Screen::Calling);
        check(vec![call(1, Phase::Offered)], Screen::Incoming);
        check(vec![call(1, Phase::Answering)], Screen::InCall);
        check(vec![call(1, Phase::Reconnecting)], Screen::InCall);
        let two = vec![call(1, Phase::Offered), call(2, Phase::Active)];
        check(two, Screen::InCall);
    }

    #[test]
    fn draws_nothing_of_a_phone_it_does_not_hear() {
        let mut ui = Ui::default();
        assert_eq!(ui.screen(), Screen::Notice);
        ui.take(snapshot(1, vec![call(1, Phase::Offered)]));
        ui.type_char('5');
        ui.lose(Link::Gone);
        assert_eq!(ui.screen(), Screen::Notice);
        assert_eq!(ui.ringing(), None);
        assert_eq!(ui.typed, "5", "what was typed is kept");
    }

    #[test]
    fn an_older_snapshot_does_not_replace_a_newer_one() {
        let mut ui = Ui::default();
        ui.take(snapshot(5, vec![call(1, Phase::Active)]));
        ui.take(snapshot(4, vec![call(1, Phase::Dialing)]));
        assert_eq!(ui.screen(), Screen::InCall);
        let mut restarted = snapshot(1, vec![]);
        restarted.epoch = Epoch(2);
        ui.take(restarted);
        assert_eq!(ui.screen(), Screen::Dialer);
    }

    #[test]
    fn a_call_takes_the_screen_and_gives_it_back() {
        let mut ui = Ui::default();
        ui.take(snapshot(1, vec![]));
        ui.place = Place::Sandbox;
        assert_eq!(ui.screen(), Screen::Sandbox);
        ui.take(snapshot(2, vec![call(1, Phase::Offered)]));
        assert_eq!(ui.screen(), Screen::Incoming);
        ui.take(ended(3));
        assert_eq!(ui.screen(), Screen::Ended);
        ui.take(snapshot(4, vec![]));
        assert_eq!(ui.screen(), Screen::Sandbox);
    }

    #[test]
    fn the_sandbox_can_be_looked_at_in_a_call() {
        let mut ui = Ui::default();
        ui.take(snapshot(1, vec![call(1, Phase::Active)]));
        ui.place = Place::Sandbox;
        ui.take(snapshot(2, vec![call(1, Phase::Active)]));
        assert_eq!(ui.screen(), Screen::Sandbox);
    }

    #[test]
    fn the_keypad_closes_with_its_call() {
        let mut ui = Ui::default();
        ui.take(snapshot(1, vec![call(1, Phase::Active)]));
        ui.keypad_open = true;
        ui.take(snapshot(2, vec![call(1, Phase::Reconnecting)]));
        assert_eq!(ui.screen(), Screen::Keypad);
        ui.take(snapshot(3, vec![call(2, Phase::Active)]));
        assert_eq!(ui.screen(), Screen::InCall);
    }

    #[test]
    fn rings_for_an_offered_call_only() {
        let mut ui = Ui::default();
        ui.take(snapshot(1, vec![call(1, Phase::Offered)]));
        assert_eq!(ui.ringing(), Some(CallId(1)));
        let silenced = CallView {
            silenced: true,
            ..call(1, Phase::Offered)
        };
        ui.take(snapshot(2, vec![silenced]));
        assert_eq!(ui.ringing(), None);
        let second = vec![call(1, Phase::Active), call(2, Phase::Offered)];
        ui.take(snapshot(3, second));
        assert_eq!(ui.ringing(), None, "not into the other call");
    }

    #[test]
    fn answers_the_second_call_when_the_first_is_over() {
        let mut ui = Ui::default();
        ui.take(snapshot(
            1,
            vec![call(1, Phase::Active), call(2, Phase::Offered)],
        ));
        ui.answer_next = Some(CallId(2));
        let both = vec![call(1, Phase::Active), call(2, Phase::Offered)];
        assert_eq!(ui.take(snapshot(2, both)), None);
        let one = vec![call(2, Phase::Offered)];
        let follow = ui.take(snapshot(3, one.clone()));
        assert_eq!(follow, Some(Follow::Answer(CallId(2))));
        assert_eq!(ui.take(snapshot(4, one)), None, "once");
        ui.answer_next = Some(CallId(9));
        assert_eq!(ui.take(snapshot(5, vec![])), None);
        assert_eq!(ui.answer_next, None);
    }

    #[test]
    fn what_is_typed_is_clean_and_short() {
        let mut ui = Ui {
            field_error: Some("x".into()),
            ..Ui::default()
        };
        ui.set_typed("+44 20\n7946".into());
        assert_eq!((ui.typed.as_str(), ui.field_error), ("+44 207946", None));
        let mut ui = Ui::default();
        ui.set_typed("1".repeat(1000));
        assert_eq!(ui.typed.len(), 160);
        let mut ui = Ui::default();
        ui.set_typed("0".into());
        ui.hold_zero();
        ui.hold_zero();
        assert_eq!(ui.typed, "+");
    }
}
