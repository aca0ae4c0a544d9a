//! Builds the page.

use anyhow::Result;

/// Builds the page into `ui/dist`.
pub(crate) fn build(_release: bool) -> Result<()> {
    Ok(())
}
