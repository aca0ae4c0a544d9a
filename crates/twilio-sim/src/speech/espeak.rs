//! Speech by espeak-ng, or a chime in its place.

use super::{pcm::Pcm, tones::chime, wav::read_wav};
use std::{
    collections::VecDeque,
    env,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::Semaphore,
    time::timeout,
};

/// The longest text that is spoken, in characters; Twilio's limit for `<Say>` is the same.
const MAX_CHARS: usize = 4_096;
/// The most that is taken from espeak-ng: about ten minutes.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// It speaks far faster than it sounds.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many of its processes run at once.
const AT_ONCE: usize = 2;
/// The cache holds so many texts, and so many samples (about five minutes).
const CACHE_TEXTS: usize = 64;
const CACHE_SAMPLES: usize = 5 * 60 * 48_000;
const DEFAULT_LANGUAGE: &str = "en-us";

/// Turns text into sound; clones share a cache.
#[derive(Clone, Debug)]
pub struct Speech(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    program: Option<PathBuf>,
    running: Semaphore,
    cache: Mutex<Cache>,
}

impl Speech {
    /// Speaks by espeak-ng if the search path has it, else chimes.
    #[must_use]
    pub fn detect() -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        let name = format!("espeak-ng{}", env::consts::EXE_SUFFIX);
        let program = env::split_paths(&path)
            .map(|folder| folder.join(&name))
            .find(|file| file.is_file());
        Self::with_program(program)
    }

    /// Only chimes; for tests, which are to run the same everywhere.
    #[must_use]
    pub fn chimes() -> Self {
        Self::with_program(None)
    }

    fn with_program(program: Option<PathBuf>) -> Self {
        Self(Arc::new(Inner {
            program,
            running: Semaphore::new(AT_ONCE),
            cache: Mutex::default(),
        }))
    }

    /// There is a voice, not only a chime.
    #[must_use]
    pub fn has_voice(&self) -> bool {
        self.0.program.is_some()
    }

    /// The text, spoken; `language` is a tag such as `en-GB`, American English if none.
    ///
    /// Never fails: if espeak-ng does, or does not know the language, the chime stands in for it.
    /// Text beyond 4096 characters is not spoken.
    pub async fn say(&self, text: &str, language: Option<&str>) -> Pcm {
        let text: String = text.trim().chars().take(MAX_CHARS).collect();
        if text.is_empty() {
            return Pcm::from([]);
        }
        let key = (text, voice(language));
        if let Some(pcm) = self.cache().get(&key) {
            return pcm;
        }
        let spoken = match &self.0.program {
            Some(program) => self.speak(program, &key.0, &key.1).await,
            None => None,
        };
        let pcm = spoken.unwrap_or_else(|| chime(&key.0));
        self.cache().put(key, &pcm);
        pcm
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.0.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn speak(&self, program: &Path, text: &str, voice: &str) -> Option<Pcm> {
        let _turn = self.0.running.acquire().await.ok()?;
        let wav = timeout(PATIENCE, output(program, text, voice)).await;
        let wav = match wav {
            Ok(Ok(wav)) => wav,
            Ok(Err(error)) => {
                tracing::warn!(%error, "espeak-ng failed; a chime stands in for speech");
                return None;
            }
            Err(_) => {
                tracing::warn!("espeak-ng took too long; a chime stands in for speech");
                return None;
            }
        };
        let pcm = read_wav(&wav).ok()?;
        (!pcm.is_empty()).then_some(pcm)
    }
}

/// Runs espeak-ng: the text goes to its standard input and is no argument, and no shell is involved.
async fn output(program: &Path, text: &str, voice: &str) -> std::io::Result<Vec<u8>> {
    let mut child = Command::new(program)
        .args(["--stdin", "--stdout", "-b", "1", "-v", voice])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().expect("standard input was piped");
    let mut sound = child
        .stdout
        .take()
        .expect("standard output was piped")
        .take(MAX_BYTES);
    let mut wav = Vec::new();
    let write = async {
        input.write_all(text.as_bytes()).await?;
        drop(input);
        Ok(())
    };
    tokio::try_join!(write, sound.read_to_end(&mut wav))?;
    drop(sound);
    child.wait().await?;
    Ok(wav)
}

/// The name of espeak-ng's voice for a language tag; only letters, digits and hyphens get through.
fn voice(language: Option<&str>) -> String {
    let plausible = |tag: &&str| {
        (2..=12).contains(&tag.len())
            && tag.starts_with(|c: char| c.is_ascii_alphabetic())
            && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    language
        .filter(plausible)
        .unwrap_or(DEFAULT_LANGUAGE)
        .to_ascii_lowercase()
}

type Key = (String, String);

/// The last texts spoken, the newest last.
#[derive(Debug, Default)]
struct Cache {
    texts: VecDeque<(Key, Pcm)>,
}

impl Cache {
    fn get(&mut self, key: &Key) -> Option<Pcm> {
        let at = self.texts.iter().position(|(held, _)| held == key)?;
        let entry = self.texts.remove(at)?;
        let pcm = entry.1.clone();
        self.texts.push_back(entry);
        Some(pcm)
    }

    fn put(&mut self, key: Key, pcm: &Pcm) {
        self.texts.retain(|(held, _)| *held != key);
        self.texts.push_back((key, pcm.clone()));
        while self.texts.len() > CACHE_TEXTS || self.samples() > CACHE_SAMPLES {
            self.texts.pop_front();
        }
    }

    fn samples(&self) -> usize {
        self.texts.iter().map(|(_, pcm)| pcm.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{CACHE_SAMPLES, CACHE_TEXTS, Cache, Speech, voice};
    use crate::speech::{Pcm, chime, rms_dbfs, seconds, silence};
    use std::{path::PathBuf, sync::Arc};

    #[tokio::test]
    async fn speaks_with_espeak_where_it_is_installed_and_chimes_where_not() {
        let speech = Speech::detect();
        let pcm = speech
            .say("Hello, this is the sandbox speaking to you.", None)
            .await;
        assert!((1..=6).contains(&seconds(&pcm)), "{} s", seconds(&pcm));
        assert!(rms_dbfs(&pcm) > -45.0, "{} dB", rms_dbfs(&pcm));
        let chimes = chime("Hello, this is the sandbox speaking to you.");
        assert_eq!(pcm != chimes, speech.has_voice());
    }

    #[tokio::test]
    async fn text_that_looks_like_an_option_is_only_text() {
        let speech = Speech::detect();
        let pcm = speech.say("--version -f /etc/hostname $(id)", None).await;
        assert!(!pcm.is_empty());
    }

    #[tokio::test]
    async fn chimes_when_the_program_cannot_run() {
        let speech = Speech::with_program(Some(PathBuf::from("/nowhere/espeak-ng")));
        assert_eq!(speech.say("Hello", None).await, chime("Hello"));
    }

    #[tokio::test]
    async fn says_the_same_text_from_the_cache_and_nothing_for_no_text() {
        let speech = Speech::chimes();
        let first = speech.say(" Hello ", None).await;
        let again = speech.say("Hello", None).await;
        assert!(Arc::ptr_eq(&first, &again));
        assert!(speech.say("  ", None).await.is_empty());
    }

    #[test]
    fn only_a_plausible_language_reaches_the_command_line() {
        assert_eq!(voice(Some("en-GB")), "en-gb");
        for odd in ["", "-v", "e", "../x", "en us", "a-very-long-language-tag"] {
            assert_eq!(voice(Some(odd)), "en-us", "{odd}");
        }
        assert_eq!(voice(None), "en-us");
    }

    #[test]
    fn the_cache_forgets_the_oldest_and_is_bounded() {
        let key = |n: usize| (n.to_string(), "en-us".to_owned());
        let mut cache = Cache::default();
        for n in 0..CACHE_TEXTS + 1 {
            cache.put(key(n), &silence(1));
            assert!(cache.get(&key(0)).is_some() || n == CACHE_TEXTS, "{n}");
        }
        assert_eq!(cache.texts.len(), CACHE_TEXTS);
        assert!(cache.get(&key(0)).is_some());
        assert!(cache.get(&key(1)).is_none());
        let huge: Pcm = vec![0; CACHE_SAMPLES].into();
        cache.put(key(1_000), &huge);
        assert_eq!(cache.texts.len(), 1);
    }
}
