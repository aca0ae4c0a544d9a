//! A private sound server with virtual devices.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    PipeWire,
    PulseAudio,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PipeWire => "pipewire",
            Self::PulseAudio => "pulseaudio",
        }
    }

    /// A program that it needs and that is not installed.
    pub(crate) fn missing(self) -> Option<&'static str> {
        let own: &[&str] = match self {
            Self::PipeWire => &["dbus-daemon", "pipewire", "wireplumber", "pipewire-pulse"],
            Self::PulseAudio => &["pulseaudio"],
        };
        let tools = ["pactl", "pacat", "parec", "timeout", "kill"];
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let is_there = |program: &&&str| folders.iter().any(|f| f.join(program).exists());
        let mut all = own.iter().chain(&tools);
        all.find(|program| !is_there(program)).copied()
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [Self::PipeWire, Self::PulseAudio];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// The server's processes: `pids` in the runtime folder keeps them for whoever cleans up.
pub(crate) struct Server {
    pub(crate) kind: Kind,
    folder: PathBuf,
    processes: Vec<Child>,
    /// The message bus, without which WirePlumber ends; it outlives a killed server.
    bus: Option<Child>,
    /// Module numbers by device name.
    modules: Vec<(&'static str, String)>,
}

/// A folder that only we may enter, as sound servers want it.
pub(crate) fn private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)?;
    builder.create(folder.join("pulse"))
}

impl Server {
    /// Starts it, with loudspeakers `speaker` and `headset`, and microphones `mic` and `mic2`
    /// that hear what is played into `micbus` and `micbus2`.
    pub(crate) fn start(kind: Kind) -> Self {
        let folder = std::env::var("XDG_RUNTIME_DIR").expect("the parent says where");
        let mut server = Self {
            kind,
            folder: folder.into(),
            processes: Vec::new(),
            bus: None,
            modules: Vec::new(),
        };
        server.run();
        server
    }

    /// Starts it again after [`Server::kill`].
    pub(crate) fn run(&mut self) {
        match self.kind {
            Kind::PipeWire => {
                if self.bus.is_none() {
                    let address = format!("--address=unix:path={}/bus", self.folder.display());
                    let arguments = ["--session", "--nofork", &address];
                    self.bus = Some(self.start_program("dbus-daemon", &arguments));
                }
                self.wait("the bus", || self.folder.join("bus").exists());
                self.spawn("pipewire", &[]);
                self.wait("the core", || self.folder.join("pipewire-0").exists());
                self.spawn("wireplumber", &[]);
                self.spawn("pipewire-pulse", &[]);
            }
            Kind::PulseAudio => {
                let socket = self.folder.join("pulse/native");
                let socket = socket.display();
                let native =
                    format!("module-native-protocol-unix auth-anonymous=1 socket={socket}");
                let arguments = "-n --daemonize=no --exit-idle-time=-1 --disallow-exit \
                    --use-pid-file=no --log-target=stderr --log-level=error -L";
                let mut arguments: Vec<&str> = arguments.split_whitespace().collect();
                arguments.push(&native);
                self.spawn("pulseaudio", &arguments);
            }
        }
        self.wait("the server", || pactl(&["info"]).is_some());
        for sink in ["speaker", "headset", "micbus", "micbus2"] {
            self.load_sink(sink);
        }
        for source in ["mic", "mic2"] {
            self.load_source(source);
        }
        choose("sink", "speaker");
        choose("source", "mic");
    }

    fn load_sink(&mut self, name: &'static str) {
        let named = format!("sink_name={name}");
        let channels = if name.starts_with("mic") {
            "channels=1"
        } else {
            "channels=2"
        };
        self.load(name, &["module-null-sink", &named, "rate=48000", channels]);
    }

    fn load_source(&mut self, name: &'static str) {
        let bus = if name == "mic" { "micbus" } else { "micbus2" };
        let (master, named) = (
            format!("master={bus}.monitor"),
            format!("source_name={name}"),
        );
        self.load(name, &["module-remap-source", &master, &named]);
        self.wait("the source", || {
            let list = pactl(&["list", "short", "sources"]).unwrap_or_default();
            list.lines()
                .any(|line| line.split('\t').nth(1) == Some(name))
        });
    }

    fn load(&mut self, name: &'static str, module: &[&str]) {
        let number = pactl(&[&["load-module"], module].concat());
        let number = number.unwrap_or_else(|| panic!("{module:?} is refused"));
        self.modules.push((name, number.trim().to_owned()));
    }

    /// Takes a device away.
    pub(crate) fn unplug(&mut self, name: &str) {
        let at = self.modules.iter().position(|(known, _)| *known == name);
        let (_, number) = self.modules.remove(at.expect("it is plugged in"));
        pactl(&["unload-module", &number]).expect("it can be taken away");
    }

    /// Plugs a device in again that was taken away.
    pub(crate) fn plug(&mut self, name: &'static str) {
        if name.starts_with("mic") {
            self.load_source(name);
        } else {
            self.load_sink(name);
        }
    }

    /// Has the microphone hear the loudspeaker, as in a room.
    pub(crate) fn put_in_a_room(&mut self) {
        let loopback = "module-loopback source=speaker.monitor sink=micbus latency_msec=30";
        let loopback: Vec<&str> = loopback.split(' ').collect();
        self.load("loopback", &loopback);
    }

    /// Kills it, without a chance to say goodbye.
    pub(crate) fn kill(&mut self) {
        for process in &mut self.processes {
            process.kill().expect("it can be killed");
            process.wait().expect("it was our child");
        }
        self.processes.clear();
        self.modules.clear();
    }

    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        for process in &self.processes {
            let pid = process.id().to_string();
            let sent = Command::new("kill").args([signal, &pid]).status();
            assert!(sent.expect("there is kill").success());
        }
    }

    fn spawn(&mut self, program: &str, arguments: &[&str]) {
        let process = self.start_program(program, arguments);
        self.processes.push(process);
        let all = self.processes.iter().chain(&self.bus);
        let pids: Vec<String> = all.map(|process| process.id().to_string()).collect();
        let written = std::fs::write(self.folder.join("pids"), pids.join("\n"));
        written.expect("it can be written");
    }

    fn start_program(&self, program: &str, arguments: &[&str]) -> Child {
        let log = std::fs::File::create(self.folder.join(format!("{program}.log")));
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        command
            .stdout(Stdio::null())
            .stderr(log.expect("a log can be written"));
        let process = command.spawn();
        process.unwrap_or_else(|error| panic!("{program}: {error}"))
    }

    fn wait(&self, what: &str, is_there: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_there() {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "{what} does not come"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.thaw();
        self.processes.extend(self.bus.take());
        self.kill();
    }
}

/// Ends the processes of a server whose test has failed.
pub(crate) fn end_all(folder: &Path) {
    let pids = std::fs::read_to_string(folder.join("pids")).unwrap_or_default();
    for pid in pids.lines() {
        let folder = folder.display().to_string();
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        // The number may be another's by now.
        if String::from_utf8_lossy(&environment).contains(&folder) {
            drop(Command::new("kill").args(["-KILL", pid]).status());
        }
    }
}

/// Makes a device the default of its kind, as soon as the server knows it.
pub(crate) fn choose(kind: &str, name: &str) {
    let start = Instant::now();
    while pactl(&[&format!("set-default-{kind}"), name]).is_none() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{name} does not come"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// What `pactl` says, unless it fails or gets no answer.
fn pactl(arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("timeout");
    command
        .args(["10", "pactl"])
        .args(arguments)
        .stderr(Stdio::null());
    let output = command.output().expect("there are timeout and pactl");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(said)
}
