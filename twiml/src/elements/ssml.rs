//! SSML: how the words of a `<Say>` are spoken.

use super::element;
use crate::{Node, Text};

element! {
    /// Waits between words.
    Break = "break", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// How long, by name.
        strength: one(BreakStrength) = "strength",
        /// How long, such as `2s` or `250ms`.
        time: text = "time",
    }
}

element! {
    /// Stresses words.
    Emphasis = "emphasis", text Optional,
    holds [Break Emphasis Lang Phoneme Prosody SayAs Substitute Word],
    as words(text, ssml)
    content {
        /// The words, up to the first element.
        text: Text,
        /// SSML elements, from the first one on, and the text after each.
        ssml: Vec<Node>,
    }
    attributes {
        /// How much.
        level: one(EmphasisLevel) = "level",
    }
}

element! {
    /// Says words of another language.
    Lang = "lang", text Optional,
    holds [Break Emphasis Lang Paragraph Phoneme Prosody Sentence SayAs Substitute Word],
    as words(text, ssml)
    content {
        /// The words, up to the first element.
        text: Text,
        /// SSML elements, from the first one on, and the text after each.
        ssml: Vec<Node>,
    }
    attributes {
        /// Which, such as `fr-FR`.
        language: text(SsmlLanguages) = "xml:lang",
    }
}

element! {
    /// A paragraph.
    Paragraph = "p", text Optional,
    holds [Break Emphasis Lang Phoneme Prosody Sentence SayAs Substitute Word],
    as words(text, ssml)
    content {
        /// The words, up to the first element.
        text: Text,
        /// SSML elements, from the first one on, and the text after each.
        ssml: Vec<Node>,
    }
    attributes {}
}

element! {
    /// Says words as their sounds are written.
    Phoneme = "phoneme", text Required, holds [], as words(text, other_content)
    content {
        /// The words.
        text: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// How the sounds are written.
        alphabet: one(PhonemeAlphabet) = "alphabet",
        /// The sounds.
        ph: text = "ph",
    }
}

element! {
    /// Says words higher, faster or louder.
    Prosody = "prosody", text Optional,
    holds [Break Emphasis Lang Paragraph Phoneme Prosody Sentence SayAs Substitute Word],
    as words(text, ssml)
    content {
        /// The words, up to the first element.
        text: Text,
        /// SSML elements, from the first one on, and the text after each.
        ssml: Vec<Node>,
    }
    attributes {
        /// How loud: `soft`, `loud`, `+6dB` and the like.
        volume: text = "volume",
        /// How fast: `slow`, `fast`, `120%` and the like.
        rate: text = "rate",
        /// How high: `low`, `high`, `-10%` and the like.
        pitch: text = "pitch",
    }
}

element! {
    /// A sentence.
    Sentence = "s", text Optional,
    holds [Break Emphasis Lang Phoneme Prosody SayAs Substitute Word],
    as words(text, ssml)
    content {
        /// The words, up to the first element.
        text: Text,
        /// SSML elements, from the first one on, and the text after each.
        ssml: Vec<Node>,
    }
    attributes {}
}

element! {
    /// Says words as what they are: a date, digits, a telephone number.
    SayAs = "say-as", text Required, holds [], as words(text, other_content)
    content {
        /// The words.
        text: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// What they are.
        interpret_as: one(InterpretAs) = "interpret-as",
        /// The order of a date's parts.
        format: one(DateFormat) = "format",
    }
}

element! {
    /// Says other words than are written.
    Substitute = "sub", text Required, holds [], as words(text, other_content)
    content {
        /// What is written.
        text: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// What is said.
        alias: text = "alias",
    }
}

element! {
    /// Says a word as the kind of word that it is.
    Word = "w", text Optional, holds [Break Emphasis Phoneme Prosody SayAs Substitute],
    as words(text, ssml)
    content {
        /// The word, up to the first element.
        text: Text,
        /// SSML elements, from the first one on, and the text after each.
        ssml: Vec<Node>,
    }
    attributes {
        /// The kind, such as `amazon:VBD`.
        role: text = "role",
    }
}
