//! How a verb or noun is told: one table of its attributes makes its struct, its builder methods
//! and its reading and writing.

use crate::chars;

/// Why `<Reject>` refuses a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// The caller hears that the number is not in service.
    Rejected,
    /// The caller hears a busy tone.
    Busy,
}

/// The value of an attribute, `None` or empty when it is not there.
pub(crate) trait Value: Sized {
    /// As it is written; `None` when there is nothing to write.
    fn to_text(&self) -> Option<String>;
    /// As it is read; `None` when this type cannot hold it.
    fn from_text(text: &str) -> Option<Self>;
}

impl Value for Option<String> {
    fn to_text(&self) -> Option<String> {
        self.clone()
    }
    fn from_text(text: &str) -> Option<Self> {
        Some(Some(text.to_owned()))
    }
}

impl Value for Option<u32> {
    fn to_text(&self) -> Option<String> {
        self.map(|number| number.to_string())
    }
    fn from_text(text: &str) -> Option<Self> {
        chars::trim(text).parse().ok().map(Some)
    }
}

impl Value for Option<bool> {
    fn to_text(&self) -> Option<String> {
        self.map(|flag| flag.to_string())
    }
    fn from_text(text: &str) -> Option<Self> {
        match chars::trim(text).to_ascii_lowercase().as_str() {
            "true" => Some(Some(true)),
            "false" => Some(Some(false)),
            _ => None,
        }
    }
}

impl Value for Option<RejectReason> {
    fn to_text(&self) -> Option<String> {
        self.map(|reason| match reason {
            RejectReason::Rejected => "rejected".to_owned(),
            RejectReason::Busy => "busy".to_owned(),
        })
    }
    fn from_text(text: &str) -> Option<Self> {
        match chars::trim(text) {
            "rejected" => Some(Some(RejectReason::Rejected)),
            "busy" => Some(Some(RejectReason::Busy)),
            _ => None,
        }
    }
}

/// Words with a blank between them.
impl Value for Vec<String> {
    fn to_text(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.join(" "))
    }
    fn from_text(text: &str) -> Option<Self> {
        let words: Self = text
            .split(chars::is_space)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        (!words.is_empty()).then_some(words)
    }
}

/// The field's type for a kind of attribute.
macro_rules! field {
    (text) => { Option<String> };
    (number) => { Option<u32> };
    (flag) => { Option<bool> };
    (words) => { Vec<String> };
    (reason) => { Option<crate::RejectReason> };
}

/// The builder method for a kind of attribute.
macro_rules! setter {
    (text, $field:ident, $name:literal) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        pub fn $field(mut self, value: impl Into<String>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };
    (number, $field:ident, $name:literal) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        pub fn $field(mut self, value: u32) -> Self {
            self.$field = Some(value);
            self
        }
    };
    (flag, $field:ident, $name:literal) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        pub fn $field(mut self, value: bool) -> Self {
            self.$field = Some(value);
            self
        }
    };
    (words, $field:ident, $name:literal) => {
        #[doc = concat!("Sets `", $name, "`: one word each.")]
        #[must_use]
        pub fn $field<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
            self.$field = words.into_iter().map(Into::into).collect();
            self
        }
    };
    (reason, $field:ident, $name:literal) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        pub fn $field(mut self, value: crate::RejectReason) -> Self {
            self.$field = Some(value);
            self
        }
    };
}

/// Makes the struct of an element from its table.
///
/// `content` are the fields for what stands in the element; the module that has the table says how
/// they are read and written. `attributes` are one line each: field, kind, Twilio's name.
macro_rules! element {
    (
        $(#[$doc:meta])*
        $type:ident = $xml:literal
        content { $($(#[$cdoc:meta])* $cfield:ident: $ctype:ty,)* }
        attributes { $($(#[$adoc:meta])* $afield:ident: $kind:ident = $aname:literal,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $type {
            $($(#[$cdoc])* pub $cfield: $ctype,)*
            $($(#[$adoc])* pub $afield: $crate::table::field!($kind),)*
            /// Attributes that have no field here, or a value that their field cannot hold.
            pub other: Vec<(String, String)>,
        }

        impl $type {
            /// The element's name in a document.
            pub const NAME: &'static str = $xml;

            $($crate::table::setter!($kind, $afield, $aname);)*

            /// Sets any attribute by Twilio's name for it.
            ///
            /// It goes to its field when it has one that can hold the value, else to `other`.
            #[must_use]
            pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.set(name.into(), value.into());
                self
            }

            fn set(&mut self, name: String, value: String) {
                self.other.retain(|(other, _)| *other != name);
                self.hold(name, value);
            }

            /// Puts an attribute where it belongs; none of that name is in `other`.
            fn hold(&mut self, name: String, value: String) {
                match name.as_str() {
                    $($aname => match $crate::table::Value::from_text(&value) {
                        Some(held) => self.$afield = held,
                        None => {
                            self.$afield = Default::default();
                            self.other.push((name, value));
                        }
                    },)*
                    _ => self.other.push((name, value)),
                }
            }

            /// The attributes as they are written: those with a field in the table's order, then
            /// the others.
            fn written(&self) -> Vec<(String, String)> {
                let mut written = Vec::new();
                $(if let Some(value) = $crate::table::Value::to_text(&self.$afield) {
                    written.push(($aname.to_owned(), value));
                })*
                written.extend(self.other.iter().cloned());
                written
            }

            /// Takes the attributes out of an element.
            fn taking_attributes(element: &mut $crate::Element) -> Self {
                let mut this = Self::default();
                for (name, value) in std::mem::take(&mut element.attributes) {
                    this.hold(name, value);
                }
                this
            }

            /// An element with the attributes, and these children.
            fn with_children(&self, children: Vec<$crate::Node>) -> $crate::Element {
                $crate::Element {
                    name: Self::NAME.to_owned(),
                    attributes: self.written(),
                    children,
                }
            }
        }
    };
}

pub(crate) use {element, field, setter};
