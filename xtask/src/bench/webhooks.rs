//! The whole webhook server, beside one of express and Twilio's library for Node.

mod load;
mod program;

use super::{
    given, programs,
    table::{Table, three_digits, time, verdict},
};
use crate::sh;
use anyhow::{Context, Result, ensure};
use load::{Load, Memory, Report, Side};
use program::Program;

/// How many connections are open.
const CONNECTIONS: [u16; 3] = [1, 16, 64];
/// How often each load is put on each server, in turns; the best counts.
const TURNS: usize = 3;
/// Which part of what Node can take both are asked for at a rate.
const PACE: f64 = 0.9;

/// How many times as many requests as Node's.
const RATIO_GOAL: f64 = 10.0;
const P99_GOAL_US: f64 = 2000.0;
const MEMORY_GOAL_MB: f64 = 20.0;

const NOTES: &str = "\
Signed `POST /voice/incoming` of 28 parameters, each a call of its own with its own signature and \
idempotency token, over connections that are kept alive. Each server alone on core 0, the load \
(`webhook-load`, which signs beforehand) on core 1; 3 seconds a load after 1 to warm up, each load \
three times in turns, the best kept. Every answer is compared, and both servers' answers are the same \
TwiML. Handset is `handset-server`, release build, with an account and without the sandbox; it logs a \
line for each call, as it does by default (level info), to /dev/null. Node is express with \
`express.urlencoded` and the middleware `twilio.webhook()`, in production mode; it logs nothing and \
keeps no answers for retries.

\"Processor\" is the server's processor time for one request, and the shares are how much of its \
core each got: where other programs ran on the cores as well, a share is below 100 % though the server \
always had work, and requests/s are too low for both.";

/// The two loads on one point.
struct Point {
    what: String,
    ours: Report,
    node: Report,
}

/// Measures both; the tables.
pub(super) fn measure() -> Result<String> {
    ensure!(
        cfg!(target_os = "linux") && sh::has("taskset"),
        "this needs Linux and taskset (of util-linux)"
    );
    let programs = programs()?;
    let given = given()?;
    let load = Load::new(programs.join("webhook-load"), &given);
    let ours = Program::handset(&programs.join("handset-server"), &given)?;
    let mut ours = Side::new(ours, &load);
    let mut node = Side::new(Program::node(&given)?, &load);

    let mut points = Vec::new();
    for connections in CONNECTIONS {
        let better = |a: &Report, b: &Report| a.requests_per_s > b.requests_per_s;
        let (ours, node) = both(&mut ours, &mut node, connections, None, better)?;
        let what = connections.to_string();
        points.push(Point { what, ours, node });
    }
    let most = points.last().context("nothing was measured")?;
    let connections = most.ours.connections;
    let rate = (most.node.requests_per_s * PACE).round() as u32;
    let better = |a: &Report, b: &Report| a.p99_us < b.p99_us;
    let what = format!("{connections}, {rate}/s");
    let (at_rate, node_at_rate) = both(&mut ours, &mut node, connections, Some(rate), better)?;
    let paced = Point {
        what,
        ours: at_rate,
        node: node_at_rate,
    };
    let mut goals = goals(most, &paced);
    memory(&mut goals, &ours, &node)?;
    points.push(paced);
    Ok(format!("{NOTES}\n\n{}\n{goals}", loads(&points)))
}

/// Puts one load on both in turns, and keeps the better report of each.
fn both<'a>(
    ours: &mut Side<'a>,
    node: &mut Side<'a>,
    connections: u16,
    rate: Option<u32>,
    better: impl Fn(&Report, &Report) -> bool,
) -> Result<(Report, Report)> {
    let mut best = (ours.put(connections, rate)?, node.put(connections, rate)?);
    ensure!(
        twiml::read(&best.0.answer)? == twiml::read(&best.1.answer)?,
        "the two servers do not answer the same:\n{}\n{}",
        best.0.answer,
        best.1.answer
    );
    for _ in 1..TURNS {
        for (side, best) in [(&mut *ours, &mut best.0), (&mut *node, &mut best.1)] {
            let report = side.put(connections, rate)?;
            if better(&report, best) {
                *best = report;
            }
        }
    }
    Ok(best)
}

fn loads(points: &[Point]) -> Table {
    let mut table = Table::new(&[
        ">Connections",
        "Server",
        ">Requests/s",
        ">× Node",
        ">p50",
        ">p99",
        ">Worst",
        ">Processor",
        ">× Node",
        ">Server's share",
        ">Load's share",
    ]);
    let share = |part: f64| format!("{:.0} %", part * 100.0);
    for Point { what, ours, node } in points {
        for (name, report) in [("Handset", ours), ("Node", node)] {
            // At a rate both take the same, and the load waits busily.
            let free = report.rate.is_none();
            let only = |text: String, when: bool| if when { text } else { String::new() };
            let is_ours = std::ptr::eq(report, ours);
            let throughput = report.requests_per_s / node.requests_per_s;
            let processor = node.server.cpu_us / report.server.cpu_us;
            table.row([
                what.clone(),
                name.to_owned(),
                format!("{:.0}", report.requests_per_s),
                only(three_digits(throughput), is_ours && free),
                time(report.p50_us * 1e3),
                time(report.p99_us * 1e3),
                time(report.worst_us * 1e3),
                time(report.server.cpu_us * 1e3),
                only(three_digits(processor), is_ours),
                share(report.server.share),
                only(share(report.own_share), free),
            ]);
        }
    }
    table
}

fn goals(most: &Point, paced: &Point) -> Table {
    let connections = most.ours.connections;
    let mut table = Table::new(&["Goal", ">Handset", ">Node", ">Wanted", ""]);
    let ratio = most.ours.requests_per_s / most.node.requests_per_s;
    table.row([
        format!("requests/s at {connections} connections, × Node"),
        three_digits(ratio),
        String::new(),
        format!("≥ {RATIO_GOAL}"),
        verdict(ratio >= RATIO_GOAL),
    ]);
    table.row([
        format!("processor time for one at {connections} connections"),
        time(most.ours.server.cpu_us * 1e3),
        time(most.node.server.cpu_us * 1e3),
    ]);
    let asked = [(most, "as fast as answered"), (paced, "at the rate above")];
    for (point, how) in asked {
        table.row([
            format!("p99 at {connections} connections, {how}"),
            time(point.ours.p99_us * 1e3),
            time(point.node.p99_us * 1e3),
            format!("< {}", time(P99_GOAL_US * 1e3)),
            verdict(point.ours.p99_us < P99_GOAL_US),
        ]);
    }
    table
}

/// Adds the servers' memory before the first load and after the last.
fn memory(table: &mut Table, ours: &Side<'_>, node: &Side<'_>) -> Result<()> {
    let (first, last) = ours.memory()?;
    let (node_first, node_last) = node.memory()?;
    let mb = |kb: u64| kb as f64 * 1024.0 / 1e6;
    let lines = [
        ("before the first load", first, node_first),
        ("after the last load", last, node_last),
    ];
    for (when, ours, node) in lines {
        let both = |memory: Memory| {
            let (rss, pss) = (mb(memory.rss_kb), mb(memory.pss_kb));
            format!("{} (PSS {})", three_digits(rss), three_digits(pss))
        };
        table.row([
            format!("memory {when}, RSS in MB"),
            both(ours),
            both(node),
            format!("< {MEMORY_GOAL_MB}"),
            verdict(mb(ours.rss_kb) < MEMORY_GOAL_MB),
        ]);
    }
    Ok(())
}
