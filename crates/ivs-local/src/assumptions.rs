//! The behaviour that AWS does not document. Each choice has a name, and the likeliest one is the default.

use std::collections::BTreeMap;

/// The choices for behaviour that AWS does not document. The defaults are in the table of `docs/local.md`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assumptions(BTreeMap<&'static str, Value>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Word(&'static str),
    Number(u64),
}

/// An assumption: its choices and its default.
struct Assumption {
    name: &'static str,
    choices: Choices,
    /// A description for the documentation.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the documentation, which a test compares"))]
    about: &'static str,
}

#[derive(Clone, Copy)]
enum Choices {
    /// One of these words; the first is the default.
    Words(&'static [&'static str]),
    /// A whole number, and its default.
    Number(u64),
}

const fn words(name: &'static str, choices: &'static [&'static str], about: &'static str) -> Assumption {
    Assumption { name, choices: Choices::Words(choices), about }
}

const fn number(name: &'static str, default: u64, about: &'static str) -> Assumption {
    Assumption { name, choices: Choices::Number(default), about }
}

const ASSUMPTIONS: &[Assumption] = &[
    words(
        "ad-break",
        &["refuse", "accept"],
        "InsertAdBreak on a channel without an ad configuration; refused, it is a ConflictException",
    ),
    words(
        "ad-break-overlap",
        &["refuse", "accept"],
        "InsertAdBreak while another ad break runs, or with its ID; refused, it is a ConflictException",
    ),
    number(
        "bitrate-time",
        5_000,
        "milliseconds over which the bitrate of a publication is measured, in real time",
    ),
    number(
        "body-size",
        1 << 20,
        "how many bytes a body may have; a larger body is a RequestEntityTooLargeException",
    ),
    number(
        "creation-time",
        2_000,
        "milliseconds for which a recording configuration or a failover slate is CREATING",
    ),
    words(
        "delete-stage",
        &["end", "conflict"],
        "deleting a stage with an open session ends the session, or is a ConflictException",
    ),
    words(
        "destination-kind",
        &["refuse", "accept"],
        "a destination of a composition that has both channel and s3, or neither",
    ),
    words(
        "disconnect-unknown",
        &["accept", "refuse"],
        "DisconnectParticipant for an ID with which nobody has joined; refused, it is a ResourceNotFoundException",
    ),
    words(
        "duplicate-key",
        &["refuse", "accept"],
        "importing a key a second time; refused, it is a ConflictException",
    ),
    words(
        "expiry",
        &["disconnect", "stay"],
        "a participant whose token expires while connected is disconnected with TOKEN_EXPIRED, or stays",
    ),
    words(
        "fingerprint",
        &["spki", "pem"],
        "the fingerprint of a key is the beginning of the SHA-256 of its SPKI, or of its PEM text",
    ),
    words(
        "idempotency",
        &["refuse", "first"],
        "the same idempotencyToken with other parameters is a ConflictException, or answers the first composition",
    ),
    words(
        "limit-member",
        &["limit_name", "limit", "both"],
        "the member with the name of the limit in IVS Limit Breach: the one in the user guide, the one that AWS's published programs read, or both",
    ),
    words("list-order", &["id", "creation"], "the order of lists"),
    words(
        "malformed-body",
        &["SerializationException", "ValidationException"],
        "the code for a body that is not JSON or cannot be decompressed",
    ),
    words(
        "media-quota",
        &["stop", "report"],
        "a publication that exceeds a quota or has B-frames, and a publication or subscription that lasts too long: it ends after the event with the error, or only the event is sent",
    ),
    words(
        "next-token",
        &["refuse", "first-page"],
        "a page token of another list, account or region; refused, it is a ValidationException",
    ),
    words(
        "operations",
        &["UnknownOperationException", "AccessDeniedException"],
        "the code for an unknown path",
    ),
    words(
        "publisher-recording",
        &["omit", "send"],
        "the event IVS Publisher Recording State Change, which AWS names but never shows: it is not sent, or it is sent beside IVS Participant Recording State Change with the same detail",
    ),
    words(
        "rate-code",
        &["ThrottlingException", "ServiceQuotaExceededException"],
        "the code for a call beyond a documented rate, with --rates on",
    ),
    number(
        "read-time",
        30_000,
        "milliseconds that a client may take for the head of a request, and again for its body; a slower body is a RequestTimeoutException",
    ),
    number("recording-starting-time", 0, "milliseconds for which the recording of a participant is STARTING"),
    number(
        "recording-stopping-time",
        0,
        "milliseconds for which the recording of a participant is STOPPING, if its reconnect window is not longer",
    ),
    words(
        "refused-upgrade",
        &["by-reason", "403"],
        "the status of a refused upgrade: 401 without a token, 404 for a deleted stage, 429 for a full stage, otherwise 403; or always 403",
    ),
    words(
        "replication-again",
        &["refuse", "accept"],
        "replicating a participant to a stage where they already are; refused, it is a ConflictException",
    ),
    words(
        "replication-idle",
        &["conflict", "not-found"],
        "replicating a participant who does not publish, or a replica: a ConflictException, or a ResourceNotFoundException",
    ),
    words(
        "session-order",
        &["newest", "id"],
        "the order of ListStageSessions: the newest session first, or by ID",
    ),
    number(
        "socket-grace",
        5_000,
        "milliseconds for which a publication lasts after the socket of its participant has closed",
    ),
    number(
        "stage-session",
        180_000,
        "milliseconds for which a stage session lasts after the last participant has left",
    ),
    words(
        "stage-deleted",
        &["stop", "fail"],
        "a composition whose stage is deleted is stopped, or fails with StageDeleted",
    ),
    number(
        "starting-time",
        0,
        "milliseconds for which a composition of a stage with a publisher is STARTING",
    ),
    number("stopping-time", 0, "milliseconds for which an ending composition is STOPPING, unless it failed"),
    words(
        "two-stages",
        &["refuse", "accept"],
        "replication from a stage to itself; refused, it is a ValidationException",
    ),
    number(
        "viewer-time",
        30_000,
        "milliseconds for which a viewer counts after fetching a playlist; AWS says that a view is gone within a minute",
    ),
    words(
        "wrong-type",
        &["SerializationException", "ValidationException"],
        "the code for a value of another type",
    ),
];

impl Assumptions {
    /// Chooses.
    ///
    /// # Errors
    ///
    /// An unknown name or choice, in words that list the known ones.
    pub fn set(&mut self, name: &str, choice: &str) -> Result<(), String> {
        let Some(known) = ASSUMPTIONS.iter().find(|one| one.name == name) else {
            let names: Vec<_> = ASSUMPTIONS.iter().map(|one| one.name).collect();
            return Err(format!("there is no assumption {name}; the assumptions are: {}", names.join(", ")));
        };
        let value = match known.choices {
            Choices::Words(words) => {
                let word = words.iter().find(|word| **word == choice);
                Value::Word(word.ok_or_else(|| format!("{name} must be one of: {}", words.join(", ")))?)
            }
            Choices::Number(_) => Value::Number(
                choice.parse().map_err(|_| format!("{name} must be a whole number, not {choice}"))?,
            ),
        };
        self.0.insert(known.name, value);
        Ok(())
    }

    /// What was chosen among words; empty for a name that has none.
    pub(crate) fn word(&self, name: &str) -> &'static str {
        match (self.0.get(name), known(name)) {
            (Some(Value::Word(word)), _) => word,
            (_, Some(Choices::Words(words))) => words[0],
            _ => "",
        }
    }

    /// Whether a choice was made.
    pub(crate) fn is(&self, name: &str, choice: &str) -> bool {
        debug_assert!(
            matches!(known(name), Some(Choices::Words(words)) if words.contains(&choice)),
            "{name}={choice}"
        );
        self.word(name) == choice
    }

    /// The number that was chosen; 0 for a name that has none.
    pub(crate) fn number(&self, name: &str) -> u64 {
        debug_assert!(matches!(known(name), Some(Choices::Number(_))), "{name}");
        match (self.0.get(name), known(name)) {
            (Some(Value::Number(number)), _) | (_, Some(Choices::Number(number))) => *number,
            _ => 0,
        }
    }

    /// A number of milliseconds.
    pub(crate) fn milliseconds(&self, name: &str) -> i64 {
        i64::try_from(self.number(name)).unwrap_or(i64::MAX)
    }
}

fn known(name: &str) -> Option<&'static Choices> {
    ASSUMPTIONS.iter().find(|one| one.name == name).map(|one| &one.choices)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::documentation;

    #[test]
    fn the_documentation_lists_them() {
        let mut table =
            String::from("| name | choices, the default first | what it is about |\n|---|---|---|\n");
        for Assumption { name, choices, about } in ASSUMPTIONS {
            let choices = match choices {
                Choices::Words(words) => {
                    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
                }
                Choices::Number(default) => format!("`{default}`, or another number"),
            };
            writeln!(table, "| `{name}` | {choices} | {about} |").unwrap();
        }
        documentation::compare("assumptions", &table);
    }

    /// What an answer says was assumed has a name that can be set.
    #[test]
    fn every_rule_that_is_assumed_is_here() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let rule = regex::Regex::new(r#""([a-z-]+)",\s*Source::Assumed"#).unwrap();
        let mut found = 0;
        for text in documentation::sources(folder.as_ref()) {
            for rule in rule.captures_iter(&text) {
                assert!(known(&rule[1]).is_some(), "{} is no assumption with a name", &rule[1]);
                found += 1;
            }
        }
        assert!(found > 8, "{found}");
    }

    #[test]
    fn choices_are_checked() {
        let mut assumptions = Assumptions::default();
        assert!(assumptions.is("idempotency", "refuse"));
        assumptions.set("idempotency", "first").unwrap();
        assert!(assumptions.is("idempotency", "first"));
        assert!(assumptions.set("idempotency", "last").unwrap_err().contains("refuse, first"));
        assert!(assumptions.set("nonsense", "x").unwrap_err().contains("body-size"));
        assert!(assumptions.set("body-size", "x").unwrap_err().contains("whole number"));
        assumptions.set("body-size", "10").unwrap();
        assert_eq!(assumptions.number("body-size"), 10);
    }
}
