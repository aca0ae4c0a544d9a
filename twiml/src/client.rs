//! How a `<Client>` holds its name and parameters.

use crate::{Client, Identity, Node, Parameter, Text, node, write};

impl Client {
    /// The client of this name.
    #[must_use]
    #[inline]
    pub fn new(identity: impl Into<Text>) -> Self {
        Self {
            identity: identity.into(),
            ..Self::default()
        }
    }

    /// Adds a parameter that its `incoming` event carries.
    #[must_use]
    #[inline]
    pub fn parameter(mut self, name: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Takes `name` and `<Identity>name</Identity>` alike.
    pub(crate) fn take_content(&mut self, content: Vec<Node>) {
        let (lead, rest) = crate::content::lead(content);
        self.identity = crate::content::trimmed(lead).into();
        let mut named = !self.identity.is_empty();
        for node in crate::content::solid(rest) {
            if let Node::Text(text) = node {
                node::push_text(&mut self.other_content, &text);
            } else if let Some(pair) = pair(&node) {
                self.parameters.push(pair);
            } else if let Some(name) = name(&node).filter(|_| !named) {
                self.identity = name;
                named = true;
            } else {
                self.other_content.push(node);
            }
        }
    }

    /// A name alone is written as text; with anything beside it, in `<Identity>`, as Twilio's
    /// documentation has it.
    pub(crate) fn write_content(&self, writer: &mut write::Writer) -> write::Outcome {
        if self.parameters.is_empty() && self.other_content.is_empty() {
            return writer.text(&self.identity);
        }
        // Without a name, text that comes first would be taken for one.
        let text_first =
            self.parameters.is_empty() && matches!(self.other_content.first(), Some(Node::Text(_)));
        let solid = !self
            .other_content
            .iter()
            .any(|node| matches!(node, Node::Text(_)));
        writer.content(solid, |children| {
            if !self.identity.is_empty() || text_first {
                children.part(&Identity::new(self.identity.clone()))?;
            }
            for (name, value) in &self.parameters {
                children.part(&Parameter::new().name(name.clone()).value(value.clone()))?;
            }
            children.nodes(&self.other_content)
        })
    }

    pub(crate) fn text_into(&self, all: &mut String) {
        all.push_str(&self.identity);
        node::text_into(&self.other_content, all);
    }
}

/// The name in an `<Identity>` that holds nothing else.
fn name(node: &Node) -> Option<Text> {
    let Node::Identity(part) = node else {
        return None;
    };
    let plain = part.other.is_empty() && part.other_content.is_empty();
    plain.then(|| part.name.clone())
}

/// Name and value of a `<Parameter>` that has nothing else.
fn pair(node: &Node) -> Option<(Text, Text)> {
    let Node::Parameter(part) = node else {
        return None;
    };
    let plain = part.other.is_empty() && part.other_content.is_empty();
    let pair = (part.name.as_ref()?, part.value.as_ref()?);
    plain.then(|| (pair.0.clone(), pair.1.clone()))
}
