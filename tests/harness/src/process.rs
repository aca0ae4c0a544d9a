//! Children, and the end of them.

use crate::usage::{self, Usage};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A child process whose output is kept in a file. Dropping it ends it and all its descendants,
/// each by its id.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
    lines: Receiver<String>,
}

impl Process {
    /// Starts a command; what it prints goes to `log`, its standard output also to
    /// [`Process::line`].
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut file = File::create(log).unwrap_or_else(|e| panic!("{}: {e}", log.display()));
        let errors = file.try_clone().expect("a file handle can be copied");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} could not be started: {error}"));
        let output = child.stdout.take().expect("it is piped");
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let Ok(line) = line else { break };
                // Neither the log nor a reader is needed for the child to go on.
                let _ = writeln!(file, "{line}");
                let _ = send.send(line);
            }
        });
        Self { child, name, lines }
    }

    /// The next line of standard output.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn line(&self) -> String {
        match self.lines.recv_timeout(super::wait::BOUND) {
            Ok(line) => line,
            Err(error) => panic!("{} printed no line: {error}", self.name),
        }
    }

    /// What `find` finds in the first line of standard output in which it finds something; `None`
    /// when the process ends its output before.
    ///
    /// # Panics
    /// When it goes on without such a line.
    pub fn line_with<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        loop {
            match self.lines.recv_timeout(super::wait::BOUND) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return Some(found);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => panic!("{} said nothing more", self.name),
            }
        }
    }

    /// How it ended, once it has.
    ///
    /// # Panics
    /// When its state cannot be read.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .expect("the state of a child can be read")
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it and all its descendants use.
    #[must_use]
    pub fn usage(&self) -> Usage {
        usage::of(&[vec![self.id()], descendants(self.id())].concat())
    }

    /// Asks it to end, as a logout does (SIGTERM).
    ///
    /// # Panics
    /// When it is gone already.
    pub fn ask_to_end(&self) {
        signal(self.child.id(), rustix::process::Signal::TERM).expect("it runs");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The tree is read while its root still stands: its orphans would have another parent.
        let tree = descendants(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        for id in tree {
            let _ = signal(id, rustix::process::Signal::KILL);
        }
    }
}

fn signal(id: u32, signal: rustix::process::Signal) -> rustix::io::Result<()> {
    let id = i32::try_from(id)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    let Some(id) = id else { return Ok(()) };
    rustix::process::kill_process(id, signal)
}

/// The ids of all processes below `root`, nearest first. Source: proc(5), `/proc/pid/stat`.
pub(crate) fn descendants(root: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        // After the name in brackets come the state and the parent.
        let parent = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1));
        if let Some(parent) = parent.and_then(|parent| parent.parse().ok()) {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while next < found.len() {
        let below = children.remove(&found[next]).unwrap_or_default();
        found.extend(below);
        next += 1;
    }
    found.split_off(1)
}

/// Runs a command to its end; its exit code, standard output and standard error.
///
/// # Panics
/// When it cannot be started, or does not end in 30 s.
#[must_use]
pub fn run_to_end(command: &mut Command) -> (Option<i32>, String, String) {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} could not be started: {error}"));
    let id = child.id();
    let (send, done) = channel();
    std::thread::spawn(move || send.send(child.wait_with_output()));
    let Ok(output) = done.recv_timeout(Duration::from_secs(30)) else {
        let _ = signal(id, rustix::process::Signal::KILL);
        panic!("{command:?} did not end");
    };
    let output = output.expect("the output of a child can be read");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_the_children_of_a_child_too() {
        let folder = tempfile::tempdir().unwrap();
        let script = "sleep 600 & echo $!; wait";
        let mut command = Command::new("sh");
        let process = Process::start(command.args(["-c", script]), &folder.path().join("log"));
        let grandchild: u32 = process.line().parse().unwrap();
        assert!(descendants(process.id()).contains(&grandchild));
        drop(process);
        let state = format!("/proc/{grandchild}/stat");
        let began = std::time::Instant::now();
        // It may be left for a moment as a zombie that nobody has read yet.
        while std::fs::read_to_string(&state).is_ok_and(|stat| !stat.contains(") Z ")) {
            assert!(
                began.elapsed() < crate::wait::BOUND,
                "the grandchild lives on"
            );
            std::thread::yield_now();
        }
    }
}
