//! A sound server of its own for a window, without a sound card: what is played into the virtual
//! microphone, and what comes out of the virtual loudspeaker.
//!
//! PipeWire with its PulseAudio service, or PulseAudio itself, and two null sinks: `speaker`, and
//! `micbus`, which the microphone `mic` hears. Both are the system's choice. A headset, with
//! `headset`, `micbus2` and `mic2`, can be plugged in.

mod ear;

pub use ear::Ear;

use crate::process::{Process, run_to_end};
use crate::usage::{self, Usage};
use crate::{Artefacts, tone, wait};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which sound server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PipeWire with WirePlumber and its PulseAudio service.
    PipeWire,
    /// PulseAudio itself.
    PulseAudio,
}

/// The server, ended when dropped.
#[derive(Debug)]
pub struct Sound {
    kind: Kind,
    place: Place,
    artefacts: Artefacts,
    _bus: Process,
    /// Gone while the server is killed.
    server: Option<Server>,
    voices: Vec<Process>,
}

/// The programs of the server, and who listens to its loudspeaker.
#[derive(Debug)]
struct Server {
    programs: Vec<Process>,
    ear: Ear,
    /// The number of the module that is the microphone.
    microphone: String,
}

/// What hears `micbus`.
const MICROPHONE: &str = "module-remap-source master=micbus.monitor source_name=mic";

/// The headset: its loudspeaker, what is played into its microphone, and that.
const HEADSET: [&str; 3] = [
    "module-null-sink sink_name=headset rate=48000 channels=2",
    "module-null-sink sink_name=micbus2 rate=48000 channels=1",
    "module-remap-source master=micbus2.monitor source_name=mic2",
];

impl Sound {
    /// Starts it for a home with a runtime folder (XDG_RUNTIME_DIR) that only we may enter.
    ///
    /// # Panics
    /// When a program of it does not start.
    pub async fn start(kind: Kind, home: &Path, runtime: &Path, artefacts: &Artefacts) -> Self {
        let place = Place {
            home: home.to_owned(),
            runtime: runtime.to_owned(),
        };
        let address = format!("--address=unix:path={}/bus", runtime.display());
        // Without a bus WirePlumber ends.
        let mut bus = place.command("dbus-daemon");
        bus.args(["--session", "--nofork", &address]);
        let mut sound = Self {
            kind,
            _bus: Process::start(&mut bus, &artefacts.path("dbus-daemon.log")),
            place,
            artefacts: artefacts.clone(),
            server: None,
            voices: Vec::new(),
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
        let programs = match self.kind {
            Kind::PipeWire => {
                let core = self.program("pipewire", &[]);
                self.until_there("pipewire-0").await;
                let others = ["wireplumber", "pipewire-pulse"];
                let others = others.map(|program| self.program(program, &[]));
                std::iter::once(core).chain(others).collect()
            }
            Kind::PulseAudio => vec![self.pulseaudio()],
        };
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
        let ear = Ear::listen(&self.place, "speaker", &self.artefacts);
        self.server = Some(Server {
            programs,
            ear,
            microphone,
        });
    }

    fn pulseaudio(&self) -> Process {
        let folder = self.place.runtime.join("pulse");
        // It is there already when the server is started again.
        let _ = std::fs::create_dir(&folder);
        let socket = folder.join("native");
        let native = format!(
            "module-native-protocol-unix auth-anonymous=1 socket={}",
            socket.display()
        );
        let flags = "-n --daemonize=no --exit-idle-time=-1 --disallow-exit --use-pid-file=no \
                     --log-target=stderr --log-level=error -L";
        let mut arguments: Vec<&str> = flags.split_whitespace().collect();
        arguments.push(&native);
        self.program("pulseaudio", &arguments)
    }

    fn program(&self, program: &str, arguments: &[&str]) -> Process {
        let mut command = self.place.command(program);
        let log = self.artefacts.path(&format!("{program}.log"));
        Process::start(command.args(arguments), &log)
    }

    /// A program that finds this server and no other.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        self.place.command(program)
    }

    /// What the server's programs use.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let programs = self.server.iter().flat_map(|server| &server.programs);
        let pids: Vec<u32> = programs.map(Process::id).collect();
        usage::of(&pids)
    }

    /// Kills the server with all its devices, without a word to anyone.
    pub fn kill(&mut self) {
        self.voices.clear();
        self.server = None;
        for socket in ["pipewire-0", "pulse/native"] {
            // Nobody is behind it any more.
            let _ = std::fs::remove_file(self.place.runtime.join(socket));
        }
    }

    /// Freezes the server: it is there, and does nothing.
    ///
    /// # Panics
    /// When it is dead.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets a frozen server go on.
    ///
    /// # Panics
    /// When it is dead.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    /// Plugs a headset in; gives what hears its loudspeaker. It is nobody's choice yet.
    ///
    /// # Panics
    /// When the server does not take it.
    pub fn plug_headset_in(&mut self) -> Ear {
        for module in HEADSET {
            self.load(module);
        }
        Ear::listen(&self.place, "headset", &self.artefacts)
    }

    /// Makes the headset the system's choice for both.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn choose_headset(&self) {
        for choice in [
            ["set-default-sink", "headset"],
            ["set-default-source", "mic2"],
        ] {
            wait::until("the default device", async || self.place.pactl(&choice)).await;
        }
    }

    /// Pulls the microphone out.
    ///
    /// # Panics
    /// When it is out already.
    pub fn unplug_microphone(&self) {
        let microphone = &self.server().microphone;
        let unloaded = self.place.pactl(&["unload-module", microphone]);
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
        self.speak_into("micbus", tone::MICROPHONE_HZ);
    }

    /// Beeps into the headset's microphone from now on, at a pitch of whole hertz.
    ///
    /// # Panics
    /// When nothing can be played.
    pub fn speak_into_headset(&mut self, hz: f64) {
        self.speak_into("micbus2", hz);
    }

    fn speak_into(&mut self, bus: &str, hz: f64) {
        let voice = self.place.runtime.join(format!("{bus}.wav"));
        tone::write_at(&voice, hz);
        let mut player = self.place.command("sh");
        // All that follows the header of 44 bytes, again and again.
        player.args([
            "-c",
            "while tail -c +45 \"$0\"; do :; done | \
             pacat --device=\"$1\" --raw --format=s16le --rate=48000 --channels=1",
        ]);
        player.arg(&voice).arg(bus);
        let log = self.artefacts.path(&format!("pacat-{bus}.log"));
        self.voices.push(Process::start(&mut player, &log));
    }

    /// [`Ear::until_tone`] of the loudspeaker.
    ///
    /// # Panics
    /// When it does not in time, or the server is dead.
    #[track_caller]
    pub fn until_tone(&self, hz: f64) -> impl Future<Output = ()> {
        self.server().ear.until_tone(hz)
    }

    /// [`Ear::until_silence`] of the loudspeaker.
    ///
    /// # Panics
    /// When it is not in time, or the server is dead.
    #[track_caller]
    pub fn until_silence(&self) -> impl Future<Output = ()> {
        self.server().ear.until_silence()
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("the server runs")
    }

    fn signal(&self, signal: &str) {
        for program in &self.server().programs {
            let mut kill = Command::new("kill");
            let (code, _, error) = run_to_end(kill.args([signal, &program.id().to_string()]));
            assert_eq!(code, Some(0), "{error}");
        }
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
