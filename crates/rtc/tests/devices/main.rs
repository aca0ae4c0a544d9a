//! Calls over real sound servers, started here and private: PipeWire, then PulseAudio.
//!
//! The servers' null sinks stand for hardware. `parec` and `pacat` hear and speak for the user,
//! so that what is measured has passed the server. A server that is not installed is passed over
//! (`cargo xtask setup` installs both).

#[path = "../common/far.rs"]
mod far;
#[path = "../common/page.rs"]
mod page;
mod scenes;
mod server;
mod user;

use std::io::Write;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use server::Kind;

/// Tells the child which server it is to play through.
const KIND: &str = "HANDSET_TEST_SOUND_SERVER";

/// All scenes on one server take about a minute.
const LONGEST: Duration = Duration::from_secs(300);

fn main() -> ExitCode {
    if let Ok(kind) = std::env::var(KIND) {
        let kind = Kind::named(&kind).expect("the parent names one");
        let log = tracing_subscriber::EnvFilter::from_default_env();
        let log = tracing_subscriber::fmt().with_env_filter(log);
        log.with_writer(std::io::stderr).init();
        let runtime = tokio::runtime::Runtime::new().expect("there is a runtime");
        runtime.block_on(scenes::all(kind));
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let names = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'));
    let names: Vec<&String> = names.collect();
    let start = Instant::now();
    let (mut passed, mut failed, mut ignored, mut filtered) = (0, 0, 0, 0);
    for kind in [Kind::PipeWire, Kind::PulseAudio] {
        let name = format!("calls_over_{}", kind.name());
        let (count, said) = if !(names.is_empty() || names.iter().any(|n| name.contains(*n))) {
            filtered += 1;
            continue;
        } else if let Some(program) = kind.missing() {
            (&mut ignored, format!("ignored, there is no {program}"))
        } else if passes(kind) {
            (&mut passed, "ok".to_owned())
        } else {
            (&mut failed, "FAILED".to_owned())
        };
        *count += 1;
        say(&format!("test {name} ... {said}"));
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    let seconds = start.elapsed().as_secs_f32();
    say(&format!(
        "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; \
         {filtered} filtered out; finished in {seconds:.2}s\n"
    ));
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Says what the harness of other tests would.
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("it can be written");
}

/// Runs the scenes in a process whose environment knows only its own server.
fn passes(kind: Kind) -> bool {
    let folder = std::env::temp_dir().join(format!("handset-sound-{}", std::process::id()));
    let made = server::private(&folder);
    made.expect("a folder can be made");
    let mut child = Command::new(std::env::current_exe().expect("this is a program"));
    child.env(KIND, kind.name()).env("XDG_RUNTIME_DIR", &folder);
    let bus = format!("unix:path={}", folder.join("bus").display());
    child
        .env("HOME", &folder)
        .env("DBUS_SESSION_BUS_ADDRESS", bus);
    for other in [
        "PULSE_SERVER",
        "PULSE_RUNTIME_PATH",
        "PIPEWIRE_RUNTIME_DIR",
        "PIPEWIRE_REMOTE",
    ] {
        child.env_remove(other);
    }
    let mut child = child.spawn().expect("this program starts");
    let start = Instant::now();
    let passed = loop {
        match child.try_wait().expect("it is our child") {
            Some(status) => break status.success(),
            None if start.elapsed() > LONGEST => {
                eprintln!("{}: too long", kind.name());
                child.kill().expect("it can be killed");
                break false;
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    server::end_all(&folder);
    // What is left of it is of no use.
    let _ = std::fs::remove_dir_all(&folder);
    passed
}
