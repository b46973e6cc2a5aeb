// SPDX-License-Identifier: Apache-2.0
//! Many actors send to one; one actor sends to many. All share one payload.
use super::mailbox::{mailbox, pause_between_sends, send, Sender};
use super::stream::consume;
use crate::message::{swap, MarketEvent};
use crate::sample::{Measured, Measurement, Sample};
use std::sync::Arc;
use std::time::Instant;

async fn send_many(to: Sender, event: Arc<MarketEvent>, count: u64) {
    for i in 0..count {
        send(&to, Arc::clone(&event)).await;
        pause_between_sends(i).await;
    }
}

async fn gather(senders: u64, each: u64) -> Measurement {
    let event = swap(7);
    let started = Instant::now();
    let (to, inbox) = mailbox();
    let consumer = tokio::spawn(consume(inbox));
    for _ in 0..senders {
        tokio::spawn(send_many(to.clone(), Arc::clone(&event), each));
    }
    drop(to);
    let tally = consumer.await.expect("the consumer");
    let elapsed = started.elapsed();
    let count = senders * each;
    tally.check(count, 7 * count).map(|()| Measured { count, elapsed })
}

/// `senders` actors send 10 M events in all.
pub fn fan_in(sample: &Sample, senders: u64) -> Measurement {
    sample.measure(10_000_000, |count| gather(senders, (count / senders).max(1)))
}

async fn publish(to: Vec<Sender>, events: u64) {
    let event = swap(7);
    let mut sent = 0;
    for _ in 0..events {
        for subscriber in &to {
            send(subscriber, Arc::clone(&event)).await;
            pause_between_sends(sent).await;
            sent += 1;
        }
    }
}

async fn spread(subscribers: u64, events: u64) -> Measurement {
    let started = Instant::now();
    let (to, inboxes): (Vec<_>, Vec<_>) = (0..subscribers).map(|_| mailbox()).unzip();
    let consumers: Vec<_> = inboxes.into_iter().map(|inbox| tokio::spawn(consume(inbox))).collect();
    tokio::spawn(publish(to, events));
    for consumer in consumers {
        consumer.await.expect("a subscriber").check(events, 7 * events)?;
    }
    Ok(Measured { count: subscribers * events, elapsed: started.elapsed() })
}

/// One actor sends to `subscribers` actors, 10 M deliveries in all.
pub fn fan_out(sample: &Sample, subscribers: u64) -> Measurement {
    sample.measure(10_000_000, |count| spread(subscribers, (count / subscribers).max(1)))
}
