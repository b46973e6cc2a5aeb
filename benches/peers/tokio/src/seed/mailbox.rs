// SPDX-License-Identifier: Apache-2.0
//! The mailbox of the design that Mycelium replaces: a bounded channel of messages whose payload
//! has lost its type, which the receiver asks for again.
use crate::message::MarketEvent;
use std::any::Any;
use std::sync::Arc;
use tokio::sync::mpsc;

pub enum ActorMessage {
    Local(Arc<dyn Any + Send + Sync>),
    #[allow(dead_code)] // part of the design; no workload stops an actor by a message
    Stop,
}

pub type Sender = mpsc::Sender<ActorMessage>;
pub type Receiver = mpsc::Receiver<ActorMessage>;

pub fn mailbox() -> (Sender, Receiver) {
    mpsc::channel(1000)
}

/// Waits while the mailbox is full. A closed one loses the event, which the tally then shows.
pub async fn send(to: &Sender, event: Arc<MarketEvent>) {
    let _ = to.send(ActorMessage::Local(event)).await;
}

pub fn send_from_thread(to: &Sender, event: Arc<MarketEvent>) {
    let _ = to.blocking_send(ActorMessage::Local(event));
}

pub async fn receive(inbox: &mut Receiver) -> Option<Arc<MarketEvent>> {
    match inbox.recv().await? {
        ActorMessage::Local(payload) => payload.downcast().ok(),
        ActorMessage::Stop => None,
    }
}

/// A full mailbox is what holds a sender back.
pub async fn pause_between_sends(_sent: u64) {}
