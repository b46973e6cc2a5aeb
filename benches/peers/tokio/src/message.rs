// SPDX-License-Identifier: Apache-2.0
//! What the actors send: immutable events, shared by reference.
use std::sync::Arc;

/// The 48-byte payload of every workload but the payload curve.
#[allow(dead_code)] // handlers read the timestamp alone
pub struct PoolSwap {
    pub pool: u64,
    pub token_in: u64,
    pub token_out: u64,
    pub amount_in: u64,
    pub amount_out: u64,
    /// The number of the message, or the ns at which it was due.
    pub timestamp: u64,
}

pub enum MarketEvent {
    PoolSwap(PoolSwap),
    Bytes(Vec<u8>),
}

pub fn swap(timestamp: u64) -> Arc<MarketEvent> {
    let (pool, token_in, token_out, amount_in, amount_out) = (1, 2, 3, 4, 5);
    let swap = PoolSwap { pool, token_in, token_out, amount_in, amount_out, timestamp };
    Arc::new(MarketEvent::PoolSwap(swap))
}

pub fn bytes(size: usize, fill: u8) -> Arc<MarketEvent> {
    Arc::new(MarketEvent::Bytes(vec![fill; size]))
}

/// What a handler reads of an event.
pub fn value(event: &MarketEvent) -> u64 {
    match event {
        MarketEvent::PoolSwap(swap) => swap.timestamp,
        MarketEvent::Bytes(bytes) => u64::from(bytes[0]),
    }
}

/// What a consumer has handled.
#[derive(Default)]
pub struct Tally {
    pub handled: u64,
    pub sum: u64,
}

impl Tally {
    pub fn add(&mut self, event: &MarketEvent) {
        self.handled += 1;
        self.sum = self.sum.wrapping_add(value(event));
    }

    pub fn check(&self, handled: u64, sum: u64) -> Result<(), String> {
        if (self.handled, self.sum) == (handled, sum) {
            return Ok(());
        }
        Err(format!(
            "handled {} events of sum {}, expected {handled} of sum {sum}",
            self.handled, self.sum
        ))
    }
}
