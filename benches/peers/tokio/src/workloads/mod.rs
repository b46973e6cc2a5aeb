// SPDX-License-Identifier: Apache-2.0
//! All workloads by name: workers, the processors that it needs, and what is measured.
mod fan;
mod paced;
mod ring;
mod spawn;
mod stream;

use super::mailbox;
use crate::sample::{Body, Body::Cost, Body::Rate, Body::Rows, Workload};

const fn workload(
    name: &'static str,
    workers: usize,
    processors: usize,
    body: Body,
) -> Workload {
    Workload { name, workers, processors, body }
}

pub const WORKLOADS: &[Workload] = &[
    workload("send_local", 1, 1, Rate(stream::shared)),
    workload("send_fresh.one_worker", 1, 1, Rate(stream::fresh)),
    workload("send_fresh.two_workers", 2, 2, Rate(stream::fresh)),
    workload("stream_cross", 2, 2, Rate(stream::fresh)),
    workload("ping_pong.one_worker", 1, 1, Cost(ring::ping_pong)),
    workload("ping_pong.two_workers", 2, 2, Cost(ring::ping_pong)),
    workload("fan_in", 2, 2, Rate(|sample| fan::fan_in(sample, 100))),
    workload("fan_out", 1, 1, Rate(|sample| fan::fan_out(sample, 100))),
    workload("ring_503", 1, 1, Cost(ring::ring_503)),
    workload("spawn_1m", 1, 1, Rows(spawn::spawn)),
    workload("paced_latency", 1, 2, Rows(paced::latency)),
    workload("oversubscribed.send_local", 4, 2, Rate(stream::shared)),
    workload("oversubscribed.stream_cross", 4, 2, Rate(stream::fresh)),
    workload("oversubscribed.fan_in", 4, 2, Rate(|sample| fan::fan_in(sample, 100))),
    workload("oversubscribed.ring_503", 4, 2, Cost(ring::ring_503)),
    workload("oversubscribed.ping_pong", 4, 2, Cost(ring::ping_pong)),
    workload("curve.actors", 1, 1, Cost(|sample| ring::hop(sample, sample.parameter, 1_000_000))),
    workload("curve.payload", 2, 2, Cost(stream::sized)),
    workload("curve.senders", 2, 2, Cost(|sample| fan::fan_in(sample, sample.parameter))),
    workload("curve.subscribers", 1, 1, Cost(|sample| fan::fan_out(sample, sample.parameter))),
];
