// SPDX-License-Identifier: Apache-2.0
//! An actor spawns a million others and sends each its first message.
//!
//! `time` is from the first spawn to the last handler, `bytes` the growth of the resident set with
//! all of them idle: the task, the mailbox and the sender that keeps it open. There is no warm-up:
//! memory that it left behind would not count as growth.
use super::mailbox::{mailbox, receive, send, Receiver, Sender};
use crate::machine::resident_bytes;
use crate::message::{swap, Tally};
use crate::sample::{Row, Sample};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

struct Progress {
    handled: AtomicU64,
    sum: AtomicU64,
    actors: u64,
    all_handled: Notify,
}

async fn idler(mut inbox: Receiver, progress: Arc<Progress>) {
    while let Some(event) = receive(&mut inbox).await {
        let mut tally = Tally::default();
        tally.add(&event);
        progress.sum.fetch_add(tally.sum, Relaxed);
        if progress.handled.fetch_add(1, Relaxed) + 1 == progress.actors {
            progress.all_handled.notify_one();
        }
    }
}

async fn spawn_all(progress: Arc<Progress>) -> Vec<Sender> {
    let event = swap(7);
    let mut senders = Vec::with_capacity(progress.actors as usize);
    for _ in 0..progress.actors {
        let (to, inbox) = mailbox();
        tokio::spawn(idler(inbox, Arc::clone(&progress)));
        send(&to, Arc::clone(&event)).await;
        senders.push(to);
    }
    progress.all_handled.notified().await;
    senders
}

pub fn spawn(sample: &Sample) -> Result<Vec<Row>, String> {
    let actors = sample.count(1_000_000);
    let runtime = sample.runtime();
    let progress = Arc::new(Progress {
        handled: AtomicU64::new(0),
        sum: AtomicU64::new(0),
        actors,
        all_handled: Notify::new(),
    });
    let before = resident_bytes();
    let started = Instant::now();
    let senders = runtime.block_on(runtime.spawn(spawn_all(Arc::clone(&progress))));
    let elapsed = started.elapsed();
    std::thread::sleep(Duration::from_millis(20)); // the last handlers return
    let grown = resident_bytes() - before;
    let tally = Tally { handled: progress.handled.load(Relaxed), sum: progress.sum.load(Relaxed) };
    tally.check(actors, 7 * actors)?;
    std::mem::forget((runtime, senders)); // taking them apart is not measured
    Ok(vec![
        sample.row(".time", elapsed.as_nanos() as f64 / actors as f64),
        sample.row(".bytes", grown as f64 / actors as f64),
    ])
}
