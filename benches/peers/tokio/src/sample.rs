// SPDX-License-Identifier: Apache-2.0
//! One sample of one workload: how much to do, the warm-up, and the rows that come out.
use crate::arguments::Arguments;
use std::future::Future;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

pub type Row = (String, f64);

pub struct Measured {
    pub count: u64,
    pub elapsed: Duration,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.elapsed.as_secs_f64()
    }

    pub fn ns_each(&self) -> f64 {
        self.elapsed.as_nanos() as f64 / self.count as f64
    }
}

/// An error says what was counted wrong.
pub type Measurement = Result<Measured, String>;

pub enum Body {
    /// One row, in events a second.
    Rate(fn(&Sample) -> Measurement),
    /// One row, in ns for each event.
    Cost(fn(&Sample) -> Measurement),
    Rows(fn(&Sample) -> Result<Vec<Row>, String>),
}

pub struct Workload {
    pub name: &'static str,
    pub workers: usize,
    pub processors: usize,
    pub body: Body,
}

impl Workload {

    pub fn is_curve(&self) -> bool {
        self.name.starts_with("curve.")
    }
}

pub struct Sample {
    pub name: &'static str,
    pub workers: usize,
    /// Of a curve; 0 for other workloads.
    pub parameter: u64,
    scale: f64,
}

impl Sample {
    pub fn new(workload: &Workload, arguments: &Arguments) -> Sample {
        Sample {
            name: workload.name,
            workers: arguments.workers.unwrap_or(workload.workers),
            parameter: arguments.parameter.unwrap_or(0),
            scale: arguments.scale,
        }
    }

    pub fn row(&self, part: &str, value: f64) -> Row {
        (format!("{}{part}", self.name), value)
    }

    /// `full`, scaled; never so few that the start of the runtime would be what is measured.
    pub fn count(&self, full: u64) -> u64 {
        ((full as f64 * self.scale) as u64).max(4000)
    }

    pub fn runtime(&self) -> Runtime {
        let runtime = Builder::new_multi_thread().worker_threads(self.workers).build();
        runtime.expect("threads for the runtime")
    }

    /// Runs `body` on a twentieth of the scaled count, then measures it on all of it.
    pub fn measure<F>(&self, full: u64, body: impl Fn(u64) -> F) -> Measurement
    where
        F: Future<Output = Measurement>,
    {
        let runtime = self.runtime();
        let count = self.count(full);
        runtime.block_on(body(count / 20))?;
        runtime.block_on(body(count))
    }
}
