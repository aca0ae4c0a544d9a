//! The cookie by which a sound server knows its user.
//!
//! A user who has never run a program of PulseAudio's has none, and its client library makes one
//! then; the client beneath cpal (pulseaudio 0.3.2) sends an empty one instead, which PipeWire
//! (0.3.65) refuses.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Bytes of a cookie (`PA_NATIVE_COOKIE_LENGTH` in PulseAudio 16.1).
const LENGTH: usize = 256;

/// Makes a cookie where PulseAudio keeps it, if the user has none. Without a home nothing is
/// done, and that it cannot be written is only logged.
pub(super) fn make_if_missing() {
    if let Some(home) = std::env::home_dir()
        && std::env::var_os("PULSE_COOKIE").is_none()
        && let Err(error) = make_in(&home)
    {
        tracing::debug!(%error, "no cookie for the sound server could be made");
    }
}

fn make_in(home: &Path) -> io::Result<()> {
    let folder = home.join(".config/pulse");
    let cookie = folder.join("cookie");
    if cookie.exists() || home.join(".pulse-cookie").exists() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(&folder)?;
    let bytes: [u8; LENGTH] = std::array::from_fn(|_| rand::random());
    let mut options = OpenOptions::new();
    // Another program that makes one meanwhile is not overwritten.
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(cookie)?;
    file.write_all(&bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn makes_a_cookie_that_only_its_user_can_read_and_keeps_it() {
        let home = std::env::temp_dir().join(format!("handset-cookie-{}", std::process::id()));
        make_in(&home).unwrap();
        let path = home.join(".config/pulse/cookie");
        let made = std::fs::read(&path).unwrap();
        assert_eq!(made.len(), LENGTH);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        make_in(&home).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), made);
        std::fs::remove_dir_all(home).unwrap();
    }
}
