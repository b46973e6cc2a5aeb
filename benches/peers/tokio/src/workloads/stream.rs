// SPDX-License-Identifier: Apache-2.0
//! One actor sends to one other as fast as the mailbox takes it.
use super::mailbox::{mailbox, pause_between_sends, receive, send, Receiver};
use crate::message::{bytes, swap, MarketEvent, Tally};
use crate::sample::{Measured, Measurement, Sample};
use std::sync::Arc;
use std::time::Instant;

/// Handles what comes until all senders are gone.
pub async fn consume(mut inbox: Receiver) -> Tally {
    let mut tally = Tally::default();
    while let Some(event) = receive(&mut inbox).await {
        tally.add(&event);
    }
    tally
}

/// `event(i)` makes the i-th of `count` events; their values must come to `sum`.
async fn stream<E>(count: u64, sum: u64, event: E) -> Measurement
where
    E: Fn(u64) -> Arc<MarketEvent> + Send + Sync + 'static,
{
    let started = Instant::now();
    let (to, inbox) = mailbox();
    let consumer = tokio::spawn(consume(inbox));
    tokio::spawn(async move {
        for i in 0..count {
            send(&to, event(i)).await;
            pause_between_sends(i).await;
        }
    });
    let tally = consumer.await.expect("the consumer");
    let elapsed = started.elapsed();
    tally.check(count, sum).map(|()| Measured { count, elapsed })
}

/// One payload, a reference to it for each send.
pub fn shared(sample: &Sample) -> Measurement {
    let event = swap(7);
    sample.measure(10_000_000, |count| {
        let event = Arc::clone(&event);
        stream(count, 7 * count, move |_| Arc::clone(&event))
    })
}

/// A new payload for each send, freed by the receiver.
pub fn fresh(sample: &Sample) -> Measurement {
    sample.measure(10_000_000, |count| stream(count, count * (count - 1) / 2, swap))
}

/// A new payload of `parameter` bytes for each send, filled whole; 2 GB in all, at most 5 M events.
pub fn sized(sample: &Sample) -> Measurement {
    let full = (2_000_000_000 / sample.parameter).min(5_000_000);
    let size = sample.parameter as usize;
    sample.measure(full, |count| stream(count, count, move |_| bytes(size, 1)))
}
