//! How fast tokens are minted and verified on this machine.

use std::error::Error;
use std::fmt;
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ivs_token::es384::{self, BACKEND};
use ivs_token::{Participant, SigningKey, Stage, Verifier};
use serde::Serialize;

use super::demo::{KID, STAGE, WHIP_URL, arithmetic};
use crate::failure::Failure;
use crate::output;

#[derive(Args, Debug)]
pub(crate) struct BenchArgs {
    /// How long to measure
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

/// How long one measure is looked at in a round: short, so that all of them see the same quiet and busy moments of the machine.
const TURN: Duration = Duration::from_millis(20);

/// Tokens in a batch.
const BATCH: usize = 64;

pub(crate) fn run(args: &BenchArgs, json: bool) -> Result<(), Failure> {
    let bench = Bench::run(args.seconds).map_err(|error| Failure::failed(error.to_string()))?;
    if json { output::json(&bench) } else { output::line(&bench.to_string()) }
}

/// What was found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bench {
    backend: &'static str,
    /// What the engine calculates with on this processor, where it is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    arithmetic: Option<&'static str>,
    cores: usize,
    seconds: u64,
    rounds: usize,
    measures: Vec<Measured>,
    joins_per_second: Joins,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    #[serde(flatten)]
    measure: Measure,
    tokens_per_second: u64,
    micros: f64,
}

/// Joins whose token is minted and verified, one after the other.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Joins {
    one_core: u64,
    all_cores: u64,
}

/// One way to mint or to verify.
#[derive(Clone, Copy, Serialize)]
struct Measure {
    does: Does,
    accelerated: bool,
    batch: usize,
    threads: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Does {
    Mint,
    Verify,
}

impl Bench {
    fn run(seconds: u64) -> Result<Self, Box<dyn Error>> {
        let subject = Subject::new()?;
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let measures = measures(subject.accelerated.is_accelerated(), cores);
        let length = Duration::from_secs(seconds);
        let progress = progress(length);
        let (begun, mut rates) = (Instant::now(), vec![Vec::new(); measures.len()]);
        for measure in &measures {
            // Once beforehand: tables are made, and the processor wakes up.
            subject.rate(*measure)?;
        }
        while begun.elapsed() < length || rates[0].is_empty() {
            for (measure, rates) in measures.iter().zip(&mut rates) {
                rates.push(subject.rate(*measure)?);
                progress.set_position(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
            }
        }
        progress.finish_and_clear();
        let rounds = rates[0].len();
        let found: Vec<_> = measures.into_iter().zip(rates).map(|(m, r)| Measured::new(m, r)).collect();
        Ok(Self {
            backend: BACKEND,
            arithmetic: (subject.verifier.prepared_keys() > 0).then(arithmetic),
            cores,
            seconds,
            rounds,
            joins_per_second: Joins { one_core: joins(&found, 1), all_cores: joins(&found, cores) },
            measures: found,
        })
    }
}

/// What is measured here: one by one on one core, then in batches, then on all cores.
fn measures(has_engine: bool, cores: usize) -> Vec<Measure> {
    let mut measures = Vec::new();
    for does in [Does::Mint, Does::Verify] {
        let accelerated = has_engine && does == Does::Mint;
        if accelerated {
            measures.push(Measure { does, accelerated: false, batch: 1, threads: 1 });
        }
        measures.push(Measure { does, accelerated, batch: 1, threads: 1 });
        measures.push(Measure { does, accelerated, batch: BATCH, threads: 1 });
        if cores > 1 {
            measures.push(Measure { does, accelerated, batch: BATCH, threads: cores });
        }
    }
    measures
}

/// How many joins a second are minted and verified by so many threads, in the way that is fastest.
fn joins(measured: &[Measured], threads: usize) -> u64 {
    let fastest = |does| {
        let of_it = measured.iter().filter(|m| m.measure.does == does && m.measure.threads == threads);
        of_it.map(|m| m.tokens_per_second).max().unwrap_or(0)
    };
    let (minted, verified) = (fastest(Does::Mint), fastest(Does::Verify));
    minted * verified / (minted + verified).max(1)
}

impl Measured {
    fn new(measure: Measure, mut rates: Vec<f64>) -> Self {
        rates.sort_by(f64::total_cmp);
        let rate = rates[rates.len() / 2];
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is positive, and far below 2^64"
        )]
        let tokens_per_second = rate.round() as u64;
        Self { measure, tokens_per_second, micros: (1e8 / rate).round() / 100.0 }
    }
}

/// A key, a stage and tokens to measure with.
struct Subject {
    key: SigningKey,
    accelerated: SigningKey,
    participants: Vec<Participant>,
    tokens: Vec<String>,
    verifier: Verifier,
}

impl Subject {
    fn new() -> Result<Self, Box<dyn Error>> {
        let private = es384::SigningKey::generate()?;
        let accelerated = SigningKey::from_any(private.to_pkcs8_der(), None)?.with_id(KID.parse()?);
        let key = SigningKey::from(private).with_id(KID.parse()?);
        accelerated.accelerate();
        let stage = Stage::new(STAGE.parse()?, WHIP_URL)?;
        let participant = stage.participant().user_id("2f3c1a9e-7b64-4c1d-9f0a-5d8e6b7a4c21");
        let participant =
            participant.attribute("displayName", "Ana Sofia Hernandez").attribute("role", "presenter");
        let participants = vec![participant; BATCH];
        let tokens = participants.iter().map(|one| one.mint_text(&key)).collect::<Result<_, _>>()?;
        let verifier = Verifier::builder().key(KID.parse()?, key.verifying_key().clone());
        Ok(Self { verifier: verifier.stage(stage.arn()).build()?, key, accelerated, participants, tokens })
    }

    /// Tokens a second, over one turn.
    fn rate(&self, measure: Measure) -> Result<f64, String> {
        let work = || {
            let (begun, mut tokens) = (Instant::now(), 0);
            while begun.elapsed() < TURN {
                // So many calls between two looks at the clock that looking takes nothing of it.
                tokens += self.work(measure)?;
            }
            #[expect(clippy::cast_precision_loss, reason = "a turn has some thousands of tokens")]
            let rate = tokens as f64 / begun.elapsed().as_secs_f64();
            Ok(rate)
        };
        if measure.threads == 1 {
            return work();
        }
        thread::scope(|scope| {
            let threads: Vec<_> = (0..measure.threads).map(|_| scope.spawn(work)).collect();
            let rates =
                threads.into_iter().map(|t| t.join().map_err(|_| "a thread ended early".to_owned())?);
            rates.sum()
        })
    }

    /// Mints or verifies [`BATCH`] tokens, one by one or together.
    fn work(&self, measure: Measure) -> Result<usize, String> {
        let key = if measure.accelerated { &self.accelerated } else { &self.key };
        let wrong = |error: &dyn Error| format!("a token of this program: {error}");
        match (measure.does, measure.batch) {
            (Does::Mint, 1) => {
                for participant in &self.participants {
                    participant.mint_text(key).map_err(|error| wrong(&error))?;
                }
            }
            (Does::Mint, _) => {
                for minted in key.mint_batch(self.participants.iter().cloned()) {
                    minted.map(drop).map_err(|error| wrong(&error))?;
                }
            }
            (Does::Verify, 1) => {
                for token in &self.tokens {
                    self.verifier.verify(token).map_err(|error| wrong(&error))?;
                }
            }
            (Does::Verify, _) => {
                for verified in self.verifier.verify_batch(&self.tokens) {
                    verified.map(drop).map_err(|error| wrong(&error))?;
                }
            }
        }
        Ok(BATCH)
    }
}

/// A bar on standard error, where that is a terminal.
fn progress(length: Duration) -> ProgressBar {
    let milliseconds = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(milliseconds), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("measuring {wide_bar} {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

impl fmt::Display for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arithmetic = self.arithmetic.map(|by| format!("the engine, with {by}"));
        let engine = arithmetic.as_deref().unwrap_or(self.backend);
        writeln!(
            f,
            "{:<44} {:>15} {:>9}",
            format!("The median of {} rounds", self.rounds),
            "tokens a second",
            "µs each"
        )?;
        for Measured { measure, tokens_per_second, micros } in &self.measures {
            writeln!(f, "{:<44} {tokens_per_second:>15} {micros:>9.2}", measure.to_string())?;
        }
        writeln!(
            f,
            "\nVerified by {engine}. Signed by {}.",
            match arithmetic {
                Some(_) => format!(
                    "{}, and by the engine once a key is accelerated, which is your choice",
                    self.backend
                ),
                None => self.backend.to_owned(),
            }
        )?;
        let Joins { one_core, all_cores } = self.joins_per_second;
        write!(
            f,
            "Tokens for {one_core} joins a second minted and verified on one core, {all_cores} on all {}.",
            self.cores
        )
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.does == Does::Mint { "mint" } else { "verify" })?;
        if self.accelerated {
            f.write_str(", accelerated")?;
        }
        if self.batch > 1 {
            write!(f, ", batches of {}", self.batch)?;
        }
        if self.threads > 1 {
            write!(f, ", {} threads", self.threads)?;
        }
        Ok(())
    }
}
