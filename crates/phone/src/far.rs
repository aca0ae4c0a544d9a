//! The other end of a call: read from what Twilio says, and shown as much as may be.

use protocol::{Address, Party, PhoneNumber, number::mask_numbers};

/// What Twilio gives as the caller of a call whose number is withheld. The digits spell ANONYMOUS,
/// UNAVAILABLE, RESTRICTED, BLOCKED and UNKNOWN on a telephone's keypad.
const WITHHELD_NUMBERS: [&str; 5] = [
    "266696687",
    "86282452253",
    "7378742833",
    "2562533",
    "8656696",
];

/// The same in words, as SIP and some carriers give it.
const WITHHELD_WORDS: [&str; 6] = [
    "anonymous",
    "unavailable",
    "restricted",
    "blocked",
    "unknown",
    "private",
];

/// The other end of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Far {
    /// A number in E.164.
    Number(PhoneNumber),
    /// A client, by its name without `client:`.
    Client(String),
    /// Something else that has a name, such as a short code or a SIP address.
    Other(String),
    /// It hides its number.
    Withheld,
}

impl Far {
    /// Reads `From` as Twilio gave it.
    pub(crate) fn read(from: &str) -> Self {
        let text = from.trim();
        let bare = text.trim_start_matches('+').to_ascii_lowercase();
        if bare.is_empty()
            || WITHHELD_NUMBERS.contains(&bare.as_str())
            || WITHHELD_WORDS.contains(&bare.as_str())
        {
            return Self::Withheld;
        }
        if let Some(name) = text.strip_prefix("client:") {
            return Self::Client(name.to_owned());
        }
        match PhoneNumber::e164(text) {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Other(text.to_owned()),
        }
    }

    /// As it may be shown.
    pub(crate) fn party(&self, privacy: bool) -> Party {
        match (self, privacy) {
            (Self::Number(number), false) => Party::Number {
                written: number.written(),
            },
            (Self::Number(number), true) => Party::Masked {
                masked: number.masked(),
                spoken: number.masked_spoken(),
            },
            (Self::Client(name), false) => Party::Client { name: name.clone() },
            (Self::Client(name), true) => Party::Client {
                name: mask_numbers(name),
            },
            (Self::Other(text), false) => Party::Number {
                written: text.clone(),
            },
            (Self::Other(text), true) => masked(text),
            (Self::Withheld, _) => Party::Withheld,
        }
    }

    /// In full, as people write it; `None` when it is withheld.
    pub(crate) fn written(&self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.written()),
            Self::Client(name) | Self::Other(name) => Some(name.clone()),
            Self::Withheld => None,
        }
    }
}

impl From<Address> for Far {
    fn from(address: Address) -> Self {
        match address {
            Address::Number(number) => Self::Number(number),
            Address::Client(name) => Self::Client(name.as_str().to_owned()),
        }
    }
}

/// Masks what is no E.164 number: the last two digits of a short code are shown, of anything else
/// nothing.
fn masked(text: &str) -> Party {
    let digits = text.trim_start_matches('+');
    let short_code = digits.len() > 2 && digits.bytes().all(|b| b.is_ascii_digit());
    if !short_code {
        return Party::Masked {
            masked: "•••• ••••".to_owned(),
            spoken: "hidden address".to_owned(),
        };
    }
    let (first, last) = digits[digits.len() - 2..].split_at(1);
    Party::Masked {
        masked: format!("•••• ••{first}{last}"),
        spoken: format!("number ending in {first} {last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, open: &str, private: &str) {
        let show = |party| match party {
            Party::Number { written } => written,
            Party::Masked { masked, spoken } => format!("{masked}, {spoken}"),
            Party::Client { name } => format!("client {name}"),
            Party::Withheld => "withheld".to_owned(),
        };
        let far = Far::read(from);
        assert_eq!(show(far.party(false)), open, "{from:?}");
        assert_eq!(show(far.party(true)), private, "{from:?}");
    }

    #[test]
    fn shows_names_and_masks_all_but_two_digits() {
        check(
            "+12025550142",
            "+1 (202) 555-0142",
            "•••• ••42, number ending in 4 2",
        );
        check(
            "client:front_door",
            "client front_door",
            "client front_door",
        );
        check(
            "client:442079460018",
            "client 442079460018",
            "client •••• ••18",
        );
        check("73782", "73782", "•••• ••82, number ending in 8 2");
        check(
            "sip:alice@example.test",
            "sip:alice@example.test",
            "•••• ••••, hidden address",
        );
        for from in ["", "+266696687", "Anonymous", "anonymous", "+7378742833"] {
            check(from, "withheld", "withheld");
        }
    }

    #[test]
    fn has_nothing_to_reveal_of_a_withheld_number() {
        assert_eq!(Far::read("anonymous").written(), None);
        assert_eq!(
            Far::read("+12025550142").written().as_deref(),
            Some("+1 (202) 555-0142")
        );
    }
}
