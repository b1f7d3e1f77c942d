use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};
use std::iter::Peekable;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ivs_token::{Attributes, Participant, ParticipantId, SigningKey};

use super::mint;
use crate::exit::Failure;
use crate::input::Source;
use crate::output;
use crate::rows::{self, Format, Reason, Row, Rows};

/// Minting many.
#[derive(Args, Debug)]
#[command(next_help_heading = "Batch")]
pub(super) struct BatchArgs {
    /// Mint a token for each row of this file, CSV or JSON lines; `-` for standard input
    #[arg(long, value_name = "FILE")]
    batch: Option<Source>,

    /// The form of the batch; without it, the file's name or its first character tells
    #[arg(long, value_enum, requires = "batch")]
    format: Option<Format>,

    /// Leave out bad rows, report each of them, and mint the others
    #[arg(long, requires = "batch")]
    skip_bad: bool,
}

impl BatchArgs {
    /// The batch, if one is to be minted.
    pub(super) fn source(&self) -> Option<&Source> {
        self.batch.as_ref()
    }
}

/// How many tokens are minted and printed at a time.
const CHUNK: usize = 256;

/// How many bad rows are told when nothing is minted.
const TOLD: usize = 20;

pub(super) fn run(
    source: &Source,
    args: &BatchArgs,
    key: &SigningKey,
    template: Participant,
    attributes: Attributes,
    json: bool,
) -> Result<(), Failure> {
    let rows = rows::open(source, args.format)?;
    let planner = Planner { template, attributes, ids: HashMap::new() };
    if args.skip_bad {
        let press = Press { key, json, progress: progress(None) };
        skip_bad(rows, planner, &press)
    } else {
        let participants = all_good(rows, planner)?;
        let press = Press { key, json, progress: progress(Some(participants.len())) };
        press.print_all(participants.into_iter())
    }
}

/// Every row, or none and why.
fn all_good(rows: Rows, mut planner: Planner) -> Result<Vec<Participant>, Failure> {
    let (mut participants, mut bad) = (Vec::new(), 0_usize);
    for row in rows {
        match planner.plan(row?) {
            Ok(participant) if bad == 0 => participants.push(participant),
            Ok(_) => {}
            Err(told) => {
                bad += 1;
                participants = Vec::new();
                if bad <= TOLD {
                    told.tell();
                }
            }
        }
    }
    if bad == 0 {
        return Ok(participants);
    }
    if bad > TOLD {
        output::word(&format!("... and {} more", bad - TOLD));
    }
    Err(Failure::failed(format!(
        "{}, so nothing was minted: correct them, or leave them out with --skip-bad",
        output::count(bad, "bad row")
    )))
}

/// The good rows as they come, and a word for each of the others.
fn skip_bad(rows: Rows, mut planner: Planner, press: &Press<'_>) -> Result<(), Failure> {
    let (mut minted, mut bad) = (0, 0);
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let mut participants = Vec::with_capacity(CHUNK);
        for row in rows.by_ref().take(CHUNK) {
            match planner.plan(row?) {
                Ok(participant) => participants.push(participant),
                Err(told) => {
                    bad += 1;
                    press.progress.suspend(|| told.tell());
                }
            }
        }
        minted += participants.len();
        press.print(participants)?;
    }
    press.progress.finish_and_clear();
    if bad == 0 {
        return Ok(());
    }
    output::word(&format!(
        "{} minted, {} left out",
        output::count(minted, "token"),
        output::count(bad, "bad row")
    ));
    Err(Failure::Told)
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
    fn plan(&mut self, Row { number, line, values }: Row) -> Result<Participant, BadRow> {
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
        values.apply(self.template.clone(), &self.attributes).map_err(bad)
    }
}

impl BadRow {
    fn tell(&self) {
        let Reason { code, message } = &self.reason;
        output::alarm(&format!("row {} (line {})", self.row, self.line), Some(code), message);
    }
}

/// Mints and prints.
struct Press<'a> {
    key: &'a SigningKey,
    json: bool,
    progress: ProgressBar,
}

impl Press<'_> {
    fn print_all(&self, participants: impl Iterator<Item = Participant>) -> Result<(), Failure> {
        let mut participants: Peekable<_> = participants.peekable();
        while participants.peek().is_some() {
            self.print(participants.by_ref().take(CHUNK).collect())?;
        }
        self.progress.finish_and_clear();
        Ok(())
    }

    fn print(&self, participants: Vec<Participant>) -> Result<(), Failure> {
        let count = participants.len();
        let mut lines = Vec::with_capacity(count * 1024);
        for token in self.key.mint_batch(participants) {
            let token = token.map_err(|error| mint::failure(&error))?;
            if self.json {
                output::write_json(&mut lines, &token)?;
            } else {
                lines.extend_from_slice(token.as_str().as_bytes());
                lines.push(b'\n');
            }
        }
        self.progress.suspend(|| -> io::Result<()> {
            let mut out = io::stdout().lock();
            out.write_all(&lines)?;
            out.flush()
        })?;
        self.progress.inc(count as u64);
        Ok(())
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
