//! Any element: what the typed verbs are read from and written by, and what keeps the rest.

use crate::chars;

/// An element of any name, as it stands in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name, such as `Conference`.
    pub name: String,
    /// Its attributes in order, each name once.
    pub attributes: Vec<(String, String)>,
    /// What stands in it, in order.
    pub children: Vec<Node>,
}

/// Something that stands in an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Another element.
    Element(Element),
    /// Text, its references resolved.
    Text(String),
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// Adds text at the end.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.push_text(&text.into());
        self
    }

    /// Adds an element at the end.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All text in it and in the elements in it.
    #[must_use]
    pub fn all_text(&self) -> String {
        all_text(&self.children)
    }

    pub(crate) fn push_text(&mut self, text: &str) {
        push_text(&mut self.children, text);
    }

    /// The text before the first element, and everything from there on.
    pub(crate) fn into_lead(mut self) -> (String, Vec<Node>) {
        match self.children.first_mut() {
            Some(Node::Text(text)) => {
                let lead = std::mem::take(text);
                self.children.remove(0);
                (lead, self.children)
            }
            Some(Node::Element(_)) | None => (String::new(), self.children),
        }
    }

    /// The children without the white space between them.
    pub(crate) fn into_solid(self) -> Vec<Node> {
        let mut solid = Vec::new();
        for node in self.children {
            match node {
                Node::Text(text) if chars::is_blank(&text) => {}
                Node::Text(_) | Node::Element(_) => solid.push(node),
            }
        }
        solid
    }

    /// The elements in it, and its own text without the white space around it.
    pub(crate) fn into_parts(self) -> (Vec<Self>, Option<String>) {
        let mut elements = Vec::new();
        let mut text = String::new();
        for node in self.children {
            match node {
                Node::Element(element) => elements.push(element),
                Node::Text(more) => text.push_str(&more),
            }
        }
        let text = chars::trim(&text);
        (elements, (!text.is_empty()).then(|| text.to_owned()))
    }
}

/// Adds text at the end, to the text that stands there already if any does.
pub(crate) fn push_text(nodes: &mut Vec<Node>, text: &str) {
    if text.is_empty() {
        return;
    }
    match nodes.last_mut() {
        Some(Node::Text(last)) => last.push_str(text),
        Some(Node::Element(_)) | None => nodes.push(Node::Text(text.to_owned())),
    }
}

/// All text in these nodes and in the elements among them.
pub(crate) fn all_text(nodes: &[Node]) -> String {
    let mut all = String::new();
    for node in nodes {
        match node {
            Node::Text(text) => all.push_str(text),
            Node::Element(element) => all.push_str(&element.all_text()),
        }
    }
    all
}
