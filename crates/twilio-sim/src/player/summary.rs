//! Instructions in a line, for the log; numbers are masked, and what is said is not shown.

use crate::log::mask;
use twiml::{Noun, Verb};

/// "Dial, timeout 25, Client desk-2; Hangup".
pub(super) fn of(verbs: &[Verb]) -> String {
    if verbs.is_empty() {
        return "nothing more to do".to_owned();
    }
    let verbs: Vec<String> = verbs.iter().map(verb).collect();
    verbs.join("; ")
}

fn verb(verb: &Verb) -> String {
    let mut parts = vec![verb.name().to_owned()];
    match verb {
        Verb::Dial(dial) => {
            if let Some(timeout_s) = dial.timeout_s {
                parts.push(format!("timeout {timeout_s}"));
            }
            if dial.answer_on_bridge == Some(true) {
                parts.push("answerOnBridge".to_owned());
            }
            parts.extend(dial.nouns.iter().map(noun));
            parts.extend(dial.text.as_deref().map(mask));
        }
        Verb::Gather(gather) => {
            if let Some(num_digits) = gather.num_digits {
                parts.push(format!("numDigits {num_digits}"));
            }
            parts.extend(gather.children.iter().map(|child| child.name().to_owned()));
        }
        Verb::Pause(pause) => {
            if let Some(length_s) = pause.length_s {
                parts.push(format!("length {length_s}"));
            }
        }
        Verb::Reject(reject) => match reject.reason {
            Some(twiml::RejectReason::Busy) => parts.push("busy".to_owned()),
            Some(twiml::RejectReason::Rejected) | None => {}
        },
        Verb::Say(_)
        | Verb::Play(_)
        | Verb::Record(_)
        | Verb::Redirect(_)
        | Verb::Hangup(_)
        | Verb::Other(_) => {}
    }
    parts.join(", ")
}

fn noun(noun: &Noun) -> String {
    let whom = match noun {
        Noun::Number(number) => mask(&number.number),
        Noun::Client(client) => client.identity.to_string(),
        Noun::Sip(sip) => mask(&sip.uri),
        Noun::Other(_) => String::new(),
    };
    format!("{} {whom}", noun.name()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::of;
    use twiml::{Client, Dial, Gather, Hangup, Number, Reject, RejectReason, Say};

    #[test]
    fn a_document_is_a_line_that_shows_no_number_and_no_words() {
        assert_eq!(of(&[]), "nothing more to do");
        let dial = Dial::new()
            .timeout_s(25)
            .client(Client::new("desk-2"))
            .number(Number::new("+12025550142"));
        assert_eq!(
            of(&[Say::new("secret").into(), dial.into(), Hangup::new().into()]),
            "Say; Dial, timeout 25, Client desk-2, Number •••• ••42; Hangup"
        );
        let gather = Gather::new().num_digits(4).child(Say::new("secret"));
        let reject = Reject::new().reason(RejectReason::Busy);
        assert_eq!(
            of(&[gather.into(), reject.into()]),
            "Gather, numDigits 4, Say; Reject, busy"
        );
        assert_eq!(
            of(&[Dial::new().text("+12025550101").into()]),
            "Dial, •••• ••01"
        );
    }
}
