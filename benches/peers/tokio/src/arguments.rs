// SPDX-License-Identifier: Apache-2.0
//! The command line that all programs of the suite share.
use crate::sample::Workload;
use std::ops::RangeInclusive;
use std::str::FromStr;

pub struct Arguments {
    pub scale: f64,
    pub parameter: Option<u64>,
    pub workers: Option<usize>,
}

pub enum Command {
    List,
    Run(&'static Workload, Arguments),
}

fn number<T: FromStr + PartialOrd>(
    option: &str,
    text: Option<&String>,
    range: RangeInclusive<T>,
    expected: &str,
) -> Result<T, String> {
    let text = text.ok_or_else(|| format!("{option}: expected {expected}"))?;
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("{option} {text}: expected {expected}"))
}

fn options(words: &[String]) -> Result<Arguments, String> {
    let mut arguments = Arguments { scale: 1.0, parameter: None, workers: None };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--pin" => {} // a peer is pinned from outside
            "--scale" => {
                let above_zero = f64::MIN_POSITIVE..=10.0;
                arguments.scale =
                    number(word, words.next(), above_zero, "a number above 0, at most 10")?
            }
            "--parameter" => {
                let expected = "a whole number from 1 to 1000000";
                arguments.parameter = Some(number(word, words.next(), 1..=1_000_000, expected)?)
            }
            "--workers" => {
                let expected = "a whole number from 1 to 64";
                arguments.workers = Some(number(word, words.next(), 1..=64, expected)?)
            }
            _ => return Err(format!("unexpected argument '{word}'")),
        }
    }
    Ok(arguments)
}

pub fn parse(words: &[String], workloads: &'static [Workload]) -> Result<Command, String> {
    let (name, rest) = words.split_first().ok_or("expected --list or the name of a workload")?;
    if name == "--list" {
        return Ok(Command::List);
    }
    let workload = workloads.iter().find(|workload| workload.name == name);
    let workload =
        workload.ok_or_else(|| format!("no workload '{name}'; --list prints the names"))?;
    let arguments = options(rest)?;
    if workload.is_curve() && arguments.parameter.is_none() {
        return Err(format!("{name}: expected --parameter N"));
    }
    Ok(Command::Run(workload, arguments))
}
