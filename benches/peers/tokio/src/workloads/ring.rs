// SPDX-License-Identifier: Apache-2.0
//! One event goes round a ring of actors; two actors make a ping-pong.
use super::mailbox::{mailbox, receive, send, Receiver, Sender};
use crate::message::{swap, Tally};
use crate::sample::{Measured, Measurement, Sample};
use std::time::Instant;

/// Hands the event on in every lap.
async fn node(mut inbox: Receiver, next: Sender, laps: u64) -> Tally {
    let mut tally = Tally::default();
    while let Some(event) = receive(&mut inbox).await {
        tally.add(&event);
        send(&next, event).await;
        if tally.handled == laps {
            break;
        }
    }
    tally
}

/// Starts the event, and keeps it at the end.
async fn first(mut inbox: Receiver, next: Sender, laps: u64) -> Tally {
    let mut tally = Tally::default();
    send(&next, swap(7)).await;
    while let Some(event) = receive(&mut inbox).await {
        tally.add(&event);
        if tally.handled == laps {
            break;
        }
        send(&next, event).await;
    }
    tally
}

async fn go_round(actors: u64, laps: u64) -> Measurement {
    let (mut next, first_inbox) = mailbox();
    let mut others = Vec::new();
    for _ in 1..actors {
        let (sender, inbox) = mailbox();
        others.push(tokio::spawn(node(inbox, next, laps)));
        next = sender;
    }
    let started = Instant::now();
    let last = tokio::spawn(first(first_inbox, next, laps)).await.expect("the first actor");
    let elapsed = started.elapsed();
    last.check(laps, 7 * laps)?;
    for other in others {
        other.await.expect("an actor of the ring").check(laps, 7 * laps)?;
    }
    Ok(Measured { count: actors * laps, elapsed })
}

/// `hops` in all, at least one lap.
pub fn hop(sample: &Sample, actors: u64, hops: u64) -> Measurement {
    sample.measure(hops, |hops| go_round(actors, (hops / actors).max(1)))
}

pub fn ping_pong(sample: &Sample) -> Measurement {
    hop(sample, 2, 2_000_000)
}

pub fn ring_503(sample: &Sample) -> Measurement {
    hop(sample, 503, 1_000_000)
}
