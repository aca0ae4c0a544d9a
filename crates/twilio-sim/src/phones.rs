//! The sandbox's outside world: scripted phones, which the exchange runs as far legs.
//!
//! All numbers are of the range that is kept for fiction (202-555-01xx), or beside it.

/// The user's own line, E.164.
pub const OUR_LINE: &str = "+12025550100";

/// The frequency of the steady tone that most phones play.
pub const TONE_HZ: u32 = 440;

/// What a phone does when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script {
    /// Whether and when it answers.
    pub answer: Answer,
    /// What it does once it talks.
    pub then: Then,
    /// It hangs up so many milliseconds after the answer.
    pub hang_up_after_ms: Option<u64>,
}

/// Whether and when a phone answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It rings so many milliseconds, then answers.
    After {
        /// How long it rings.
        ms: u64,
    },
    /// It rings for ever.
    Never,
    /// It is busy.
    Busy,
    /// There is no such number.
    NotFound,
}

/// What a phone does once it talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It sends back what it hears.
    Echo,
    /// It speaks this, again and again, with a pause between.
    Speak(&'static str),
    /// It plays a steady tone.
    Tone {
        /// Its frequency.
        hz: u32,
    },
    /// It speaks the prompt, then reads each key back ("You pressed 5").
    ReadKeys {
        /// What it says first.
        prompt: &'static str,
    },
}

/// What a phone does when it calls us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calling {
    /// It hangs up if it was not answered for so many milliseconds.
    pub gives_up_after_ms: Option<u64>,
    /// What it does once we answered.
    pub then: Then,
    /// It hangs up so many milliseconds after our answer.
    pub hang_up_after_ms: Option<u64>,
}

/// A phone of the table, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptedPhone {
    /// E.164.
    pub number: &'static str,
    /// Whose it is, if that matters.
    pub name: Option<&'static str>,
    /// What it does, in a few words.
    pub does: &'static str,
    /// What happens when it is called.
    pub called: Script,
    /// How it calls us, if it is one that does.
    pub calls_us: Option<Calling>,
}

const fn script(answer: Answer, then: Then) -> Script {
    Script {
        answer,
        then,
        hang_up_after_ms: None,
    }
}

const fn phone(number: &'static str, does: &'static str, called: Script) -> ScriptedPhone {
    ScriptedPhone {
        number,
        name: None,
        does,
        called,
        calls_us: None,
    }
}

const SOON: Answer = Answer::After { ms: 1_000 };
const STEADY: Then = Then::Tone { hz: TONE_HZ };
const GREETING: &str = "Hello. This is a phone of the sandbox. It speaks so that you can hear it. \
     Nothing is charged for this call.";
const TOBIN: &str = "Hello, this is Tobin Vale. I am calling from the sandbox. \
     Can you hear me well?";
const PROMPT: &str = "Please press keys. I read each of them back.";

/// A stranger's call: it rings until it is answered or turned away, then plays the steady tone.
const STRANGER: Calling = Calling {
    gives_up_after_ms: None,
    then: STEADY,
    hang_up_after_ms: None,
};

/// The phones that are listed one by one.
pub const TABLE: &[ScriptedPhone] = &[
    phone(
        "+12025550101",
        "Answers and echoes what you say",
        script(SOON, Then::Echo),
    ),
    phone(
        "+12025550102",
        "Answers after 5 s and speaks",
        script(Answer::After { ms: 5_000 }, Then::Speak(GREETING)),
    ),
    phone(
        "+12025550103",
        "Rings for ever",
        script(Answer::Never, Then::Echo),
    ),
    phone("+12025550104", "Is busy", script(Answer::Busy, Then::Echo)),
    phone(
        "+12025550105",
        "Plays a tone, hangs up after 10 s",
        Script {
            answer: SOON,
            then: STEADY,
            hang_up_after_ms: Some(10_000),
        },
    ),
    phone(
        "+12025550106",
        "Fails: no such number",
        script(Answer::NotFound, Then::Echo),
    ),
    phone(
        "+12025550107",
        "Asks for keys and reads them back",
        script(SOON, Then::ReadKeys { prompt: PROMPT }),
    ),
    ScriptedPhone {
        name: Some("Tobin Vale"),
        calls_us: Some(Calling {
            gives_up_after_ms: None,
            then: Then::Speak(TOBIN),
            hang_up_after_ms: Some(20_000),
        }),
        ..phone(
            "+12025550142",
            "Speaks, hangs up after 20 s",
            script(SOON, Then::Speak(TOBIN)),
        )
    },
    ScriptedPhone {
        calls_us: Some(Calling {
            gives_up_after_ms: Some(4_000),
            ..STRANGER
        }),
        ..phone(
            "+12025550143",
            "Gives up after 4 s",
            script(Answer::Never, Then::Echo),
        )
    },
    ScriptedPhone {
        calls_us: Some(STRANGER),
        ..phone("+12025550144", "Plays a steady tone", script(SOON, STEADY))
    },
];

/// What the two patterns do, for people: the numbers as written, and the text.
pub const PATTERNS: &[(&str, &str)] = &[
    (
        "+1202555 02NN",
        "Answers after NN seconds and echoes what you say",
    ),
    ("+1202555 03NN", "Answers, hangs up after NN seconds"),
];

/// What happens when `number` (E.164) is called; numbers that are in no table do not exist.
#[must_use]
pub fn called(number: &str) -> Script {
    if let Some(listed) = TABLE.iter().find(|phone| phone.number == number) {
        return listed.called;
    }
    if let Some(seconds) = pattern(number, "+120255502") {
        return script(
            Answer::After {
                ms: seconds * 1_000,
            },
            Then::Echo,
        );
    }
    if let Some(seconds) = pattern(number, "+120255503") {
        return Script {
            answer: SOON,
            then: STEADY,
            hang_up_after_ms: Some(seconds * 1_000),
        };
    }
    script(Answer::NotFound, Then::Echo)
}

/// How `number` (E.164, any) behaves when it is made to call us.
#[must_use]
pub fn calling(number: &str) -> Calling {
    TABLE
        .iter()
        .find(|phone| phone.number == number)
        .and_then(|phone| phone.calls_us)
        .unwrap_or(STRANGER)
}

/// The two digits after `prefix`, when `number` is the prefix and two digits.
fn pattern(number: &str, prefix: &str) -> Option<u64> {
    let digits = number.strip_prefix(prefix)?;
    if digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        digits.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Calling, STEADY, Script, TABLE, Then, called, calling};

    #[track_caller]
    fn check(number: &str, answer: Answer, hang_up_after_ms: Option<u64>) -> Script {
        let script = called(number);
        assert_eq!(script.answer, answer, "{number}");
        assert_eq!(script.hang_up_after_ms, hang_up_after_ms, "{number}");
        script
    }

    #[test]
    fn the_listed_phones_do_what_their_texts_say() {
        assert_eq!(
            check("+12025550101", Answer::After { ms: 1_000 }, None).then,
            Then::Echo
        );
        let speaks = check("+12025550102", Answer::After { ms: 5_000 }, None).then;
        assert!(matches!(speaks, Then::Speak(_)));
        check("+12025550103", Answer::Never, None);
        check("+12025550104", Answer::Busy, None);
        assert_eq!(
            check("+12025550105", Answer::After { ms: 1_000 }, Some(10_000)).then,
            STEADY
        );
        check("+12025550106", Answer::NotFound, None);
        let reads = check("+12025550107", Answer::After { ms: 1_000 }, None).then;
        assert!(matches!(reads, Then::ReadKeys { .. }));
    }

    #[test]
    fn the_patterns_take_their_seconds_from_the_last_two_digits() {
        check("+12025550200", Answer::After { ms: 0 }, None);
        check("+12025550217", Answer::After { ms: 17_000 }, None);
        check("+12025550303", Answer::After { ms: 1_000 }, Some(3_000));
    }

    #[test]
    fn a_number_that_nobody_has_does_not_exist() {
        for number in [
            "+12025550400",
            "+120255502175",
            "+1202555021",
            "+12025550x17",
            "",
        ] {
            check(number, Answer::NotFound, None);
        }
    }

    #[test]
    fn callers_speak_give_up_or_play_the_tone() {
        let tobin = calling("+12025550142");
        assert!(matches!(tobin.then, Then::Speak(text) if text.contains("Tobin Vale")));
        assert_eq!(tobin.hang_up_after_ms, Some(20_000));
        assert_eq!(calling("+12025550143").gives_up_after_ms, Some(4_000));
        let stranger = Calling {
            gives_up_after_ms: None,
            then: STEADY,
            hang_up_after_ms: None,
        };
        assert_eq!(calling("+12025550144"), stranger);
        assert_eq!(calling("+442079460000"), stranger);
    }

    #[test]
    fn no_number_is_listed_twice() {
        for (at, phone) in TABLE.iter().enumerate() {
            assert!(
                TABLE[..at].iter().all(|other| other.number != phone.number),
                "{}",
                phone.number
            );
        }
    }
}
