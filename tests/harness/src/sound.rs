//! A sound server of its own for a window, without a sound card: what is played into the virtual
//! microphone, and what comes out of the virtual loudspeaker.
//!
//! PipeWire with its PulseAudio service and two null sinks: `speaker`, and `micbus`, which the
//! microphone `mic` hears. Both are the system's choice.

use crate::process::{Process, run_to_end};
use crate::{Artefacts, tone, wait};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;

const RATE: usize = 48_000;

/// So many samples are listened to: half a second.
const EAR: usize = RATE / 2;

/// The server, ended when dropped.
#[derive(Debug)]
pub struct Sound {
    place: Place,
    artefacts: Artefacts,
    heard: PathBuf,
    _bus: Process,
    /// Gone while the server is killed.
    server: Option<Server>,
    voice: Option<Process>,
}

/// The programs of the server, and who listens to its loudspeaker.
#[derive(Debug)]
struct Server {
    _programs: Vec<Process>,
    _ear: Process,
    /// The number of the module that is the microphone.
    microphone: String,
}

/// What hears `micbus`.
const MICROPHONE: &str = "module-remap-source master=micbus.monitor source_name=mic";

impl Sound {
    /// Starts it for a home with a runtime folder (XDG_RUNTIME_DIR) that only we may enter.
    ///
    /// # Panics
    /// When a program of it does not start.
    pub async fn start(home: &Path, runtime: &Path, artefacts: &Artefacts) -> Self {
        let place = Place {
            home: home.to_owned(),
            runtime: runtime.to_owned(),
        };
        let address = format!("--address=unix:path={}/bus", runtime.display());
        // Without a bus WirePlumber ends.
        let mut bus = place.command("dbus-daemon");
        bus.args(["--session", "--nofork", &address]);
        let mut sound = Self {
            heard: runtime.join("loudspeaker.raw"),
            _bus: Process::start(&mut bus, &artefacts.path("dbus-daemon.log")),
            place,
            artefacts: artefacts.clone(),
            server: None,
            voice: None,
        };
        sound.until_there("bus").await;
        sound.revive().await;
        sound
    }

    /// Starts the server again after [`Sound::kill`], with the same devices.
    ///
    /// # Panics
    /// When a program of it does not start.
    pub async fn revive(&mut self) {
        let start = |program: &str| {
            let mut command = self.place.command(program);
            Process::start(
                &mut command,
                &self.artefacts.path(&format!("{program}.log")),
            )
        };
        let core = start("pipewire");
        self.until_there("pipewire-0").await;
        let programs = vec![core, start("wireplumber"), start("pipewire-pulse")];
        wait::until("the sound server", async || self.place.pactl(&["info"])).await;
        self.load("module-null-sink sink_name=speaker rate=48000 channels=2");
        self.load("module-null-sink sink_name=micbus rate=48000 channels=1");
        let microphone = self.load(MICROPHONE);
        for choice in [
            ["set-default-sink", "speaker"],
            ["set-default-source", "mic"],
        ] {
            wait::until("the default device", async || self.place.pactl(&choice)).await;
        }
        let mut ear = self.place.command("parec");
        ear.args(["--device=speaker.monitor", "--raw", "--format=s16le"]);
        ear.args(["--rate=48000", "--channels=1", "--latency-msec=50"]);
        ear.arg(&self.heard);
        let ear = Process::start(&mut ear, &self.artefacts.path("parec.log"));
        self.server = Some(Server {
            _programs: programs,
            _ear: ear,
            microphone,
        });
    }

    /// Kills the server with all its devices, without a word to anyone.
    pub fn kill(&mut self) {
        self.voice = None;
        self.server = None;
        for socket in ["pipewire-0", "pulse/native"] {
            // Nobody is behind it any more.
            let _ = std::fs::remove_file(self.place.runtime.join(socket));
        }
    }

    /// Pulls the microphone out.
    ///
    /// # Panics
    /// When it is out already.
    pub fn unplug_microphone(&self) {
        let server = self.server.as_ref().expect("the server runs");
        let unloaded = self.place.pactl(&["unload-module", &server.microphone]);
        unloaded.expect("the microphone can be pulled out");
    }

    /// Plugs it in again.
    ///
    /// # Panics
    /// When the server does not take it.
    pub fn plug_microphone_in(&mut self) {
        let microphone = self.load(MICROPHONE);
        let server = self.server.as_mut().expect("the server runs");
        server.microphone = microphone;
    }

    /// Loads a module; gives its number.
    fn load(&self, module: &str) -> String {
        let words: Vec<&str> = module.split(' ').collect();
        let loaded = [&["load-module"], words.as_slice()].concat();
        let number = self.place.pactl(&loaded);
        let number = number.expect("the sound server takes a module");
        number.trim().to_owned()
    }

    async fn until_there(&self, name: &str) {
        let socket = self.place.runtime.join(name);
        wait::until(format!("the socket {name}"), async || {
            if socket.exists() {
                Ok(())
            } else {
                Err(&socket)
            }
        })
        .await;
    }

    /// Beeps into the microphone from now on, at [`tone::MICROPHONE_HZ`].
    ///
    /// # Panics
    /// When nothing can be played.
    pub fn speak(&mut self) {
        let voice = self.place.runtime.join("voice.wav");
        tone::write(&voice);
        let mut player = self.place.command("sh");
        // All that follows the header of 44 bytes, again and again.
        player.args([
            "-c",
            "while tail -c +45 \"$0\"; do :; done | \
             pacat --device=micbus --raw --format=s16le --rate=48000 --channels=1",
        ]);
        player.arg(&voice);
        let player = Process::start(&mut player, &self.artefacts.path("pacat.log"));
        self.voice = Some(player);
    }

    /// Waits until the loudspeaker gives a tone, and little else, for half a second.
    ///
    /// # Panics
    /// When it does not in time.
    #[track_caller]
    pub fn until_tone(&self, hz: f64) -> impl Future<Output = ()> {
        wait::until(format!("{hz} Hz at the loudspeaker"), async move || {
            let heard = self.heard();
            let (rms, share) = (rms(&heard), share(&heard, hz));
            // Beeps sound three fifths of the time.
            if rms > 0.01 && share > 0.5 {
                Ok(())
            } else {
                Err((rms, share))
            }
        })
    }

    /// Waits until the loudspeaker has been silent for half a second.
    ///
    /// # Panics
    /// When it is not in time.
    #[track_caller]
    pub fn until_silence(&self) -> impl Future<Output = ()> {
        wait::until("silence at the loudspeaker", async move || {
            let heard = self.heard();
            let rms = rms(&heard);
            if heard.len() == EAR && rms < 0.001 {
                Ok(())
            } else {
                Err((heard.len(), rms))
            }
        })
    }

    /// The last half second of the loudspeaker, 1 being full scale; shorter when there is less.
    fn heard(&self) -> Vec<f64> {
        let Ok(mut file) = std::fs::File::open(&self.heard) else {
            return Vec::new();
        };
        let length = file.metadata().map_or(0, |facts| facts.len()) / 2 * 2;
        let from = length.saturating_sub(2 * EAR as u64);
        let mut bytes = Vec::new();
        if file.seek(SeekFrom::Start(from)).is_ok() {
            // What is there is enough.
            let _ = file.take(2 * EAR as u64).read_to_end(&mut bytes);
        }
        let samples = bytes.chunks_exact(2);
        samples
            .map(|pair| f64::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0)
            .collect()
    }
}

/// Where a sound server is, and the home of who speaks to it: the key to it lies there.
#[derive(Debug)]
struct Place {
    home: PathBuf,
    runtime: PathBuf,
}

impl Place {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for variable in ["PULSE_SERVER", "PULSE_RUNTIME_PATH", "PIPEWIRE_REMOTE"] {
            command.env_remove(variable);
        }
        let bus = format!("unix:path={}/bus", self.runtime.display());
        command
            .env("XDG_RUNTIME_DIR", &self.runtime)
            .env("HOME", &self.home)
            .env("DBUS_SESSION_BUS_ADDRESS", bus);
        command
    }

    fn pactl(&self, arguments: &[&str]) -> Result<String, String> {
        let mut pactl = self.command("timeout");
        pactl.args(["10", "pactl"]).args(arguments);
        match run_to_end(&mut pactl) {
            (Some(0), said, _) => Ok(said),
            (_, _, error) => Err(error),
        }
    }
}

fn rms(samples: &[f64]) -> f64 {
    let energy: f64 = samples.iter().map(|sample| sample * sample).sum();
    (energy / samples.len().max(1) as f64).sqrt()
}

/// Which part of the energy is one tone.
fn share(samples: &[f64], hz: f64) -> f64 {
    let step = hz * std::f64::consts::TAU / RATE as f64;
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let angle = step * n as f64;
        sine += sample * angle.sin();
        cosine += sample * angle.cos();
    }
    let energy: f64 = samples.iter().map(|sample| sample * sample).sum();
    if energy == 0.0 {
        return 0.0;
    }
    2.0 * (sine * sine + cosine * cosine) / (energy * samples.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_one_tone_from_another_and_from_silence() {
        let step = 440.0 * std::f64::consts::TAU / RATE as f64;
        let tone: Vec<f64> = (0..EAR).map(|n| 0.5 * (step * n as f64).sin()).collect();
        assert!(share(&tone, 440.0) > 0.99);
        assert!(share(&tone, 1000.0) < 0.01);
        assert!((rms(&tone) - 0.5 / 2.0_f64.sqrt()).abs() < 0.001);
        assert!(share(&[0.0; 100], 440.0) < 0.01);
        assert!(rms(&[]) < 0.01);
    }
}
