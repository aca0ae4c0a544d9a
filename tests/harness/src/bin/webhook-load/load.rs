//! The load itself: one thread, all connections.

use crate::Options;
use crate::line::Line;
use crate::report::{Report, Server, quantile_us};
use crate::request::{Call, Mould};
use anyhow::{Context, Result, bail, ensure};
use harness::usage;
use mio::{Events, Interest, Poll, Token};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long the server may be silent before the load is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most webhooks that are signed for each second of a load without a rate. A server that takes
/// more ends the load early, and is measured over that time.
const MOST_PER_S: u64 = 150_000;

/// Loads the server and measures it.
pub(crate) fn run(options: &Options, mould: &Mould) -> Result<Report> {
    let warm_up = Duration::from_secs(options.warm_up.into());
    let length = Duration::from_secs(options.seconds.into());
    let per_s = options.rate.map_or(MOST_PER_S, u64::from);
    let number = per_s * u64::from(options.warm_up + options.seconds) + 1;
    let calls = (0..number).map(|number| mould.call(number));
    let calls = calls.collect::<Result<VecDeque<_>>>()?;
    let mut load = Load::new(options, mould, calls)?;
    let before = options.pid.map(usage::memory).transpose()?;
    load.go_on(warm_up)?;
    load.latencies.clear();
    let own_s = usage::processor_s(std::process::id())?;
    let server_s = options.pid.map(usage::processor_s).transpose()?;
    let began = Instant::now();
    load.go_on(length)?;
    let took_s = began.elapsed().as_secs_f64();
    let own_s = usage::processor_s(std::process::id())? - own_s;
    let requests = load.latencies.len();
    ensure!(requests > 0, "nothing was answered");
    let server = match (options.pid, before, server_s) {
        (Some(pid), Some(before), Some(server_s)) => {
            let used_s = usage::processor_s(pid)? - server_s;
            Some(Server {
                share: used_s / took_s,
                cpu_us: used_s / requests as f64 * 1e6,
                before,
                after: usage::memory(pid)?,
            })
        }
        _ => None,
    };
    load.latencies.sort_unstable();
    Ok(Report {
        connections: options.connections,
        rate: options.rate,
        requests,
        requests_per_s: requests as f64 / took_s,
        p50_us: quantile_us(&load.latencies, 0.50),
        p99_us: quantile_us(&load.latencies, 0.99),
        worst_us: quantile_us(&load.latencies, 1.0),
        own_share: own_s / took_s,
        server,
        answer: String::from_utf8_lossy(&load.answer).into_owned(),
    })
}

struct Load<'a> {
    mould: &'a Mould,
    poll: Poll,
    lines: Vec<Line>,
    /// Those without a request, by their place.
    idle: Vec<usize>,
    calls: VecDeque<Call>,
    /// The time between two webhooks, and when the next is due; `None` without a rate.
    pace: Option<(Duration, Instant)>,
    /// What the first request was answered.
    answer: Vec<u8>,
    latencies: Vec<Duration>,
}

impl<'a> Load<'a> {
    fn new(options: &Options, mould: &'a Mould, calls: VecDeque<Call>) -> Result<Self> {
        let poll = Poll::new().context("the system gives no poll")?;
        let mut lines = Vec::new();
        for at in 0..usize::from(options.connections) {
            let stream = std::net::TcpStream::connect(options.address)
                .with_context(|| format!("nothing listens on {}", options.address))?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let mut stream = mio::net::TcpStream::from_std(stream);
            let both = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut stream, Token(at), both)?;
            lines.push(Line::new(stream, mould.blank()));
        }
        let pace = options.rate.map(|rate| {
            let between = Duration::from_secs(1) / rate;
            (between, Instant::now())
        });
        Ok(Self {
            mould,
            poll,
            idle: (0..lines.len()).collect(),
            lines,
            latencies: Vec::with_capacity(calls.len()),
            calls,
            pace,
            answer: Vec::new(),
        })
    }

    /// Goes on for this long, or until no webhook is left.
    fn go_on(&mut self, length: Duration) -> Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut now = Instant::now();
        let end = now + length;
        let mut heard = now;
        // Who waits for a rate waits busily: the system's timer is too coarse.
        let wait = match self.pace {
            Some(_) => Duration::ZERO,
            None => PATIENCE,
        };
        while now < end && !self.calls.is_empty() {
            self.send_all(now)?;
            match self.poll.poll(&mut events, Some(wait)) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error).context("the system's poll failed"),
            }
            for event in &events {
                let Token(at) = event.token();
                if event.is_writable() {
                    self.lines[at].write()?;
                }
                if event.is_readable() {
                    self.read(at)?;
                }
            }
            now = Instant::now();
            if !events.is_empty() || self.idle.len() == self.lines.len() {
                heard = now;
            } else if now.duration_since(heard) >= PATIENCE {
                bail!("the server answered nothing for {} s", PATIENCE.as_secs());
            }
        }
        Ok(())
    }

    /// Sends what is due on the lines that are idle.
    fn send_all(&mut self, now: Instant) -> Result<()> {
        while let Some(at) = self.idle.pop() {
            let due = match &mut self.pace {
                None => Instant::now(),
                Some((_, next)) if *next > now => {
                    self.idle.push(at);
                    break;
                }
                Some((between, next)) => {
                    let due = *next;
                    *next += *between;
                    due
                }
            };
            let Some(call) = self.calls.pop_front() else {
                self.idle.push(at);
                break;
            };
            let line = &mut self.lines[at];
            self.mould.fill(&mut line.request, &call);
            line.send(due)?;
        }
        Ok(())
    }

    fn read(&mut self, at: usize) -> Result<()> {
        let line = &mut self.lines[at];
        let Some(due) = line.due else {
            return Ok(());
        };
        let Some(answer) = line.read()? else {
            return Ok(());
        };
        self.latencies.push(due.elapsed());
        if self.answer.is_empty() {
            answer.check_first()?;
            self.answer = answer.body.to_vec();
        } else {
            answer.check(&self.answer)?;
        }
        self.idle.push(at);
        Ok(())
    }
}
