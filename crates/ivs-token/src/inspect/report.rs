use std::fmt;

use serde::{Serialize, Serializer};

use super::span::span;
use crate::value::printable::printable;
use crate::value::timestamp::Timestamp;
use crate::value::token_kind::TokenKind;

/// What a text looks like, and for each rule whether it holds. Nothing in it is verified.
///
/// `Display` prints it for people, `Serialize` for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[must_use]
pub struct Inspection {
    /// What it looks like.
    pub kind: TokenKind,
    /// The members of the header, in their order, as far as it could be read.
    pub header: Vec<Member>,
    /// The members of the payload, in their order, as far as it could be read.
    pub claims: Vec<Member>,
    /// The claim `iat`, if it is a time.
    pub issued_at: Option<Timestamp>,
    /// The claim `exp`, if it is a time.
    pub expiration_time: Option<Timestamp>,
    /// Seconds from the inspection until `exp`; negative when that has passed.
    pub remaining_seconds: Option<i64>,
    /// Every rule, and whether it holds.
    pub checks: Vec<Check>,
}

impl Inspection {
    /// What is wrong, in words. Empty if every rule holds that can be checked without a key.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().filter_map(|check| match &check.outcome {
            Outcome::Broken(problem) => Some(problem.as_str()),
            Outcome::Holds | Outcome::Noted(_) | Outcome::Unchecked(_) => None,
        })
    }

    /// What is worth knowing but is not a fault of the token, in words.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().filter_map(|check| match &check.outcome {
            Outcome::Noted(note) => Some(note.as_str()),
            Outcome::Holds | Outcome::Broken(_) | Outcome::Unchecked(_) => None,
        })
    }
}

/// A member of the header or the payload, as it is in the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The JSON text of its value.
    #[serde(serialize_with = "as_json")]
    pub value: String,
}

impl Member {
    pub(super) fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned() }
    }
}

/// A rule and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The rule in words.
    pub rule: &'static str,
    /// Whether it holds.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Whether a rule holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "detail", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// The rule holds.
    Holds,
    /// The rule is broken. The text says why, and what to do.
    Broken(String),
    /// The rule does not hold, but that is not a fault. The text explains it.
    Noted(String),
    /// The rule could not be checked. The text says why.
    Unchecked(String),
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "This is {}.", self.kind)?;
        self.write_members(f, "header", &self.header)?;
        self.write_members(f, "claims", &self.claims)?;
        if let (Some(at), Some(secs)) = (self.expiration_time, self.remaining_seconds) {
            let (verb, when) = if secs > 0 { ("expires", "from now") } else { ("expired", "ago") };
            writeln!(f, "\nIt {verb} at {at}, {} {when}.", span(secs))?;
        }
        for note in self.notes() {
            writeln!(f, "\nNote: {}", printable(note))?;
        }
        let problems: Vec<&str> = self.problems().collect();
        if problems.is_empty() {
            writeln!(f, "\nNo problem found. The signature was not checked: that takes the public key.")?;
        } else {
            writeln!(f, "\n{} found:", plural(problems.len()))?;
            for problem in problems {
                writeln!(f, "  - {}", printable(problem))?;
            }
        }
        Ok(())
    }
}

impl Inspection {
    fn write_members(&self, f: &mut fmt::Formatter<'_>, title: &str, members: &[Member]) -> fmt::Result {
        if members.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n{title}")?;
        let width = members.iter().map(|member| member.name.chars().count()).max().unwrap_or(0).min(24);
        for Member { name, value } in members {
            write!(f, "  {:width$}  {}", printable(name), printable(value))?;
            let time = match name.as_str() {
                "exp" => self.expiration_time,
                "iat" => self.issued_at,
                _ => None,
            };
            match time {
                Some(time) => writeln!(f, "  ({time})")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

fn plural(count: usize) -> String {
    if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") }
}

fn as_json<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_str::<&serde_json::value::RawValue>(text) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => serializer.serialize_str(text),
    }
}
