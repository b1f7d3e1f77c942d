//! Records that belong to a stage or to a channel: what their place says of them, and what they must have.

use serde_json::{Map, Value};

use crate::kinds::text;
use crate::time::LAST_MS;

/// More than a server can have counted, and less than a number that can not be counted on.
pub(super) const MOST: u64 = 1 << 53;

/// A kind of such records.
pub(super) struct Belonging {
    pub(super) kind: &'static str,
    /// The answer of the API that shows one: the operation, and the member. None for what no answer shows.
    pub(super) shown: Option<(&'static str, &'static str)>,
    /// The kind of resource that it belongs to. Its ID is the first part of the place.
    pub(super) of: &'static str,
    /// The other parts of the place, each with the member that says the same; empty where none does.
    parts: &'static [&'static str],
    /// What comes after the last part.
    end: &'static str,
    /// Whether a record is of something that still goes on, so that all that it names has to be there.
    goes_on: fn(&Map<String, Value>) -> bool,
}

/// A part of a place that counts.
const NUMBER: &str = "#";

/// Every kind.
pub(super) const KINDS: [Belonging; 8] = [
    Belonging {
        kind: "stage-session",
        shown: Some(("GetStageSession", "stageSession")),
        of: "stage",
        parts: &["sessionId"],
        end: "/",
        goes_on: |record| !record.contains_key("endTime"),
    },
    Belonging {
        kind: "participant",
        shown: Some(("GetParticipant", "participant")),
        of: "stage",
        parts: &["", "participantId"],
        end: "/",
        goes_on: |record| text(record, "state") == "CONNECTED",
    },
    Belonging {
        kind: "participant-event",
        shown: Some(("ListParticipantEvents", "events")),
        of: "stage",
        parts: &["", "participantId", NUMBER],
        end: "",
        goes_on: |_| false,
    },
    Belonging {
        kind: "participant-replica",
        shown: Some(("ListParticipantReplicas", "replicas")),
        of: "stage",
        parts: &["participantId", "sourceSessionId", "", "destinationSessionId"],
        end: "/",
        goes_on: |record| text(record, "replicationState") == "ACTIVE",
    },
    Belonging {
        kind: "participant-recording",
        shown: None,
        of: "stage",
        parts: &["", ""],
        end: "/",
        // It may end after its stage.
        goes_on: |_| false,
    },
    Belonging {
        kind: "stream",
        shown: Some(("GetStream", "stream")),
        of: "channel",
        parts: &[],
        end: "",
        goes_on: |_| true,
    },
    Belonging {
        kind: "stream-session",
        shown: Some(("GetStreamSession", "streamSession")),
        of: "channel",
        parts: &["streamId"],
        end: "/",
        goes_on: |record| !record.contains_key("endTime"),
    },
    Belonging {
        kind: "channel-recording",
        shown: None,
        of: "channel",
        parts: &[],
        end: "/",
        // It may end after its channel.
        goes_on: |_| false,
    },
];

/// Numbers of recordings with which the server counts on, and the most of each.
const NUMBERS: [(&str, u64); 4] = [
    ("begunAt", LAST_MS.unsigned_abs()),
    ("pausedAt", LAST_MS.unsigned_abs()),
    ("window", LAST_MS.unsigned_abs() / 1000),
    ("changes", MOST),
];

impl Belonging {
    pub(super) fn goes_on(&self, record: &Map<String, Value>) -> bool {
        (self.goes_on)(record)
    }

    /// The ID of the resource that it belongs to, if the record has what it must have, as its place says.
    pub(super) fn owner<'k>(
        &self,
        place: &'k str,
        owner_arn: impl Fn(&str) -> String,
        record: &Map<String, Value>,
    ) -> Result<&'k str, String> {
        let form = || {
            let parts = self.parts.iter().map(|part| match *part {
                "" => "/ID".to_owned(),
                NUMBER => "/NUMBER in 12 digits".to_owned(),
                part => format!("/{part}"),
            });
            format!(
                "its place is not one of the kind {}, which has the form {} ID{}{}",
                self.kind,
                self.of,
                parts.collect::<String>(),
                self.end
            )
        };
        let mut parts = place.strip_suffix(self.end).ok_or_else(form)?.split('/');
        let owner = parts.next().unwrap_or_default();
        for name in self.parts {
            let part = parts.next().ok_or_else(form)?;
            match *name {
                "" => {}
                NUMBER
                    if part
                        .parse()
                        .is_ok_and(|number: u64| number < MOST && format!("{number:012}") == part) => {}
                NUMBER => return Err(form()),
                name => same(record, name, part)?,
            }
        }
        if parts.next().is_some() {
            return Err(form());
        }
        match self.kind {
            "stream" => {
                same(record, "channelArn", &owner_arn(owner))?;
                needed(record, "streamId")?;
            }
            "participant" if text(record, "replicationType") == "REPLICA" => {
                needed(record, "sourceStageArn")?;
                needed(record, "sourceSessionId")?;
            }
            "participant-recording" | "channel-recording" => numbers(record)?,
            _ => {}
        }
        Ok(owner)
    }
}

fn same(record: &Map<String, Value>, name: &str, wanted: &str) -> Result<(), String> {
    match text(record, name) {
        found if found == wanted => Ok(()),
        found => Err(format!("its place says that `{name}` is {wanted}, not {found}")),
    }
}

fn needed(record: &Map<String, Value>, name: &str) -> Result<(), String> {
    if text(record, name).is_empty() { Err(format!("the member `{name}` is missing")) } else { Ok(()) }
}

fn numbers(record: &Map<String, Value>) -> Result<(), String> {
    for (name, most) in NUMBERS {
        if let Some(value) = record.get(name)
            && value.as_u64().is_none_or(|number| number > most)
        {
            return Err(format!("`{name}` must be a whole number from 0 to {most}, not {value}"));
        }
    }
    Ok(())
}
