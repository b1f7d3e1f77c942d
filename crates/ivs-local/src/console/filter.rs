//! The filter of the timeline.

use std::fmt::Write;

use ivs_token::inspect;
use serde_json::Value;

use super::happening::{Happening, stage_of};
use super::look::encoded;
use super::verdict::member;
use crate::arn::Arn;
use crate::http::sigv4::{decode, pairs};
use crate::log::{Body, Entry};

/// The members that hold the ID of a participant, in the API and in `EventBridge`.
const PARTICIPANT: [&str; 3] = ["participantId", "remoteParticipantId", "participant_id"];

/// A kind of entry that the filter can select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Call,
    Event,
    Fault,
    Clock,
    Door,
    Limit,
    Control,
}

impl Kind {
    pub(super) const ALL: [Self; 7] =
        [Self::Call, Self::Event, Self::Fault, Self::Clock, Self::Door, Self::Limit, Self::Control];

    /// Its name in the query of a URL.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Event => "event",
            Self::Fault => "fault",
            Self::Clock => "clock",
            Self::Door => "door",
            Self::Limit => "limit",
            Self::Control => "control",
        }
    }

    /// Its label on the page.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Call => "API calls",
            Self::Event => "Events of participants, streams, compositions and recordings",
            Self::Fault => "Faults and rates, and what they struck",
            Self::Clock => "Changes of the clock",
            Self::Door => "Refused tokens",
            Self::Limit => "Exceeded limits",
            Self::Control => "Other changes to the server",
        }
    }

    fn is_of(self, one: &Happening) -> bool {
        match (self, one) {
            (Self::Call, Happening::Call(_))
            | (Self::Event, Happening::Participant(_))
            | (Self::Door, Happening::Refusal(_)) => true,
            (Self::Event, Happening::Change(_)) => one.kind() != "limit",
            (Self::Fault, Happening::Call(call)) => call.fault.is_some(),
            (Self::Fault, Happening::Refusal(refused)) => refused.fault.is_some(),
            (Self::Limit, one) => one.kind() == "limit",
            (Self::Fault | Self::Clock | Self::Control, Happening::Deed(deed)) => {
                let kind = match deed.kind.as_str() {
                    "faults" | "rates" => Self::Fault,
                    "clock" => Self::Clock,
                    _ => Self::Control,
                };
                self == kind
            }
            _ => false,
        }
    }
}

/// The conditions that an entry must meet. An empty text is no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) kind: Option<Kind>,
    /// An ARN, or the ID of a resource.
    pub(super) resource: String,
    /// The ID of a participant.
    pub(super) participant: String,
    /// An account, or an access key.
    pub(super) caller: String,
    /// Select only entries before this place.
    pub(super) before: Option<u64>,
    /// Select at most this many entries, the newest ones.
    pub(super) limit: Option<usize>,
}

impl Filter {
    /// Reads the query of a URL. A form writes a space as `+` (URL Standard, `application/x-www-form-urlencoded`).
    pub(super) fn read(query: &str) -> Result<Self, String> {
        let mut filter = Self::default();
        for (name, value) in pairs(&query.replace('+', "%20")) {
            let value = value.trim().to_owned();
            let number = || {
                value.parse::<u64>().map_err(|_| format!("`{name}` must be a whole number, not `{value}`"))
            };
            match name.as_str() {
                // A field that a form leaves empty is no condition.
                "kind" | "before" | "limit" if value.is_empty() => {}
                "kind" => {
                    let found = Kind::ALL.into_iter().find(|kind| kind.name() == value);
                    let all = Kind::ALL.map(Kind::name).join(", ");
                    filter.kind =
                        Some(found.ok_or_else(|| format!("`kind` must be one of {all}, not `{value}`"))?);
                }
                "resource" => filter.resource = value,
                "participant" => filter.participant = value,
                "caller" => filter.caller = value,
                "before" => filter.before = Some(number()?),
                "limit" => filter.limit = Some(usize::try_from(number()?.max(1)).unwrap_or(usize::MAX)),
                _ => {
                    return Err(format!(
                        "there is no parameter `{name}`; the parameters are kind, resource, participant, caller, before and limit"
                    ));
                }
            }
        }
        Ok(filter)
    }

    /// The query that gives this filter, with its question mark. It is empty if the filter has no condition.
    pub(super) fn query(&self) -> String {
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        let members = [
            ("kind", self.kind.map_or("", Kind::name).to_owned()),
            ("resource", encoded(&self.resource)),
            ("participant", encoded(&self.participant)),
            ("caller", encoded(&self.caller)),
            ("before", number(self.before)),
            ("limit", number(self.limit.map(|limit| limit as u64))),
        ];
        let mut query = String::new();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_empty()) {
            let sign = if query.is_empty() { '?' } else { '&' };
            let _ = write!(query, "{sign}{name}={value}");
        }
        query
    }

    /// Whether the filter selects by nothing but place and number.
    pub(super) fn is_empty(&self) -> bool {
        self.kind.is_none()
            && self.resource.is_empty()
            && self.participant.is_empty()
            && self.caller.is_empty()
    }

    pub(super) fn wants(&self, one: &Happening) -> bool {
        self.before.is_none_or(|before| one.order() < before)
            && self.kind.is_none_or(|kind| kind.is_of(one))
            && (self.caller.is_empty() || is_by(one, &self.caller))
            && (self.resource.is_empty() || is_about(one, &self.resource))
            && (self.participant.is_empty() || names(one, &self.participant))
    }
}

/// Whether a caller made it, or it belongs to their account.
fn is_by(one: &Happening, caller: &str) -> bool {
    if let Happening::Call(call) = one
        && call.access_key.as_deref() == Some(caller)
    {
        return true;
    }
    place_of(one).is_some_and(|(account, _)| account == caller)
}

/// The account and the region to which it belongs.
fn place_of(one: &Happening) -> Option<(String, String)> {
    match one {
        Happening::Call(call) => Some((call.account.clone()?, call.region.clone()?)),
        Happening::Participant(seen) => {
            let mut parts = seen.key.split('/');
            Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
        }
        Happening::Change(seen) => Some((seen.account.clone(), seen.region.clone())),
        Happening::Refusal(refused) => {
            let inspection = inspect(&refused.token);
            let arn = ["resource", "aws:channel-arn"].map(|name| member(&inspection, name));
            let arn = arn.iter().find_map(|arn| Arn::parse(arn))?;
            Some((arn.account.to_owned(), arn.region.to_owned()))
        }
        Happening::Deed(_) => None,
    }
}

/// Whether it is about a resource, given as an ARN or an ID.
fn is_about(one: &Happening, resource: &str) -> bool {
    let arn = Arn::parse(resource);
    // A copied account has resources with the same IDs, so account and region must match too.
    if let (Some(arn), Some((account, region))) = (&arn, place_of(one))
        && (arn.account, arn.region) != (account.as_str(), region.as_str())
    {
        return false;
    }
    let id = arn.map_or(resource, |arn| arn.id);
    match one {
        Happening::Call(call) => texts(call).iter().any(|text| mentions(text, id)),
        Happening::Participant(seen) => {
            stage_of(seen).is_some_and(|stage| mentions(&stage, id)) || mentions(&seen.event.to_string(), id)
        }
        Happening::Change(seen) => {
            let detail = &seen.happened.detail;
            mentions(&seen.happened.resource, id)
                || detail.values().any(|value| value.as_str().is_some_and(|text| mentions(text, id)))
        }
        Happening::Refusal(refused) => {
            let inspection = inspect(&refused.token);
            ["resource", "aws:channel-arn"].iter().any(|name| mentions(&member(&inspection, name), id))
        }
        Happening::Deed(deed) => mentions(&deed.what, id),
    }
}

/// Whether it names a participant.
fn names(one: &Happening, id: &str) -> bool {
    match one {
        Happening::Call(call) => texts(call).iter().any(|text| {
            // Most bodies do not contain the ID. Only those that do are parsed.
            mentions(text, id) && serde_json::from_str(text).is_ok_and(|value| has_participant(&value, id))
        }),
        Happening::Participant(seen) => {
            seen.key.split('/').nth(5) == Some(id) || has_participant(&seen.event, id)
        }
        Happening::Change(seen) => {
            PARTICIPANT.iter().any(|name| seen.happened.detail.get(*name).is_some_and(|one| one == id))
        }
        Happening::Refusal(refused) => member(&inspect(&refused.token), "jti") == id,
        Happening::Deed(deed) => {
            let path = deed.what.split(' ').nth(1).unwrap_or_default();
            let rest = path.split_once("/participants/").map_or("", |(_, rest)| rest);
            rest.split('/').next() == Some(id)
        }
    }
}

fn has_participant(value: &Value, id: &str) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| {
            (PARTICIPANT.contains(&name.as_str()) && value == id) || has_participant(value, id)
        }),
        Value::Array(values) => values.iter().any(|value| has_participant(value, id)),
        _ => false,
    }
}

/// The texts of a call that show what it is about. The answer of a list operation is left out, because it names many
/// other resources.
fn texts(call: &Entry) -> Vec<String> {
    let is_list = call.operation.as_deref().is_some_and(|name| name.starts_with("List"));
    let mut texts = vec![decode(&call.path), text(&call.request)];
    if !is_list {
        texts.push(text(&call.answer));
    }
    texts
}

fn text(body: &Body) -> String {
    body.text().unwrap_or_default().to_owned()
}

/// Whether a text contains this ID, and not only as a part of a longer ID.
fn mentions(text: &str, id: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    text.match_indices(id).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + id.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_written() {
        let filter =
            Filter::read("kind=door&resource=arn%3Aaws&participant=&caller=%20test%20&before=7&limit=0")
                .unwrap();
        assert_eq!(filter.kind, Some(Kind::Door));
        assert_eq!((filter.before, filter.limit), (Some(7), Some(1)));
        assert_eq!(filter.query(), "?kind=door&resource=arn%3Aaws&caller=test&before=7&limit=1");
        assert_eq!(Filter::read(&filter.query()[1..]), Ok(filter));
        let of_form = Filter::read("caller=+test+&participant=a%2Bb").unwrap();
        assert_eq!((of_form.caller.as_str(), of_form.participant.as_str()), ("test", "a+b"));
        let empty = Filter::read("kind=&resource=&before=&limit=").unwrap();
        assert!(empty.is_empty() && empty.query().is_empty());
    }

    #[test]
    fn an_invalid_query_gives_an_error_that_says_why() {
        for (query, words) in [
            (
                "kind=calls",
                "`kind` must be one of call, event, fault, clock, door, limit, control, not `calls`",
            ),
            ("before=x", "`before` must be a whole number, not `x`"),
            ("limit=-1", "`limit` must be a whole number"),
            ("stage=x", "there is no parameter `stage`"),
        ] {
            let refused = Filter::read(query).unwrap_err();
            assert!(refused.contains(words), "{query}: {refused}");
        }
    }

    #[test]
    fn an_id_is_not_found_within_another() {
        for (text, is_there) in [
            ("arn:aws:ivs:us-east-1:123456789012:stage/abc", true),
            (r#"{"arn":"x/abc"}"#, true),
            ("/abcd", false),
            ("/abc-d", false),
            ("äabc", false),
            ("dabc abc", true),
        ] {
            assert_eq!(mentions(text, "abc"), is_there, "{text}");
        }
    }
}
