//! Joins the icons of Lucide and our own into one sprite.

use anyhow::{Context, Result};
use std::path::Path;

/// The icons from Lucide: our name and theirs.
const LUCIDE: &[(&str, &str)] = &[
    ("bell", "bell"),
    ("bell-off", "bell-off"),
    ("block", "ban"),
    ("chevron-down", "chevron-down"),
    ("copy", "copy"),
    ("ear", "ear"),
    ("erase", "delete"),
    ("error", "circle-alert"),
    ("external", "external-link"),
    ("eye", "eye"),
    ("eye-off", "eye-off"),
    ("flask", "flask-conical"),
    ("headphones", "headphones"),
    ("incoming", "phone-incoming"),
    ("info", "info"),
    ("key", "key"),
    ("keyboard", "keyboard"),
    ("message", "message-square-text"),
    ("mic", "mic"),
    ("mic-off", "mic-off"),
    ("phone", "phone"),
    ("plug", "plug"),
    ("shield", "shield-check"),
    ("speaker", "volume-2"),
    ("user", "user-round"),
    ("warn", "triangle-alert"),
    ("wifi-off", "wifi-off"),
    ("x", "x"),
];

/// One hidden `svg` with a `symbol` for each icon. `own` is our file of symbols, `lucide` the
/// folder of Lucide's files.
///
/// # Errors
/// When an icon is missing.
pub(crate) fn build(own: &str, lucide: &Path) -> Result<String> {
    let mut sprite = String::from("<svg class=\"sprite\" aria-hidden=\"true\">\n");
    for line in own.lines().filter(|line| line.starts_with("<symbol")) {
        sprite.push_str(line);
        sprite.push('\n');
    }
    for (name, theirs) in LUCIDE {
        let file = lucide.join(format!("{theirs}.svg"));
        let svg = std::fs::read_to_string(&file)
            .with_context(|| format!("Lucide has no icon {theirs}"))?;
        let shape = shape(&svg).with_context(|| format!("{theirs}.svg is not an icon"))?;
        let symbol = format!("<symbol id=\"{name}\" viewBox=\"0 0 24 24\">{shape}</symbol>\n");
        sprite.push_str(&symbol);
    }
    sprite.push_str("</svg>");
    Ok(sprite)
}

/// What is inside the `svg` element, on one line.
fn shape(svg: &str) -> Option<String> {
    let inside = svg.split_once("<svg")?.1.split_once('>')?.1;
    let inside = inside.split_once("</svg>")?.0;
    Some(inside.lines().map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_an_icon_draws() {
        let svg = "<!-- licence -->\n<svg\n  width=\"24\"\n>\n  <path d=\"M1 1\" />\n  <circle r=\"2\" />\n</svg>";
        assert_eq!(
            shape(svg).as_deref(),
            Some("<path d=\"M1 1\" /><circle r=\"2\" />")
        );
        assert_eq!(shape("<svg>"), None);
    }
}
