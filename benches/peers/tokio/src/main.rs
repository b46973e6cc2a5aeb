// SPDX-License-Identifier: Apache-2.0
//! Actors as tokio tasks, on the workloads of the benchmark suite, in two variants: `seed` is the
//! Rust design that Mycelium replaces, `typed` what tokio can do without its `dyn Any`.
//!
//! Each consumer adds up its payloads and the sum is checked, so no send or handler can be left out.
mod arguments;
mod machine;
mod message;
mod sample;

/// The workloads are compiled once for each variant; `super::mailbox` is the variant's own there.
mod seed {
    pub mod mailbox;
    #[path = "../workloads/mod.rs"]
    pub mod workloads;
}
mod typed {
    pub mod mailbox;
    #[path = "../workloads/mod.rs"]
    pub mod workloads;
}

use arguments::{Arguments, Command};
use sample::{Body, Row, Sample, Workload};

const FAILED: i32 = 1;
const WRONG_ARGUMENTS: i32 = 2;
const CANNOT_RUN_HERE: i32 = 3;

fn variant(name: &str) -> Option<&'static [Workload]> {
    match name {
        "seed" => Some(seed::workloads::WORKLOADS),
        "typed" => Some(typed::workloads::WORKLOADS),
        _ => None,
    }
}

fn fail(code: i32, text: &str) -> i32 {
    eprintln!("peer-tokio: {text}");
    code
}

fn rows_of(workload: &Workload, sample: &Sample) -> Result<Vec<Row>, String> {
    match workload.body {
        Body::Rate(run) => Ok(vec![sample.row("", run(sample)?.per_second())]),
        Body::Cost(run) => Ok(vec![sample.row("", run(sample)?.ns_each())]),
        Body::Rows(run) => run(sample),
    }
}

fn run(workload: &Workload, arguments: &Arguments) -> i32 {
    if machine::processors() < workload.processors {
        return fail(CANNOT_RUN_HERE, &format!("needs {} processors", workload.processors));
    }
    match rows_of(workload, &Sample::new(workload, arguments)) {
        Ok(rows) => rows.iter().for_each(|(name, value)| println!("{name} {value:.3}")),
        Err(text) => return fail(FAILED, &format!("{}: {text}", workload.name)),
    }
    0
}

fn start(arguments: &[String]) -> Result<i32, String> {
    let usage = "expected seed or typed, then --list or WORKLOAD [--scale F] [--parameter N] [--workers N]";
    let (name, rest) = arguments.split_first().ok_or(usage)?;
    let workloads = variant(name).ok_or_else(|| format!("variant '{name}': {usage}"))?;
    match arguments::parse(rest, workloads)? {
        Command::List => workloads.iter().for_each(|workload| println!("{}", workload.name)),
        Command::Run(workload, arguments) => return Ok(run(workload, &arguments)),
    }
    Ok(0)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    std::process::exit(start(&arguments).unwrap_or_else(|text| fail(WRONG_ARGUMENTS, &text)));
}
