//! Entries of the timeline: a call, an event of a participant, a change of a stream, a composition or a recording, an
//! exceeded limit, a refused token, or a change to the server itself.

use serde_json::Value;

use super::look::{encoded, text};
use crate::door::Refused;
use crate::happened::Topic;
use crate::log::{Deed, Entry};
use crate::recent::Remembered;
use crate::server::Server;
use crate::store::Seen;
use crate::time::iso8601;

/// Something that happened, as the server keeps it.
pub(super) enum Happening {
    Call(Box<Entry>),
    Participant(Seen),
    Change(Remembered),
    Refusal(Refused),
    Deed(Deed),
}

/// The line of the timeline that shows it.
pub(super) struct Line {
    /// Its place in the order of events. The time is not enough, because the clock can be moved back.
    pub(super) order: u64,
    /// The time that the clock showed then.
    pub(super) at: String,
    pub(super) kind: String,
    pub(super) what: String,
    pub(super) link: Option<String>,
}

/// Everything that the server keeps, newest first.
pub(super) fn happenings(server: &Server) -> Vec<Happening> {
    let changes = server.keeper().recent().list().into_iter();
    // Left out: changes that the participants' own events already show, and the second report of a recording.
    let is_told = |topic| !matches!(topic, Topic::StageUpdate | Topic::PublisherRecordingStateChange);
    let changes = changes.filter(|seen| is_told(seen.happened.topic));
    let mut all: Vec<_> =
        server.log().list().into_iter().map(|call| Happening::Call(Box::new(call))).collect();
    all.extend(server.watched().seen().into_iter().map(Happening::Participant));
    all.extend(changes.map(Happening::Change));
    all.extend(server.door().refusals().list().into_iter().map(Happening::Refusal));
    all.extend(server.log().deeds().into_iter().map(Happening::Deed));
    all.sort_by_key(|one| std::cmp::Reverse(one.order()));
    all
}

impl Happening {
    /// Its place in the order of events.
    pub(super) fn order(&self) -> u64 {
        match self {
            Self::Call(call) => call.order,
            Self::Participant(seen) => seen.order,
            Self::Change(seen) => seen.order,
            Self::Refusal(refused) => refused.order,
            Self::Deed(deed) => deed.order,
        }
    }

    pub(super) fn kind(&self) -> &str {
        match self {
            // The first rule is the one that refused the call.
            Self::Call(call) if call.rules.starts_with("rates;") || call.rules.starts_with("quota;") => {
                "limit"
            }
            Self::Call(_) => "call",
            Self::Participant(_) => "participant",
            Self::Change(seen) => match seen.happened.topic {
                Topic::StageUpdate => "stage",
                Topic::CompositionStateChange => "composition",
                Topic::StreamStateChange | Topic::StreamHealthChange => "stream",
                Topic::RecordingStateChange
                | Topic::ParticipantRecordingStateChange
                | Topic::PublisherRecordingStateChange => "recording",
                Topic::LimitBreach => "limit",
            },
            Self::Refusal(_) => "refused token",
            Self::Deed(deed) => &deed.kind,
        }
    }

    pub(super) fn line(&self) -> Line {
        let (at, what, link) = match self {
            Self::Call(call) => of_call(call),
            Self::Participant(seen) => of_participant(seen),
            Self::Change(seen) => of_change(seen),
            Self::Refusal(refused) => (
                iso8601(refused.at),
                format!("{}: {}", refused.code, refused.message),
                Some(format!("/_ivs/console/refusal?number={}", refused.number)),
            ),
            Self::Deed(deed) => {
                (iso8601(deed.at), deed.what.clone(), Some("/_ivs/console/server".to_owned()))
            }
        };
        Line { order: self.order(), at, kind: self.kind().to_owned(), what, link }
    }
}

/// The time, the text, and a link to more.
type Told = (String, String, Option<String>);

fn of_call(call: &Entry) -> Told {
    let name = call.operation.as_deref().unwrap_or(&call.path);
    let error = call.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
    let link = format!("/_ivs/console/calls?find={}#call-{}", encoded(&call.id), call.id);
    (iso8601(call.at), format!("{name} {}{error}", call.status), Some(link))
}

fn of_participant(seen: &Seen) -> Told {
    let of_event = |name| text(&seen.event, name);
    let what = [of_event("participantId"), of_event("name"), of_event("errorCode")].join(" ");
    let link = stage_of(seen).map(|stage| format!("/_ivs/console/stage?arn={}", encoded(&stage)));
    (of_event("eventTime").to_owned(), what.trim_end().to_owned(), link)
}

/// The ARN of the stage to which a participant's event belongs.
pub(super) fn stage_of(seen: &Seen) -> Option<String> {
    let mut parts = seen.key.split('/');
    let (account, region, stage) = (parts.next()?, parts.next()?, parts.nth(1)?);
    Some(format!("arn:aws:ivs:{region}:{account}:stage/{stage}"))
}

/// The line of a change of a stream, a composition or a recording, or of an exceeded limit.
fn of_change(seen: &Remembered) -> Told {
    let Remembered { happened, account, region, .. } = seen;
    let detail = |name: &str| happened.detail.get(name).map_or_else(String::new, plain);
    let id = happened.resource.rsplit('/').next().unwrap_or_default().to_owned();
    let words = match happened.topic {
        Topic::CompositionStateChange => [detail("event_name"), id, detail("id"), detail("reason")],
        Topic::StreamStateChange | Topic::StreamHealthChange => {
            [detail("event_name"), id, detail("code"), detail("reason")]
        }
        Topic::RecordingStateChange => {
            [detail("recording_status"), id, detail("recording_status_reason"), String::new()]
        }
        Topic::LimitBreach => {
            let limit = format!("beyond {} {}", detail("limit_value"), detail("limit_unit"));
            let name = Some(detail("limit_name")).filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| detail("limit"));
            [name, id, limit, format!("by {}", detail("exceeded_by"))]
        }
        _ => [detail("event_name"), detail("participant_id"), detail("error_code"), detail("reason")],
    };
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let resource = happened.resource.rsplit(':').next().unwrap_or_default();
    let link = match happened.topic {
        Topic::ParticipantRecordingStateChange => {
            Some(format!("/_ivs/console/stage?arn={}", encoded(&happened.resource)))
        }
        _ if resource.is_empty() => None,
        _ => {
            Some(format!("/_ivs/console/resource?key={}", encoded(&format!("{account}/{region}/{resource}"))))
        }
    };
    (iso8601(seen.at), words.join(" "), link)
}

/// A value as text, without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
