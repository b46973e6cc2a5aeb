// SPDX-License-Identifier: Apache-2.0
//! A thread outside the runtime sends 100 k events a second to actor A, which passes them to B.
//!
//! Open loop: the source keeps to its timetable and B counts from when the event was due, so what
//! waits behind a stall counts in full. The source spins, so it adds no wake-up of its own.
use super::mailbox::{mailbox, receive, send, send_from_thread, Receiver, Sender};
use crate::machine::{process_time, thread_time};
use crate::message::{swap, value};
use crate::sample::{Row, Sample};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const PERIOD_NS: u64 = 10_000;
const CURVE: [f64; 10] = [50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99, 100.0];
const ROWS: [(&str, f64); 4] = [(".p50", 50.0), (".p99", 99.0), (".p999", 99.9), (".max", 100.0)];

fn ns_since(start: Instant) -> u64 {
    start.elapsed().as_nanos() as u64
}

async fn forward(mut inbox: Receiver, to: Sender) {
    while let Some(event) = receive(&mut inbox).await {
        send(&to, event).await;
    }
}

async fn record(mut inbox: Receiver, start: Instant, count: u64) -> Vec<u64> {
    let mut latencies_ns = Vec::with_capacity(count as usize);
    while let Some(event) = receive(&mut inbox).await {
        latencies_ns.push(ns_since(start) - value(&event));
    }
    latencies_ns
}

/// Returns the processor time that the source took.
fn feed(to: Sender, start: Instant, count: u64) -> Duration {
    let first_due_ns = ns_since(start) + PERIOD_NS;
    for i in 0..count {
        let due_ns = first_due_ns + i * PERIOD_NS;
        while ns_since(start) < due_ns {
            std::hint::spin_loop();
        }
        send_from_thread(&to, swap(due_ns));
    }
    thread_time()
}

/// The sorted latencies, and the processor time of all but the source.
fn run(runtime: &Runtime, count: u64) -> Result<(Vec<u64>, Duration), String> {
    let (to_a, a_inbox) = mailbox();
    let (to_b, b_inbox) = mailbox();
    let start = Instant::now();
    let before = process_time();
    runtime.spawn(forward(a_inbox, to_b));
    let recorder = runtime.spawn(record(b_inbox, start, count));
    let source = thread::spawn(move || feed(to_a, start, count));
    let source_time = source.join().expect("the source");
    let mut latencies_ns = runtime.block_on(recorder).expect("the recorder");
    let runtime_time = process_time() - before - source_time;
    if latencies_ns.len() as u64 != count {
        return Err(format!("handled {} events, expected {count}", latencies_ns.len()));
    }
    latencies_ns.sort_unstable();
    Ok((latencies_ns, runtime_time))
}

/// The smallest latency that `percent` of all do not exceed.
fn percentile(sorted_ns: &[u64], percent: f64) -> f64 {
    let rank = (sorted_ns.len() as f64 * percent / 100.0).ceil() as usize;
    sorted_ns[rank.clamp(1, sorted_ns.len()) - 1] as f64
}

pub fn latency(sample: &Sample) -> Result<Vec<Row>, String> {
    let runtime = sample.runtime();
    let count = sample.count(100_000);
    run(&runtime, count / 20)?;
    let (sorted_ns, time) = run(&runtime, count)?;
    let mut rows: Vec<Row> = ROWS
        .iter()
        .map(|(part, percent)| sample.row(part, percentile(&sorted_ns, *percent)))
        .collect();
    rows.push(sample.row(".cpu", time.as_nanos() as f64 / count as f64));
    rows.extend(CURVE.iter().map(|percent| {
        (format!("curve {} {percent}", sample.name), percentile(&sorted_ns, *percent))
    }));
    Ok(rows)
}
