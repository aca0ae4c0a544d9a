//! A second phone joins the sandbox of the first.
// `cfg(test)` tells clippy that the helpers are tests as well.

#[cfg(test)]
mod joining;
