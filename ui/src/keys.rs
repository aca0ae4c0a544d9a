//! The keyboard map: which key does what, where.

use crate::state::Screen;

/// What has the focus, as far as keys care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The dial field.
    DialField,
    /// Another field, list or switch: it keeps its keys.
    Field,
    /// A button or link.
    Button,
    /// The page itself or the call.
    Page,
}

/// A key going down.
#[derive(Clone, Copy, Debug)]
pub struct Press<'a> {
    /// As `KeyboardEvent.key` names it.
    pub key: &'a str,
    /// Control, or Command on macOS.
    pub ctrl: bool,
    /// Alt.
    pub alt: bool,
    /// The key is held and repeats.
    pub repeat: bool,
    /// Where it goes.
    pub focus: Focus,
}

/// Where the page is.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// What is drawn.
    pub screen: Screen,
    /// A second call is offered during a call.
    pub waiting: bool,
    /// The microphone is muted in the call.
    pub muted: bool,
    /// There is a call that can be ended.
    pub in_call: bool,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Go to the dialer.
    GoDial,
    /// Go to the sandbox.
    GoSandbox,
    /// Put the focus in the dial field.
    FocusField,
    /// Hide or show numbers.
    TogglePrivacy,
    /// Put the focus in the next part of the window.
    NextRegion,
    /// Show the hidden number while the key is held.
    Reveal,
    /// Put a character in the dial field.
    Type(char),
    /// Make the 0 typed last a +.
    HoldZero,
    /// Take the last character away.
    Erase,
    /// Empty the dial field.
    Clear,
    /// Call what is typed.
    Call,
    /// Answer the offered call.
    Answer,
    /// Decline the offered call.
    Decline,
    /// Stop its ring.
    Silence,
    /// Mute or unmute.
    ToggleMute,
    /// Unmute while the key is held.
    Talk,
    /// Open or close the keypad.
    ToggleKeypad,
    /// Send a tone.
    Tone(char),
    /// End the call.
    HangUp,
    /// Leave the ended call.
    Done,
}

/// What a key asks for; `None` leaves it to the browser.
#[must_use]
pub fn command(press: &Press<'_>, at: &Situation) -> Option<Command> {
    if press.key == "Alt" {
        return Some(Command::Reveal);
    }
    if press.ctrl && !press.alt {
        return with_ctrl(press, at);
    }
    if press.ctrl || press.alt {
        return None;
    }
    if press.key == "F6" {
        return Some(Command::NextRegion);
    }
    match at.screen {
        Screen::Notice => None,
        Screen::Dialer => dialer(press),
        Screen::Sandbox => None,
        Screen::Incoming => (press.key == "Escape").then_some(Command::Silence),
        Screen::Calling | Screen::InCall | Screen::Keypad => in_call(press, at),
        Screen::Ended => ended(press),
    }
}

fn with_ctrl(press: &Press<'_>, at: &Situation) -> Option<Command> {
    let offered = at.waiting || at.screen == Screen::Incoming;
    match press.key {
        "Enter" if offered => Some(Command::Answer),
        "Backspace" if offered => Some(Command::Decline),
        // In a text field Ctrl+Backspace deletes a word.
        "Backspace" if at.in_call && press.focus != Focus::Field => Some(Command::HangUp),
        "1" => Some(Command::GoDial),
        "5" => Some(Command::GoSandbox),
        "l" | "L" => Some(Command::FocusField),
        "h" | "H" => Some(Command::TogglePrivacy),
        _ => None,
    }
}

fn dialer(press: &Press<'_>) -> Option<Command> {
    let character = only_char(press.key);
    match press.focus {
        Focus::DialField => match press.key {
            "Enter" => Some(Command::Call),
            "Escape" => Some(Command::Clear),
            "0" if press.repeat => Some(Command::HoldZero),
            _ => None,
        },
        Focus::Field => None,
        Focus::Button | Focus::Page => match (press.key, character) {
            ("Escape", _) => Some(Command::Clear),
            ("Backspace", _) => Some(Command::Erase),
            ("Enter", _) if press.focus == Focus::Page => Some(Command::Call),
            ("0", _) if press.repeat => Some(Command::HoldZero),
            (" ", _) => None,
            (_, Some(c)) if !c.is_control() => Some(Command::Type(c)),
            (_, _) => None,
        },
    }
}

fn in_call(press: &Press<'_>, at: &Situation) -> Option<Command> {
    if matches!(press.focus, Focus::Field | Focus::DialField) {
        return None;
    }
    let keypad = at.screen == Screen::Keypad;
    let tone = only_char(press.key).filter(|c| matches!(c, '0'..='9' | '*' | '#'));
    match press.key {
        "m" | "M" if !press.repeat => Some(Command::ToggleMute),
        "k" | "K" if !press.repeat && at.screen != Screen::Calling => Some(Command::ToggleKeypad),
        "Escape" if at.waiting => Some(Command::Silence),
        "Escape" if keypad => Some(Command::ToggleKeypad),
        // On a button, Space presses it.
        " " if at.muted && press.focus == Focus::Page => Some(Command::Talk),
        _ if keypad && !press.repeat => tone.map(Command::Tone),
        _ => None,
    }
}

fn ended(press: &Press<'_>) -> Option<Command> {
    match press.key {
        "Escape" => Some(Command::Done),
        "Enter" if press.focus == Focus::Page => Some(Command::Done),
        _ => only_char(press.key)
            .filter(|c| matches!(c, '0'..='9' | '*' | '#' | '+'))
            .map(Command::Type),
    }
}

/// The character of a key that writes one.
fn only_char(key: &str) -> Option<char> {
    let mut chars = key.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESS: Press<'static> = Press {
        key: "",
        ctrl: false,
        alt: false,
        repeat: false,
        focus: Focus::Page,
    };

    fn at(screen: Screen) -> Situation {
        Situation {
            screen,
            waiting: false,
            muted: false,
            in_call: matches!(screen, Screen::Calling | Screen::InCall | Screen::Keypad),
        }
    }

    #[track_caller]
    fn check(key: &str, screen: Screen, expected: Option<Command>) {
        let (ctrl, key) = match key.strip_prefix("Ctrl+") {
            Some(key) => (true, key),
            None => (false, key),
        };
        let press = Press { key, ctrl, ..PRESS };
        assert_eq!(
            command(&press, &at(screen)),
            expected,
            "{key} on {screen:?}"
        );
    }

    #[test]
    fn plain_enter_never_answers() {
        check("Enter", Screen::Incoming, None);
        check(" ", Screen::Incoming, None);
        check("Ctrl+Enter", Screen::Incoming, Some(Command::Answer));
        check("Ctrl+Backspace", Screen::Incoming, Some(Command::Decline));
        check("Escape", Screen::Incoming, Some(Command::Silence));
    }

    #[test]
    fn typing_anywhere_on_the_dialer_types_in_the_field() {
        check("5", Screen::Dialer, Some(Command::Type('5')));
        check("+", Screen::Dialer, Some(Command::Type('+')));
        check("c", Screen::Dialer, Some(Command::Type('c')));
        check("Enter", Screen::Dialer, Some(Command::Call));
        check("Escape", Screen::Dialer, Some(Command::Clear));
        check("Tab", Screen::Dialer, None);
        check("ArrowDown", Screen::Dialer, None);
        let focus = Focus::DialField;
        let in_field = |key| {
            command(
                &Press {
                    key,
                    focus,
                    ..PRESS
                },
                &at(Screen::Dialer),
            )
        };
        assert_eq!(in_field("5"), None, "the field types it itself");
        assert_eq!(in_field("Enter"), Some(Command::Call));
        let focus = Focus::Button;
        let on_button = |key| {
            command(
                &Press {
                    key,
                    focus,
                    ..PRESS
                },
                &at(Screen::Dialer),
            )
        };
        assert_eq!(on_button("Enter"), None, "it presses the button");
        assert_eq!(on_button("7"), Some(Command::Type('7')));
    }

    #[test]
    fn holding_zero_writes_a_plus() {
        let held = Press {
            key: "0",
            repeat: true,
            ..PRESS
        };
        let expected = Some(Command::HoldZero);
        assert_eq!(command(&held, &at(Screen::Dialer)), expected);
        let focus = Focus::DialField;
        assert_eq!(
            command(&Press { focus, ..held }, &at(Screen::Dialer)),
            expected
        );
    }

    #[test]
    fn tones_are_sent_only_while_the_keypad_is_open() {
        check("5", Screen::Keypad, Some(Command::Tone('5')));
        check("#", Screen::Keypad, Some(Command::Tone('#')));
        check("5", Screen::InCall, None);
        check("a", Screen::Keypad, None);
        let held = Press {
            key: "5",
            repeat: true,
            ..PRESS
        };
        assert_eq!(command(&held, &at(Screen::Keypad)), None);
    }

    #[test]
    fn single_letters_work_in_a_call_and_not_in_fields() {
        check("m", Screen::InCall, Some(Command::ToggleMute));
        check("k", Screen::InCall, Some(Command::ToggleKeypad));
        check("k", Screen::Keypad, Some(Command::ToggleKeypad));
        check("k", Screen::Calling, None);
        check("Ctrl+Backspace", Screen::InCall, Some(Command::HangUp));
        let focus = Focus::Field;
        let press = Press {
            key: "m",
            focus,
            ..PRESS
        };
        assert_eq!(command(&press, &at(Screen::InCall)), None);
    }

    #[test]
    fn space_talks_only_while_muted_and_not_on_a_button() {
        let muted = Situation {
            muted: true,
            ..at(Screen::InCall)
        };
        let space = Press { key: " ", ..PRESS };
        assert_eq!(command(&space, &muted), Some(Command::Talk));
        assert_eq!(command(&space, &at(Screen::InCall)), None);
        let focus = Focus::Button;
        assert_eq!(command(&Press { focus, ..space }, &muted), None);
    }

    #[test]
    fn a_second_call_takes_the_keys_of_an_incoming_one() {
        let waiting = Situation {
            waiting: true,
            ..at(Screen::InCall)
        };
        let press = |key, ctrl| command(&Press { key, ctrl, ..PRESS }, &waiting);
        assert_eq!(press("Enter", true), Some(Command::Answer));
        assert_eq!(press("Backspace", true), Some(Command::Decline));
        assert_eq!(press("Escape", false), Some(Command::Silence));
    }

    #[test]
    fn works_from_anywhere() {
        for screen in [Screen::Dialer, Screen::InCall, Screen::Sandbox] {
            check("Ctrl+1", screen, Some(Command::GoDial));
            check("Ctrl+5", screen, Some(Command::GoSandbox));
            check("Ctrl+l", screen, Some(Command::FocusField));
            check("Ctrl+h", screen, Some(Command::TogglePrivacy));
            check("F6", screen, Some(Command::NextRegion));
            check("Alt", screen, Some(Command::Reveal));
            check("Ctrl+c", screen, None);
        }
    }

    #[test]
    fn an_ended_call_gives_way_to_the_next_number() {
        check("Escape", Screen::Ended, Some(Command::Done));
        check("Enter", Screen::Ended, Some(Command::Done));
        check("4", Screen::Ended, Some(Command::Type('4')));
        check("x", Screen::Ended, None);
    }
}
