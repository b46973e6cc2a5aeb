// SPDX-License-Identifier: Apache-2.0
//! The fastest mailbox that tokio offers: an unbounded channel of typed events, drained before the
//! receiver waits.
use crate::message::MarketEvent;
use std::sync::Arc;
use tokio::sync::mpsc;

pub type Sender = mpsc::UnboundedSender<Arc<MarketEvent>>;
pub type Receiver = mpsc::UnboundedReceiver<Arc<MarketEvent>>;

pub fn mailbox() -> (Sender, Receiver) {
    mpsc::unbounded_channel()
}

/// A closed mailbox loses the event, which the tally then shows.
pub async fn send(to: &Sender, event: Arc<MarketEvent>) {
    let _ = to.send(event);
}

pub fn send_from_thread(to: &Sender, event: Arc<MarketEvent>) {
    let _ = to.send(event);
}

pub async fn receive(inbox: &mut Receiver) -> Option<Arc<MarketEvent>> {
    match inbox.try_recv() {
        Ok(event) => Some(event),
        Err(_) => inbox.recv().await,
    }
}

/// Lets the receiver run after so many sends, since no mailbox is ever full.
pub async fn pause_between_sends(sent: u64) {
    if sent % 1000 == 999 {
        tokio::task::yield_now().await;
    }
}
