//! Reading a document straight into the types.

use crate::{
    MAX_BYTES, Node,
    elements::Attributes,
    error::ReadError,
    node,
    parse::{Event, Parser, Tag},
};

/// The attributes of the root, and what stands in it.
pub(crate) fn document(xml: &str) -> Result<(Attributes<'_>, Vec<Node>), ReadError> {
    let mut parser = Parser::new(xml, MAX_BYTES)?;
    let mut root = None;
    loop {
        match parser.next()? {
            Event::Start(tag) => root = Some((attributes(tag), content(&mut parser)?)),
            Event::Text(..) | Event::End => {}
            Event::Eof => break,
        }
    }
    Ok(root.expect("the parser ends only behind a root"))
}

/// What stands in an element, up to its end. Its depth is bounded by the parser.
fn content(parser: &mut Parser<'_>) -> Result<Vec<Node>, ReadError> {
    let mut nodes = Vec::new();
    loop {
        match parser.next()? {
            Event::Start(tag) => {
                let name = tag.name;
                let attributes = attributes(tag);
                let content = content(parser)?;
                nodes.push(Node::assembled(name, attributes, content));
            }
            Event::Text(text, _) => node::push_text(&mut nodes, &text),
            Event::End | Event::Eof => return Ok(nodes),
        }
    }
}

fn attributes(tag: Tag<'_>) -> Attributes<'_> {
    let attributes = tag.attributes.into_iter();
    attributes
        .map(|found| (found.name.into(), found.value))
        .collect()
}
