//! What a test leaves behind to be looked at: `artefacts/NAME/` in the work tree.

use std::path::{Path, PathBuf};

/// The folder of one test.
#[derive(Clone, Debug)]
pub struct Artefacts {
    folder: PathBuf,
}

impl Artefacts {
    /// An empty folder for the test of this name.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../artefacts");
        std::fs::create_dir_all(&root).unwrap_or_else(|e| panic!("{}: {e}", root.display()));
        let root = root.canonicalize().expect("it was just made");
        let folder = root.join(name);
        // What an earlier run left would be mistaken for this one's.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        Self { folder }
    }

    /// The path of a file in it.
    #[must_use]
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Writes a file into it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.path(file);
        std::fs::write(&path, content).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }

    /// What a file in it holds so far; empty when it is not there.
    #[must_use]
    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap_or_default()
    }
}
