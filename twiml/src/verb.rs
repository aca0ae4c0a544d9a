//! The enums of what stands in a `<Response>` and in a `<Dial>`.

use crate::{
    Application, ChildOf, Client, Conference, Connect, Dial, Echo, Element, Enqueue, Gather,
    Hangup, Leave, Node, Number, Pause, Pay, Play, Prompt, Queue, Record, Redirect, Refer, Reject,
    Response, Say, Sim, Sip, Sms, Start, Stop, WhatsApp,
    write::{Children, Outcome},
};

/// Makes the enum of what may stand in an element: some types have a variant of their own, the
/// others come as a [`Node`].
macro_rules! choice {
    (@in : $($child:ident)*) => {};
    (@in $parent:ident: $($child:ident)*) => {
        $(impl ChildOf<$parent> for $child {})*
    };
    (
        $(#[$doc:meta])*
        $name:ident, in [$($parent:ident)?]
        own { $($(#[$vdoc:meta])* $own:ident,)* }
        others { $($other:ident,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$vdoc])* $own(Box<$own>),)*
            /// Any other: one of those that Twilio knows besides, or one that it does not.
            Other(Node),
        }

        impl $name {
            /// The names of those that Twilio knows.
            pub const NAMES: &'static [&'static str] = &[$($own::NAME,)* $($other::NAME,)*];

            /// Its name in a document.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$own(_) => $own::NAME,)*
                    Self::Other(node) => &node.name,
                }
            }

            pub(crate) fn write(&self, children: &mut Children<'_>) -> Outcome {
                match self {
                    $(Self::$own(part) => children.part(&**part),)*
                    Self::Other(node) => node.write(children),
                }
            }

            pub(crate) fn text_into(&self, all: &mut String) {
                match self {
                    $(Self::$own(part) => part.text_into(all),)*
                    Self::Other(node) => node.text_into(all),
                }
            }

            pub(crate) fn is_text(&self) -> bool {
                matches!(self, Self::Other(Node::Text(_)))
            }
        }

        impl From<Node> for $name {
            #[inline]
            fn from(node: Node) -> Self {
                match node {
                    $(Node::$own(part) => Self::$own(part),)*
                    other => Self::Other(other),
                }
            }
        }

        impl From<Element> for $name {
            fn from(element: Element) -> Self {
                Node::from(element).into()
            }
        }

        choice!(@in $($parent)?: $($own)* $($other)*);

        $(impl From<$own> for $name {
            #[inline]
            fn from(part: $own) -> Self {
                Self::$own(Box::new(part))
            }
        })*

        $(impl From<$other> for $name {
            #[inline]
            fn from(part: $other) -> Self {
                Self::Other(part.into())
            }
        })*
    };
}

choice! {
    /// One instruction. [`From`] makes one of every type that Twilio takes as one.
    Verb, in [Response]
    own {
        /// Speaks text.
        Say,
        /// Plays a sound file.
        Play,
        /// Waits.
        Pause,
        /// Calls somebody and connects the two.
        Dial,
        /// Records the caller.
        Record,
        /// Asks for keys or speech.
        Gather,
        /// Goes on elsewhere.
        Redirect,
        /// Refuses the call.
        Reject,
        /// Ends the call.
        Hangup,
    }
    others { Connect, Echo, Enqueue, Leave, Pay, Prompt, Queue, Refer, Sms, Start, Stop, }
}

choice! {
    /// Somebody to call. [`From`] makes one of every type that Twilio takes as one.
    Noun, in []
    own {
        /// A phone.
        Number,
        /// A client of the account.
        Client,
        /// A SIP address.
        Sip,
    }
    others { Application, Conference, Queue, Sim, WhatsApp, }
}
