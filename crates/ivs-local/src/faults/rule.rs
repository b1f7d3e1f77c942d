//! One rule: what it is about, when it strikes, and what it does then.

use std::time::Duration;

use ivs_model::{ApiError, Model, Operation, Source};
use serde_json::{Map, Value};

use super::Shown;
use super::rates::Bucket;
use crate::http::hash::hmac_sha256;

/// The longest delay.
const MAX_DELAY_MS: u64 = 600_000;

/// What people want at the door.
const DOOR: [&str; 5] = ["join", "publish", "subscribe", "exchange", "playback"];

/// The words with which the door refuses.
const REFUSALS: [&str; 13] = [
    "CONNECTION_TOKEN_REVOKED",
    "INSUFFICIENT_CAPABILITIES",
    "NOT_FOUND",
    "PARTICIPANT_DISCONNECTED",
    "QUOTA_EXCEEDED",
    "REVOCATION_UNKNOWN",
    "STAGE_DELETED",
    "TOKEN_EXPIRED",
    "TOKEN_INVALID",
    "TOKEN_INVALID_SIGNATURE",
    "TOKEN_MISSING",
    "UNAVAILABLE",
    "VIEWER_SESSION_REVOKED",
];

/// Errors of both models.
const ERRORS: [&str; 11] = [
    "AccessDeniedException",
    "ChannelNotBroadcasting",
    "ConflictException",
    "InternalServerException",
    "PendingVerification",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "ServiceUnavailable",
    "StreamUnavailable",
    "ThrottlingException",
    "ValidationException",
];

/// Errors that every operation can answer with, whatever its model lists.
const COMMON: [&str; 9] = [
    "AccessDeniedException",
    "IncompleteSignatureException",
    "InternalServerException",
    "InvalidSignatureException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
];

/// What a rule can do besides a delay, and of which areas.
const ACTS: [(&str, &[Area]); 5] = [
    ("error", &[Area::Api]),
    ("refuse", &[Area::Door]),
    ("cut", &[Area::Api, Area::Door]),
    ("lose", &[Area::Media]),
    ("deliver", &[Area::Event]),
];

/// The members of a rule.
const MEMBERS: [&str; 18] = [
    "operation",
    "account",
    "region",
    "accessKey",
    "participant",
    "event",
    "after",
    "count",
    "probability",
    "perSecond",
    "seed",
    "delayMs",
    "error",
    "refuse",
    "message",
    "cut",
    "lose",
    "deliver",
];

/// What a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Area {
    /// Operations.
    #[default]
    Api,
    /// Whoever comes with a token.
    Door,
    /// Datagrams of media.
    Media,
    /// Events on their way into the outbox.
    Event,
}

/// What a rule does, besides a delay.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// The call is refused so.
    Error(ApiError),
    /// Whoever comes is refused with this word and message.
    Refuse(&'static str, String),
    /// The connection breaks.
    Cut(Cut),
    /// The datagram is lost.
    Lose,
    /// The event comes two times.
    Twice,
    /// The event comes after the next one.
    Swap,
}

/// Where a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before anything is done.
    Before,
    /// When all is done, and before the answer.
    Answer,
    /// In the middle of the answer.
    Half,
}

/// What a rule is asked about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subject<'a> {
    pub(crate) area: Area,
    /// An operation, or what somebody wants at the door.
    pub(crate) operation: &'a str,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    /// Empty for those who come with a token.
    pub(crate) access_key: &'a str,
    /// Empty for calls.
    pub(crate) participant: &'a str,
    /// The type of an event, and its name within the type.
    pub(crate) event: [&'a str; 2],
}

/// A rule, and how often it matched and struck.
#[derive(Debug)]
pub(crate) struct Rule {
    given: Map<String, Value>,
    area: Area,
    operation: String,
    /// Members of [`Subject`] that must be so.
    account: Option<String>,
    region: Option<String>,
    access_key: Option<String>,
    participant: Option<String>,
    event: Option<String>,
    after: u64,
    count: Option<u64>,
    probability: Option<f64>,
    seed: String,
    passes: Option<Bucket>,
    pub(super) delay: Duration,
    pub(super) act: Option<Act>,
    /// What it does, in the form of the header.
    pub(super) told: String,
    matched: u64,
    struck: u64,
}

impl Rule {
    /// Reads a rule. `seed` is that of one which names none.
    pub(super) fn parse(given: &Value, id: &str, seed: String, model: &Model) -> Result<Self, String> {
        let members =
            given.as_object().ok_or_else(|| format!("a rule must be a JSON object, not {given}"))?;
        if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(format!("a rule has no member `{unknown}`; its members are {}", MEMBERS.join(", ")));
        }
        let read = Reader(members);
        let operation = read.text("operation")?.unwrap_or("*");
        let area = area(operation, model)?;
        let act = read.act(area, operation, id, model)?;
        for name in ["delayMs", "probability", "perSecond", "account", "region"] {
            if area == Area::Media && read.get(name).is_some() {
                return Err(format!(
                    "`{name}` is not for media, of which a proportion of all datagrams is lost: give `lose`"
                ));
            }
        }
        let delay_ms = read.whole("delayMs", 1, MAX_DELAY_MS)?;
        let probability = match area {
            Area::Media => read.proportion("lose")?,
            _ => read.proportion("probability")?,
        };
        let passes = read.whole("perSecond", 1, 1_000_000)?;
        if act.is_none() && delay_ms.is_none() {
            let which = match area {
                Area::Api => {
                    "`error`, `cut` or `delayMs`; with another `operation`, `refuse` (`join` and the like), `lose` (`media`) or \
                     `deliver` (`event`)"
                }
                Area::Door => "`refuse`, `cut` or `delayMs`",
                Area::Media => "`lose`",
                Area::Event => "`deliver` or `delayMs`",
            };
            return Err(format!("the rule does nothing: give {which}"));
        }
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let mut rule = Self {
            given: members.clone(),
            area,
            operation: operation.to_owned(),
            account: owned(read.account()?),
            region: owned(read.text("region")?),
            access_key: owned(read.only("accessKey", area == Area::Api, "operations")?),
            participant: owned(read.only("participant", area == Area::Door, "what is wanted at the door")?),
            event: owned(read.only("event", area == Area::Event, "events")?),
            after: read.whole("after", 0, u64::MAX)?.unwrap_or(0),
            count: read.whole("count", 1, u64::MAX)?,
            probability,
            seed: read.text("seed")?.map_or(seed, str::to_owned),
            passes: passes.map(Bucket::new),
            delay: Duration::from_millis(delay_ms.unwrap_or(0)),
            told: told(delay_ms, act.as_ref()),
            act,
            matched: 0,
            struck: 0,
        };
        rule.given.insert("operation".into(), operation.into());
        if rule.probability.is_some() {
            rule.given.insert("seed".into(), rule.seed.as_str().into());
        }
        Ok(rule)
    }

    /// The rule as it was given, with its ID and its counts.
    pub(super) fn show(&self, id: &str) -> Value {
        let mut shown: Shown = self.given.clone();
        shown.insert("id".into(), id.into());
        shown.insert("matched".into(), self.matched.into());
        shown.insert("struck".into(), self.struck.into());
        if let Some(count) = self.count {
            shown.insert("left".into(), (count - self.struck).into());
        }
        Value::Object(shown)
    }

    /// Whether the rule strikes this, and counts it.
    pub(super) fn strikes(&mut self, subject: &Subject<'_>, now: i64) -> bool {
        if !self.is_about(subject) {
            return false;
        }
        self.matched += 1;
        let strikes = self.matched > self.after
            && self.count.is_none_or(|count| self.struck < count)
            && self.passes.as_mut().is_none_or(|passes| !passes.take(now))
            && self.probability.is_none_or(|probability| draw(&self.seed, self.matched) < probability);
        self.struck += u64::from(strikes);
        strikes
    }

    fn is_about(&self, subject: &Subject<'_>) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        self.area == subject.area
            && matches(&self.operation, subject.operation)
            && is(&self.account, subject.account)
            && is(&self.region, subject.region)
            && is(&self.access_key, subject.access_key)
            && is(&self.participant, subject.participant)
            && self.event.as_ref().is_none_or(|wanted| subject.event.contains(&wanted.as_str()))
    }
}

/// Whether a name is that of a pattern, in which one star stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((begin, end)) => {
            name.len() >= begin.len() + end.len() && name.starts_with(begin) && name.ends_with(end)
        }
    }
}

/// A number from 0 to 1 that depends on nothing else.
fn draw(seed: &str, place: u64) -> f64 {
    let [a, b, c, d, ..] = hmac_sha256(seed.as_bytes(), &place.to_be_bytes());
    f64::from(u32::from_be_bytes([a, b, c, d])) / 4_294_967_296.0
}

fn area(operation: &str, model: &Model) -> Result<Area, String> {
    if DOOR.contains(&operation) {
        return Ok(Area::Door);
    }
    if operation == "media" {
        return Ok(Area::Media);
    }
    if operation == "event" {
        return Ok(Area::Event);
    }
    if operation.matches('*').count() < 2 && operations(operation, model).next().is_some() {
        return Ok(Area::Api);
    }
    Err(format!(
        "`operation` is the name of an operation, such as CreateStage, or has one star, such as List*, or is one of {}, \
         media, event; there is no {operation}",
        DOOR.join(", ")
    ))
}

/// The operations that a pattern means.
fn operations<'m>(pattern: &str, model: &'m Model) -> impl Iterator<Item = &'m Operation> {
    let all = model.services().into_iter().flat_map(ivs_model::Service::operations);
    all.filter(move |operation| matches(pattern, operation.name()))
}

fn told(delay_ms: Option<u64>, act: Option<&Act>) -> String {
    let delay = delay_ms.map(|delay| format!("delayMs={delay}"));
    let act = act.map(|act| match act {
        Act::Error(error) => format!("error={}", error.code()),
        Act::Refuse(code, _) => format!("refuse={code}"),
        Act::Cut(Cut::Before) => "cut=before".to_owned(),
        Act::Cut(Cut::Answer) => "cut=answer".to_owned(),
        Act::Cut(Cut::Half) => "cut=half".to_owned(),
        Act::Lose => "lose".to_owned(),
        Act::Twice => "deliver=twice".to_owned(),
        Act::Swap => "deliver=swap".to_owned(),
    });
    delay.into_iter().chain(act).collect::<Vec<_>>().join("; ")
}

/// Reads members, and says what is wrong with one.
struct Reader<'m>(&'m Map<String, Value>);

impl<'m> Reader<'m> {
    fn get(&self, name: &str) -> Option<&'m Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&'m str>, String> {
        let text = |value: &'m Value| value.as_str().filter(|text| !text.is_empty());
        self.get(name)
            .map(|value| {
                text(value).ok_or_else(|| format!("`{name}` must be a text that is not empty, not {value}"))
            })
            .transpose()
    }

    /// A text that only rules of one area have.
    fn only(&self, name: &str, is_right: bool, area: &str) -> Result<Option<&'m str>, String> {
        match self.text(name)? {
            Some(_) if !is_right => Err(format!("`{name}` is for {area} only")),
            text => Ok(text),
        }
    }

    fn whole(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_u64().filter(|number| (least..=most).contains(number));
        let range =
            if most == u64::MAX { format!("from {least} on") } else { format!("from {least} to {most}") };
        number.map(Some).ok_or_else(|| format!("`{name}` must be a whole number {range}, not {value}"))
    }

    fn proportion(&self, name: &str) -> Result<Option<f64>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_f64().filter(|number| *number > 0.0 && *number <= 1.0);
        number.map(Some).ok_or_else(|| format!("`{name}` must be a number above 0 and up to 1, not {value}"))
    }

    fn account(&self) -> Result<Option<&'m str>, String> {
        let account = self.text("account")?;
        match account {
            Some(text) if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(format!("`account` must be 12 digits, but is {text}"))
            }
            account => Ok(account),
        }
    }

    fn act(&self, area: Area, operation: &str, id: &str, model: &Model) -> Result<Option<Act>, String> {
        let given: Vec<_> = ACTS.into_iter().filter(|(name, _)| self.get(name).is_some()).collect();
        let message = self.text("message")?;
        let &[(name, areas)] = given.as_slice() else {
            return match (given.len(), message) {
                (0, None) => Ok(None),
                (0, Some(_)) => Err("`message` is the text of an `error` or of a `refuse`".to_owned()),
                _ => Err("give one of `error`, `refuse`, `cut`, `lose` and `deliver`".to_owned()),
            };
        };
        if !areas.contains(&area) {
            return Err(format!("`{name}` is not for `{operation}`, which takes {}", takes(area)));
        }
        if message.is_some() && name != "error" && name != "refuse" {
            return Err("`message` is the text of an `error` or of a `refuse`".to_owned());
        }
        if name == "lose" {
            return Ok(Some(Act::Lose));
        }
        let word = self.text(name)?.unwrap_or_default();
        let message = message.map_or_else(|| format!("Fault {id} asks for this"), str::to_owned);
        Ok(Some(match (name, word) {
            ("error", code) => {
                let code = known_error(code, operation, model)?;
                Act::Error(ApiError::new(code, message, "on-demand", Source::Fault))
            }
            ("refuse", code) => {
                let known = REFUSALS.into_iter().find(|known| *known == code);
                let words = || format!("`refuse` must be one of {}; not {code}", REFUSALS.join(", "));
                Act::Refuse(known.ok_or_else(words)?, message)
            }
            ("cut", "before") => Act::Cut(Cut::Before),
            ("cut", "answer") => Act::Cut(Cut::Answer),
            ("cut", "half") => Act::Cut(Cut::Half),
            ("cut", other) => {
                return Err(format!(
                    "`cut` must be `before` (nothing is done), `answer` (all is done, but not answered) or `half` (half of \
                     the answer is sent), not {other}"
                ));
            }
            (_, "twice") => Act::Twice,
            (_, "swap") => Act::Swap,
            (_, other) => {
                return Err(format!(
                    "`deliver` must be `twice`, or `swap` (the event comes after the next one), not {other}"
                ));
            }
        }))
    }
}

/// What rules of an area can do.
fn takes(area: Area) -> &'static str {
    match area {
        Area::Api => "`error`, `cut` and `delayMs`",
        Area::Door => "`refuse`, `cut` and `delayMs`",
        Area::Media => "`lose`",
        Area::Event => "`deliver` and `delayMs`",
    }
}

/// The error of this name, if one of the operations can answer with it.
fn known_error(code: &str, pattern: &str, model: &Model) -> Result<&'static str, String> {
    let mut known: Vec<&'static str> = ERRORS
        .into_iter()
        .filter(|code| operations(pattern, model).any(|operation| operation.has_error(code)))
        .chain(COMMON)
        .collect();
    known.sort_unstable();
    known.dedup();
    let found = known.iter().find(|known| **known == code).copied();
    found.ok_or_else(|| {
        format!("{pattern} does not answer with {code}; `error` must be one of {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(rule: &Value) -> String {
        let model = Model::new().unwrap();
        Rule::parse(rule, "f1", String::new(), &model).map(|_| ()).expect_err(&rule.to_string())
    }

    #[test]
    fn the_errors_are_those_of_the_models() {
        let model = Model::new().unwrap();
        let mut all: Vec<_> =
            model.services().into_iter().flat_map(|service| service.exceptions().keys().cloned()).collect();
        all.sort();
        all.dedup();
        assert_eq!(all, ERRORS);
        for service in model.services() {
            for operation in service.operations() {
                for code in ERRORS.into_iter().filter(|code| operation.has_error(code)) {
                    let rule = json!({ "operation": operation.name(), "error": code });
                    let rule = Rule::parse(&rule, "f1", String::new(), &model).unwrap();
                    assert_eq!(rule.told, format!("error={code}"));
                }
            }
        }
    }

    #[test]
    fn bad_rules_are_refused_in_words() {
        for (rule, expected) in [
            (json!([]), "a rule must be a JSON object"),
            (json!({ "operatoin": "x" }), "no member `operatoin`; its members are operation, account"),
            (
                json!({}),
                "does nothing: give `error`, `cut` or `delayMs`; with another `operation`, `refuse` (`join` and",
            ),
            (json!({}), "`lose` (`media`) or `deliver` (`event`)"),
            (json!({ "operation": "join" }), "does nothing: give `refuse`"),
            (json!({ "operation": "media" }), "does nothing: give `lose`"),
            (json!({ "operation": "CreateStge", "delayMs": 1 }), "there is no CreateStge"),
            (json!({ "operation": "*Stage*", "delayMs": 1 }), "has one star"),
            (json!({ "operation": "", "delayMs": 1 }), "`operation` must be a text that is not empty"),
            (json!({ "account": "12", "delayMs": 1 }), "`account` must be 12 digits"),
            (json!({ "region": 1, "delayMs": 1 }), "`region` must be a text"),
            (
                json!({ "operation": "join", "accessKey": "a", "delayMs": 1 }),
                "`accessKey` is for operations only",
            ),
            (
                json!({ "participant": "a", "delayMs": 1 }),
                "`participant` is for what is wanted at the door only",
            ),
            (json!({ "after": -1, "delayMs": 1 }), "`after` must be a whole number from 0 on, not -1"),
            (json!({ "count": 0, "delayMs": 1 }), "`count` must be a whole number from 1 on, not 0"),
            (
                json!({ "probability": 0, "delayMs": 1 }),
                "`probability` must be a number above 0 and up to 1, not 0",
            ),
            (json!({ "probability": 1.1, "delayMs": 1 }), "up to 1, not 1.1"),
            (
                json!({ "perSecond": 1.5, "delayMs": 1 }),
                "`perSecond` must be a whole number from 1 to 1000000",
            ),
            (json!({ "delayMs": 600_001 }), "`delayMs` must be a whole number from 1 to 600000"),
            (json!({ "error": "Nope" }), "* does not answer with Nope; `error` must be one of AccessDenied"),
            (
                json!({ "operation": "CreateStage", "error": "StreamUnavailable" }),
                "CreateStage does not answer with",
            ),
            (json!({ "error": "ConflictException", "cut": "half" }), "give one of `error`, `refuse`, `cut`"),
            (json!({ "message": "x", "delayMs": 1 }), "`message` is the text of an `error`"),
            (json!({ "cut": "middle" }), "`cut` must be `before`"),
            (json!({ "refuse": "TOKEN_EXPIRED" }), "`refuse` is not for `*`, which takes `error`"),
            (
                json!({ "operation": "join", "error": "ConflictException" }),
                "`error` is not for `join`, which takes `refuse`",
            ),
            (
                json!({ "operation": "join", "refuse": "NO" }),
                "`refuse` must be one of CONNECTION_TOKEN_REVOKED",
            ),
            (json!({ "lose": 0.1 }), "`lose` is not for `*`, which takes"),
            (json!({ "operation": "media", "lose": 2 }), "`lose` must be a number above 0 and up to 1"),
            (json!({ "operation": "media", "cut": "half" }), "`cut` is not for `media`, which takes `lose`"),
            (json!({ "operation": "media", "lose": 0.5, "delayMs": 1 }), "`delayMs` is not for media"),
            (json!({ "operation": "event" }), "does nothing: give `deliver` or `delayMs`"),
            (json!({ "operation": "event", "deliver": "never" }), "`deliver` must be `twice`, or `swap`"),
            (json!({ "operation": "event", "cut": "half" }), "which takes `deliver` and `delayMs`"),
            (json!({ "event": "Session Start", "delayMs": 1 }), "`event` is for events only"),
        ] {
            let error = error(&rule);
            assert!(error.contains(expected), "{rule}: {error}");
        }
    }

    #[test]
    fn patterns() {
        assert!(matches("*", "x") && matches("List*", "ListStages") && matches("*Stage", "GetStage"));
        assert!(matches("Get*Key", "GetStreamKey") && !matches("Get*Key", "GetStage"));
        assert!(!matches("aba*aba", "aba") && !matches("GetStage", "GetStageSession"));
    }
}
