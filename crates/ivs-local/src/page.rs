//! Lists, a page at a time: the key of the last entry is in the token, and a MAC that shows who made it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ivs_model::{ApiError, Source};
use serde_json::{Map, Value, json};

use crate::call::{Answer, Call, invalid};
use crate::http::hash::{hex, hmac_sha256, sha256};
use crate::kinds::{Kind, Record, creation, shown};
use crate::time::seconds;

/// Bytes of the MAC.
const MAC_LEN: usize = 16;

/// The last second that is counted back from: in the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// How many entries are read at once.
const CHUNK: usize = 256;

/// Lists a kind.
pub(crate) fn list(kind: &dyn Kind, call: &Call<'_>) -> Answer {
    let prefix = call.key(kind.kind(), "");
    page(call, &prefix, kind.members()[1], |record| {
        let record = kind.live(call, record).filter(|record| kind.matches(call, record))?;
        Some(shown(kind, call, record))
    })
}

/// Lists what is kept under a prefix, as `show` shows it; what it shows not is left out.
pub(crate) fn page(
    call: &Call<'_>,
    prefix: &str,
    member: &str,
    show: impl Fn(Record) -> Option<Value>,
) -> Answer {
    let by_creation = call.environment.is_lenient() || call.assumes("list-order", "creation");
    call.explain("list-order", Source::Assumed);
    pages(call, prefix, member, by_creation.then_some(creation), show)
}

/// As [`page`], of sessions: the last that began comes first.
pub(crate) fn page_of_sessions(
    call: &Call<'_>,
    prefix: &str,
    member: &str,
    show: impl Fn(Record) -> Option<Value>,
) -> Answer {
    let newest = call.assumes("session-order", "newest");
    call.explain("session-order", Source::Assumed);
    pages(call, prefix, member, newest.then_some(before_the_end), show)
}

/// The place of a session in an order in which the last that began is the first.
fn before_the_end(session: &Record) -> String {
    let begun = session.get("startTime").and_then(Value::as_str).and_then(seconds).unwrap_or_default();
    format!("{:016}", LAST_SECOND - begun.clamp(0, LAST_SECOND))
}

/// Lists by key, or in the order of the places that records have.
fn pages(
    call: &Call<'_>,
    prefix: &str,
    member: &str,
    place: Option<fn(&Record) -> String>,
    show: impl Fn(Record) -> Option<Value>,
) -> Answer {
    let limit = call.input.get("maxResults").and_then(Value::as_u64);
    let limit = limit
        .map_or_else(|| default_page(call.operation.name()), |limit| usize::try_from(limit).unwrap_or(100));
    let mut after = match call.text("nextToken") {
        "" => String::new(),
        token => match open(call, token) {
            Ok(last) => format!("{prefix}{last}"),
            Err(_) if call.assumes("next-token", "first-page") => {
                call.explain("next-token", Source::Assumed);
                String::new()
            }
            Err(error) => return Err(error),
        },
    };
    let mut found: Vec<(String, Value)> = Vec::new();
    'reading: loop {
        let chunk = match place {
            Some(place) => all_in_order(call, prefix, &after, place)?,
            None => call.scan(prefix, &after, CHUNK)?,
        };
        let Some((last, _)) = chunk.last() else { break };
        after.clone_from(last);
        let is_last = place.is_some() || chunk.len() < CHUNK;
        for (key, record) in chunk {
            if let Some(value) = show(record) {
                found.push((key, value));
                if found.len() > limit {
                    break 'reading;
                }
            }
        }
        if is_last {
            break;
        }
    }
    let mut answer = Map::new();
    if found.len() > limit {
        found.truncate(limit);
        let last = found.last().and_then(|(key, _)| key.strip_prefix(prefix)).unwrap_or_default();
        answer.insert("nextToken".into(), seal(call, last).into());
    }
    answer.insert(member.into(), found.into_iter().map(|(_, value)| value).collect());
    Ok(Value::Object(answer))
}

/// All that is kept under a prefix and comes after what the key `after` tells, in the order of their places, under keys of that order.
fn all_in_order(
    call: &Call<'_>,
    prefix: &str,
    after: &str,
    place: fn(&Record) -> String,
) -> Result<Vec<(String, Record)>, ApiError> {
    let all = call.scan(prefix, "", usize::MAX)?.into_iter();
    let mut all: Vec<_> = all
        .map(|(key, record)| {
            let id = key.strip_prefix(prefix).unwrap_or_default();
            (format!("{prefix}{}.{id}", place(&record)), record)
        })
        .filter(|(key, _)| key.as_str() > after)
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(all)
}

/// How many entries a page has unless the caller says (texts of the service models).
fn default_page(operation: &str) -> usize {
    match operation {
        "ListPlaybackRestrictionPolicies" | "ListStreamKeys" => 1,
        "ListIngestConfigurations"
        | "ListParticipantEvents"
        | "ListParticipantReplicas"
        | "ListParticipants"
        | "ListPublicKeys"
        | "ListStageSessions"
        | "ListStages" => 50,
        _ => 100,
    }
}

/// All of the input that the pages of one list have in common, as a hash in hex.
pub(crate) fn fingerprint(call: &Call<'_>) -> String {
    let filters: Map<_, _> = call
        .input
        .all()
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "nextToken" | "maxResults") && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    hex(&sha256(Value::Object(filters).to_string().as_bytes())[..12])
}

fn mac(call: &Call<'_>, last: &str) -> [u8; MAC_LEN] {
    let text = json!([call.operation.name(), call.account, call.region, fingerprint(call), last]).to_string();
    let whole = hmac_sha256(&call.environment.secret, text.as_bytes());
    std::array::from_fn(|place| whole[place])
}

fn seal(call: &Call<'_>, last: &str) -> String {
    URL_SAFE_NO_PAD.encode([&mac(call, last)[..], last.as_bytes()].concat())
}

fn open(call: &Call<'_>, token: &str) -> Result<String, ApiError> {
    let refused = || invalid("Invalid nextToken", "next-token", Source::Assumed);
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
    let (tag, last) = bytes.split_at_checked(MAC_LEN).ok_or_else(refused)?;
    let last = std::str::from_utf8(last).map_err(|_| refused())?;
    // Nothing that an attacker could learn from the time: whoever can ask may list all.
    if mac(call, last) == tag { Ok(last.to_owned()) } else { Err(refused()) }
}
