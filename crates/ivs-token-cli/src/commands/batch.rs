use std::collections::HashMap;
use std::collections::hash_map::Entry;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ivs_token::{Attributes, MintError, Participant, ParticipantId, SigningKey, Token, mint_batch_with};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::input::Source;
use crate::rows::{self, Format, Reason, Row, Rows};
use crate::signers::CommandSigner;
use crate::{minted, output};

/// Minting many.
#[derive(Args, Debug)]
#[command(next_help_heading = "Batch")]
pub(super) struct BatchArgs {
    /// Mint a token for each row of this file, CSV or JSON lines; `-` for standard input
    #[arg(long, value_name = "FILE")]
    batch: Option<Source>,

    /// The form of the batch; by default, the file's name or its first character decides
    #[arg(long, value_enum, requires = "batch")]
    format: Option<Format>,

    /// Leave out bad rows, report each of them, and mint the others
    #[arg(long, requires = "batch")]
    skip_bad: bool,

    /// Sign in batches with ivs-token's own engine: several times as fast, depending on the processor. The engine is younger
    /// than the default library, so you must turn it on
    #[arg(long, requires = "batch")]
    accelerate: bool,
}

impl BatchArgs {
    /// The batch, if one is to be minted.
    pub(super) fn source(&self) -> Option<&Source> {
        self.batch.as_ref()
    }
}

/// What signs.
pub(super) enum Keys<'a> {
    /// A key at hand.
    Here(&'a SigningKey),
    /// A command, as many of which run at once as the flags say.
    Elsewhere(&'a CommandSigner),
}

impl Keys<'_> {
    fn mint(&self, participants: Vec<Participant>) -> Vec<Result<Token, MintError>> {
        match self {
            Self::Here(key) => key.mint_batch(participants),
            Self::Elsewhere(signer) => mint_batch_with(*signer, participants, signer.concurrency),
        }
    }
}

/// How many tokens are minted at a time.
const CHUNK: usize = 256;

/// How many bad rows are told when nothing is minted.
const TOLD: usize = 20;

pub(super) fn run(
    source: &Source,
    args: &BatchArgs,
    keys: &Keys<'_>,
    template: Participant,
    attributes: Attributes,
    json: bool,
) -> Result<(), Failure> {
    if let (true, Keys::Here(key)) = (args.accelerate, keys) {
        key.accelerate();
        if !key.is_accelerated() {
            output::word("note: --accelerate does nothing in this build, which has no engine");
        }
    }
    let rows = rows::open(source, args.format)?;
    let planner = Planner { template, attributes, ids: HashMap::new() };
    let press = |length| Press { keys, json, progress: progress(length) };
    if args.skip_bad {
        skip_bad(rows, planner, &press(None))
    } else {
        let rows = all_good(rows, planner)?;
        let length = rows.len();
        all_or_nothing(rows, &press(Some(length)))
    }
}

/// Every row, or none and why.
fn all_good(rows: Rows, mut planner: Planner) -> Result<Vec<Planned>, Failure> {
    let (mut good, mut bad) = (Vec::new(), BadRows::default());
    for row in rows {
        match planner.plan(row?) {
            Ok(one) if bad.count == 0 => good.push(one),
            Ok(_) => {}
            Err(told) => {
                good = Vec::new();
                bad.tell(&told);
            }
        }
    }
    bad.done().map(|()| good)
}

/// Mints all of them before it writes any of them.
fn all_or_nothing(mut planned: Vec<Planned>, press: &Press<'_>) -> Result<(), Failure> {
    let (mut lines, mut bad) = (Vec::new(), BadRows::default());
    while !planned.is_empty() {
        let rest = planned.split_off(CHUNK.min(planned.len()));
        for minted in press.mint(std::mem::replace(&mut planned, rest))? {
            match minted {
                Ok(line) if bad.count == 0 => lines.push(line),
                Ok(_) => {}
                Err(told) => {
                    lines = Vec::new();
                    press.progress.suspend(|| bad.tell(&told));
                }
            }
        }
    }
    press.progress.finish_and_clear();
    bad.done()?;
    press.write(&lines)
}

/// The good rows as they come, and a word for each of the others.
fn skip_bad(rows: Rows, mut planner: Planner, press: &Press<'_>) -> Result<(), Failure> {
    let (mut count, mut bad, mut reported) = (0, 0, Ok(()));
    let mut told = |one: &BadRow| {
        bad += 1;
        press.progress.suspend(|| one.tell());
        if reported.is_ok() {
            reported = press.report(one);
        }
    };
    let mut said = Ok(());
    let mut rows = rows.peekable();
    while rows.peek().is_some() && said.is_ok() {
        let mut good = Vec::with_capacity(CHUNK);
        for row in rows.by_ref().take(CHUNK) {
            match planner.plan(row?) {
                Ok(one) => good.push(one),
                Err(one) => told(&one),
            }
        }
        let mut lines = Vec::with_capacity(good.len());
        for minted in press.mint(good)? {
            match minted {
                Ok(line) => lines.push(line),
                Err(one) => told(&one),
            }
        }
        count += lines.len();
        said = press.write(&lines);
    }
    press.progress.finish_and_clear();
    if bad == 0 {
        return said;
    }
    output::word(&format!(
        "{} minted, {} left out",
        output::count(count, "token"),
        output::count(bad, "bad row")
    ));
    Err(Failure::Told.after(said.and(reported)))
}

/// A row that makes a participant.
struct Planned {
    row: u64,
    line: u64,
    participant: Participant,
}

/// Makes participants of rows.
struct Planner {
    /// What the flags say.
    template: Participant,
    attributes: Attributes,
    /// Each participant ID given so far, and the row it was in.
    ids: HashMap<ParticipantId, u64>,
}

/// A bad row and what is wrong with it.
struct BadRow {
    row: u64,
    line: u64,
    reason: Reason,
}

impl Planner {
    fn plan(&mut self, Row { number, line, values }: Row) -> Result<Planned, BadRow> {
        let bad = |reason| BadRow { row: number, line, reason };
        let values = values.map_err(bad)?;
        if let Some(id) = &values.participant_id {
            match self.ids.entry(id.clone()) {
                Entry::Vacant(entry) => drop(entry.insert(number)),
                Entry::Occupied(entry) => {
                    let message = format!(
                        "the participant ID {id} is that of row {} too: each token needs its own",
                        entry.get()
                    );
                    return Err(bad(Reason::new("INVALID_PARTICIPANT_ID", message)));
                }
            }
        }
        let participant = values.apply(self.template.clone(), &self.attributes).map_err(bad)?;
        Ok(Planned { row: number, line, participant })
    }
}

impl BadRow {
    fn tell(&self) {
        let Reason { code, message } = &self.reason;
        output::alarm(&format!("row {} (line {})", self.row, self.line), Some(code), message);
    }
}

/// Bad rows where one is enough to stop everything: the first are told, the others counted.
#[derive(Default)]
struct BadRows {
    count: usize,
    rows: Vec<Value>,
}

impl BadRows {
    fn tell(&mut self, row: &BadRow) {
        self.count += 1;
        if self.count <= TOLD {
            row.tell();
            let BadRow { row, line, reason: Reason { code, message } } = row;
            self.rows.push(json!({ "row": row, "line": line, "code": code, "message": message }));
        }
    }

    fn done(self) -> Result<(), Failure> {
        if self.count == 0 {
            return Ok(());
        }
        if self.count > TOLD {
            output::word(&format!("... and {} more", self.count - TOLD));
        }
        let count = output::count(self.count, "bad row");
        let message =
            format!("{count}, so nothing was minted: correct them, or leave them out with --skip-bad");
        Err(Failure::BadRows { message, rows: self.rows })
    }
}

/// Mints and prints.
struct Press<'a> {
    keys: &'a Keys<'a>,
    json: bool,
    progress: ProgressBar,
}

impl Press<'_> {
    /// The line of each token, line break included, or what keeps it from being one.
    fn mint(&self, planned: Vec<Planned>) -> Result<Vec<Result<Vec<u8>, BadRow>>, Failure> {
        let (places, participants): (Vec<_>, Vec<_>) =
            planned.into_iter().map(|one| ((one.row, one.line), one.participant)).unzip();
        let count = participants.len();
        let mut lines = Vec::with_capacity(count);
        for (token, (row, line)) in self.keys.mint(participants).into_iter().zip(places) {
            lines.push(match token {
                Ok(token) => {
                    let mut text = Vec::new();
                    minted::write_row(&mut text, &token, self.json, row)?;
                    Ok(text)
                }
                Err(error) => Err(BadRow { row, line, reason: Reason::new(error.code(), error.to_string()) }),
            });
        }
        self.progress.inc(count as u64);
        Ok(lines)
    }

    /// With JSON, what is wrong with a row that is left out stands among the results.
    fn report(&self, BadRow { row, line, reason: Reason { code, message } }: &BadRow) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let error = json!({ "row": row, "line": line, "error": { "code": code, "message": message } });
        self.progress.suspend(|| output::json(&error))
    }

    fn write(&self, lines: &[Vec<u8>]) -> Result<(), Failure> {
        self.progress.suspend(|| output::bytes(&lines.concat()))
    }
}

/// A bar on standard error, or nothing where that is no terminal.
fn progress(length: Option<usize>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(length.map(|length| length as u64), ProgressDrawTarget::stderr());
    let style = match length {
        Some(_) => "{bar:40} {pos}/{len} tokens, {eta} left",
        None => "{spinner} {pos} tokens",
    };
    // The templates above are well-formed; a bar that looks otherwise would be no reason to fail.
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar
}
