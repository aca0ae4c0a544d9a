//! The words that attributes take: sets that are closed are enums, the long lists that Twilio adds
//! to (voices, languages) are files.
//!
//! Source: the helper libraries twilio 9.13.0 (PyPI) and 6.2.0 (npm); `tests/oracle.rs` compares.

/// The words that an attribute takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// These and no others.
    Closed(&'static [&'static str]),
    /// These, with white space between them, and what Twilio has added since.
    Open(&'static str),
}

impl Known {
    /// The words.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let (closed, open) = match self {
            Self::Closed(words) => (words, ""),
            Self::Open(text) => (&[][..], text),
        };
        closed.iter().copied().chain(open.split_ascii_whitespace())
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(self, word: &str) -> bool {
        self.words().any(|known| known == word)
    }
}

/// Makes an enum of words.
macro_rules! words {
    ($($(#[$doc:meta])* $type:ident { $($variant:ident = $word:literal,)+ })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type {
            $(#[doc = concat!("`", $word, "`")] $variant,)+
        }

        impl $type {
            /// All of them, as Twilio writes them.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            pub(crate) const KNOWN: Known = Known::Closed(Self::WORDS);

            /// As Twilio writes it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The one that Twilio writes so.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl From<$type> for $crate::Text {
            fn from(word: $type) -> Self {
                word.as_str().into()
            }
        }

        impl From<$type> for String {
            fn from(word: $type) -> Self {
                word.as_str().to_owned()
            }
        }

        impl $crate::value::Value for Option<$type> {
            fn is_set(&self) -> bool {
                self.is_some()
            }

            #[inline(always)]
            fn write(&self, lead: &'static str, writer: &mut $crate::write::Writer) -> $crate::write::Outcome {
                match self {
                    Some(word) => writer.plain(lead, word.as_str()),
                    None => Ok(()),
                }
            }

            fn read(text: std::borrow::Cow<'_, str>) -> Result<Self, std::borrow::Cow<'_, str>> {
                match $type::from_word($crate::chars::trim(&text)) {
                    Some(word) => Ok(Some(word)),
                    None => Err(text),
                }
            }
        }
    )*};
}

/// Makes a list of words from a file.
macro_rules! lists {
    ($($(#[$doc:meta])* $type:ident = $file:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $type;

        impl $type {
            pub(crate) const KNOWN: Known = Known::Open(include_str!($file));
        }
    )*};
}

words! {
    /// How a URL is asked.
    Method { Get = "GET", Post = "POST", }

    /// Which news of a called leg are posted.
    CallEvent {
        Initiated = "initiated",
        Ringing = "ringing",
        Answered = "answered",
        Completed = "completed",
    }

    /// Which news of a recording are posted.
    RecordingEvent { InProgress = "in-progress", Completed = "completed", Absent = "absent", }

    /// Whether silence is cut off a recording.
    Trim { TrimSilence = "trim-silence", DoNotTrim = "do-not-trim", }

    /// What `<Dial>` records, and from when on.
    DialRecord {
        DoNotRecord = "do-not-record",
        FromAnswer = "record-from-answer",
        FromRinging = "record-from-ringing",
        FromAnswerDual = "record-from-answer-dual",
        FromRingingDual = "record-from-ringing-dual",
    }

    /// Which news `<Dial>` asks for.
    DialEvents { CallProgress = "call-progress-event", }

    /// Whose voice is recorded.
    RecordingTrack { Both = "both", Inbound = "inbound", Outbound = "outbound", }

    /// Whose voice is sent away.
    Track { Inbound = "inbound_track", Outbound = "outbound_track", Both = "both_tracks", }

    /// Whether both voices are in one channel of a recording.
    Channels { Mono = "mono", Dual = "dual", }

    /// Why `<Reject>` refuses a call.
    RejectReason { Rejected = "rejected", Busy = "busy", }

    /// What `<Gather>` listens for.
    GatherInput { Dtmf = "dtmf", Speech = "speech", }

    /// When a conference beeps.
    ConferenceBeep { Always = "true", Never = "false", OnEnter = "onEnter", OnExit = "onExit", }

    /// Which news of a conference are posted.
    ConferenceEvent {
        Start = "start",
        End = "end",
        Join = "join",
        Leave = "leave",
        Mute = "mute",
        Hold = "hold",
        Modify = "modify",
        Speaker = "speaker",
        Announcement = "announcement",
    }

    /// How much a conference evens out an unsteady network.
    JitterBuffer { Large = "large", Medium = "medium", Small = "small", Off = "off", }

    /// Whether a conference is recorded.
    ConferenceRecord { DoNotRecord = "do-not-record", FromStart = "record-from-start", }

    /// Where a conference is mixed.
    ConferenceRegion {
        Us1 = "us1",
        Us2 = "us2",
        Ie1 = "ie1",
        Sg1 = "sg1",
        Br1 = "br1",
        Au1 = "au1",
        Jp1 = "jp1",
        De1 = "de1",
    }

    /// Which news of a conversation are posted.
    ConversationEvent {
        Initiated = "call-initiated",
        Ringing = "call-ringing",
        Answered = "call-answered",
        Completed = "call-completed",
    }

    /// What `<Conversation>` records, and from when on.
    ConversationRecord {
        DoNotRecord = "do-not-record",
        FromAnswer = "record-from-answer",
        FromRinging = "record-from-ringing",
        FromAnswerDual = "record-from-answer-dual",
        FromRingingDual = "record-from-ringing-dual",
        Yes = "true",
        No = "false",
    }

    /// The kind of a bank account.
    BankAccountType {
        ConsumerChecking = "consumer-checking",
        ConsumerSavings = "consumer-savings",
        CommercialChecking = "commercial-checking",
        CommercialSavings = "commercial-savings",
    }

    /// What `<Pay>` listens for.
    PayInput { Dtmf = "dtmf", }

    /// What is paid with.
    PaymentMethod { AchDebit = "ach-debit", CreditCard = "credit-card", }

    /// How long the token of a payment can be used.
    TokenType { OneTime = "one-time", Reusable = "reusable", PaymentMethod = "payment-method", }

    /// The kind of a card.
    CardType {
        Visa = "visa",
        Mastercard = "mastercard",
        Amex = "amex",
        Maestro = "maestro",
        Discover = "discover",
        Optima = "optima",
        Jcb = "jcb",
        DinersClub = "diners-club",
        Enroute = "enroute",
    }

    /// What `<Prompt>` asks for.
    PromptFor {
        CardNumber = "payment-card-number",
        ExpirationDate = "expiration-date",
        SecurityCode = "security-code",
        PostalCode = "postal-code",
        Processing = "payment-processing",
        BankAccountNumber = "bank-account-number",
        BankRoutingNumber = "bank-routing-number",
    }

    /// After which mistake a `<Prompt>` is heard.
    PromptError {
        Timeout = "timeout",
        InvalidCardNumber = "invalid-card-number",
        InvalidCardType = "invalid-card-type",
        InvalidDate = "invalid-date",
        InvalidSecurityCode = "invalid-security-code",
        InternalError = "internal-error",
        InputMatchingFailed = "input-matching-failed",
    }

    /// How long `<break>` waits, by name.
    BreakStrength {
        None = "none",
        XWeak = "x-weak",
        Weak = "weak",
        Medium = "medium",
        Strong = "strong",
        XStrong = "x-strong",
    }

    /// How much `<emphasis>` stresses.
    EmphasisLevel { Strong = "strong", Moderate = "moderate", Reduced = "reduced", }

    /// How `<phoneme>` is written.
    PhonemeAlphabet {
        Ipa = "ipa",
        XSampa = "x-sampa",
        Jyutping = "x-amazon-jyutping",
        Pinyin = "x-amazon-pinyin",
        PronKana = "x-amazon-pron-kana",
        Yomigana = "x-amazon-yomigana",
    }

    /// What the words in `<say-as>` are.
    InterpretAs {
        Characters = "characters",
        SpellOut = "spell-out",
        Cardinal = "cardinal",
        Number = "number",
        Ordinal = "ordinal",
        Digits = "digits",
        Fraction = "fraction",
        Unit = "unit",
        Date = "date",
        Time = "time",
        Address = "address",
        Expletive = "expletive",
        Telephone = "telephone",
    }

    /// The order of day, month and year in a date.
    DateFormat {
        Mdy = "mdy",
        Dmy = "dmy",
        Ymd = "ymd",
        Md = "md",
        Dm = "dm",
        Ym = "ym",
        My = "my",
        D = "d",
        M = "m",
        Y = "y",
        Yyyymmdd = "yyyymmdd",
    }
}

lists! {
    /// Voices of `<Say>`.
    SayVoices = "lists/say-voices.txt";
    /// Languages of `<Say>`.
    SayLanguages = "lists/say-languages.txt";
    /// Languages that `<Gather>` understands.
    GatherLanguages = "lists/gather-languages.txt";
    /// Languages of `<Pay>`.
    PayLanguages = "lists/pay-languages.txt";
    /// Languages of `<lang>`.
    SsmlLanguages = "lists/ssml-languages.txt";
    /// Countries whose ringing `<Dial>` plays.
    RingTones = "lists/ring-tones.txt";
}
