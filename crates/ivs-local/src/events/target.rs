//! Who is told of events: a webhook, or an event bus.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::client::Address;
use super::envelope::name;
use super::sign::{self, Signer};
use crate::time::to_basic;

/// The secret of webhooks whose user names none.
pub(crate) const SECRET: &str = "whsec_aXZzLWxvY2FsIGl2cy1sb2NhbCBpdnMtbG9jYWw=";

/// What the text of a secret begins with.
const PREFIX: &str = "whsec_";

/// How often a delivery is tried, unless its user says.
const ATTEMPTS: u64 = 8;

/// The wait after the first attempt in milliseconds, unless its user says. Each wait is twice as long as the one
/// before.
const RETRY_MS: u64 = 1000;

/// The longest wait in milliseconds.
pub(super) const LONGEST_MS: u64 = 60_000;

/// The most events of one call of `PutEvents`.
const MOST: usize = 10;

/// The members of a target.
const MEMBERS: [&str; 11] = [
    "url",
    "certificates",
    "secret",
    "eventBus",
    "source",
    "region",
    "accessKey",
    "secretKey",
    "events",
    "attempts",
    "retryMs",
];

/// A target, as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    url: String,
    address: Address,
    form: Form,
    /// Types or names of the events that it is told of; all, if there are none.
    events: Vec<String>,
    pub(super) attempts: u64,
    pub(super) retry_ms: u64,
}

#[derive(Clone, Debug)]
enum Form {
    Webhook { secret: Vec<u8> },
    Bus { name: String, source: String, region: String, access_key: String, secret_key: String },
}

/// What came of an attempt.
pub(super) struct Told {
    /// The places of the events that have to be told again.
    pub(super) again: Vec<usize>,
    /// Why.
    pub(super) error: String,
}

impl Target {
    /// Reads a target.
    pub(crate) fn parse(given: &Value) -> Result<Self, String> {
        let members =
            given.as_object().ok_or_else(|| format!("a target must be a JSON object, not {given}"))?;
        if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(format!(
                "a target has no member `{unknown}`; its members are {}",
                MEMBERS.join(", ")
            ));
        }
        let url =
            text(members, "url")?.ok_or("a target needs a `url`, such as http://localhost:9000/hook")?;
        let form = match text(members, "eventBus")? {
            None => {
                if let Some(name) = ["source", "region", "accessKey", "secretKey"]
                    .iter()
                    .find(|name| members.contains_key(**name))
                {
                    return Err(format!("`{name}` is for a target with `eventBus`; a webhook has `secret`"));
                }
                Form::Webhook { secret: secret(text(members, "secret")?.unwrap_or(SECRET))? }
            }
            Some(_) if members.contains_key("secret") => {
                return Err(
                    "`secret` signs webhooks; an event bus has `accessKey` and `secretKey`".to_owned()
                );
            }
            Some(bus) => {
                let or = |name: &str, default: &str| Ok(text(members, name)?.unwrap_or(default).to_owned());
                let or = |name, default| -> Result<String, String> { or(name, default) };
                Form::Bus {
                    name: bus.to_owned(),
                    source: or("source", "aws.ivs")?,
                    region: or("region", "us-east-1")?,
                    access_key: or("accessKey", "test")?,
                    secret_key: or("secretKey", "test")?,
                }
            }
        };
        let attempts = whole(members, "attempts", 1, 100)?.unwrap_or(ATTEMPTS);
        let retry_ms = whole(members, "retryMs", 1, LONGEST_MS)?.unwrap_or(RETRY_MS);
        let address = Address::parse(url, text(members, "certificates")?)?;
        Ok(Self { url: url.to_owned(), address, form, events: list(members, "events")?, attempts, retry_ms })
    }

    /// The target without its secrets.
    pub(super) fn show(&self) -> Map<String, Value> {
        let mut shown = Map::new();
        shown.insert("url".into(), self.url.as_str().into());
        if let Form::Bus { name, source, region, .. } = &self.form {
            shown.insert("eventBus".into(), name.as_str().into());
            shown.insert("source".into(), source.as_str().into());
            shown.insert("region".into(), region.as_str().into());
        }
        if !self.events.is_empty() {
            shown.insert("events".into(), json!(self.events));
        }
        shown.insert("attempts".into(), self.attempts.into());
        shown.insert("retryMs".into(), self.retry_ms.into());
        shown
    }

    /// Whether it is told of an event.
    pub(super) fn wants(&self, envelope: &Value) -> bool {
        let kind = envelope["detail-type"].as_str().unwrap_or_default();
        self.events.is_empty() || self.events.iter().any(|wanted| wanted == kind || wanted == name(envelope))
    }

    /// How many events are told at once.
    pub(super) fn at_once(&self) -> usize {
        match self.form {
            Form::Webhook { .. } => 1,
            Form::Bus { .. } => MOST,
        }
    }

    /// Tells of events.
    pub(super) async fn tell(&self, envelopes: &[&Value]) -> Result<(), Told> {
        let all = |error: String| Told { again: (0..envelopes.len()).collect(), error };
        match &self.form {
            Form::Webhook { secret } => {
                for envelope in envelopes {
                    self.call(secret, envelope).await.map_err(all)?;
                }
                Ok(())
            }
            Form::Bus { .. } => self.put(envelopes).await,
        }
    }

    /// Calls a webhook (Standard Webhooks 1.0).
    async fn call(&self, secret: &[u8], envelope: &Value) -> Result<(), String> {
        let body = envelope.to_string();
        let id = envelope["id"].as_str().unwrap_or_default();
        // Receivers compare it with their own clock.
        let seconds = crate::clock::system() / 1000;
        let signature = sign::webhook(secret, id, seconds, &body);
        let headers = [
            ("content-type", "application/json"),
            ("host", &self.address.host),
            ("webhook-id", id),
            ("webhook-signature", &signature),
            ("webhook-timestamp", &seconds.to_string()),
        ];
        match self.address.post(self.address.path(), &headers, body).await? {
            (200..300, _) => Ok(()),
            (status, _) => Err(format!("it answered {status}")),
        }
    }

    /// Calls `PutEvents`. Some events may be taken, and others not.
    async fn put(&self, envelopes: &[&Value]) -> Result<(), Told> {
        let Form::Bus { name, source, region, access_key, secret_key } = &self.form else { return Ok(()) };
        let all = |error: String| Told { again: (0..envelopes.len()).collect(), error };
        let entry = |envelope: &&Value| {
            json!({
                "Time": envelope["time"].as_str().and_then(crate::time::seconds),
                "Source": source,
                "Resources": envelope["resources"],
                "DetailType": envelope["detail-type"],
                "Detail": envelope["detail"].to_string(),
                "EventBusName": name,
            })
        };
        let entries: Vec<_> = envelopes.iter().map(entry).collect();
        let body = json!({ "Entries": entries }).to_string();
        let date = to_basic(crate::clock::system());
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("host", self.address.host.as_str()),
            ("x-amz-date", &date),
            ("x-amz-target", "AWSEvents.PutEvents"),
        ];
        let signer = Signer { access_key, secret_key, region };
        let authorization = sign::aws(&signer, &headers, &date, &body);
        let mut all_headers = headers.to_vec();
        all_headers.push(("authorization", &authorization));
        let (status, answer) = self.address.post("/", &all_headers, body).await.map_err(all)?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        if status != 200 {
            let message =
                ["message", "Message"].iter().find_map(|name| answer[*name].as_str()).unwrap_or_default();
            return Err(all(format!("it answered {status} {message}")));
        }
        let failed = |(place, entry): (usize, &Value)| {
            let code = entry["ErrorCode"].as_str()?;
            Some((place, format!("{code}: {}", entry["ErrorMessage"].as_str().unwrap_or_default())))
        };
        let entries = answer["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let failed: Vec<_> = entries.iter().enumerate().filter_map(failed).collect();
        let again = failed.iter().map(|(place, _)| *place).filter(|place| *place < envelopes.len()).collect();
        failed.into_iter().next().map_or(Ok(()), |(_, error)| Err(Told { again, error }))
    }
}

/// The bytes of a secret.
fn secret(text: &str) -> Result<Vec<u8>, String> {
    let bytes = text.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
    bytes.filter(|bytes| (24..=64).contains(&bytes.len())).ok_or_else(|| {
        format!("`secret` must be {PREFIX} followed by 24 to 64 bytes in Base64 (Standard Webhooks)")
    })
}

fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, String> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(other) => Err(format!("`{name}` must be a text that is not empty, not {other}")),
    }
}

fn whole(members: &Map<String, Value>, name: &str, least: u64, most: u64) -> Result<Option<u64>, String> {
    let Some(value) = members.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let number = value.as_u64().filter(|number| (least..=most).contains(number));
    number
        .map(Some)
        .ok_or_else(|| format!("`{name}` must be a whole number from {least} to {most}, not {value}"))
}

fn list(members: &Map<String, Value>, name: &str) -> Result<Vec<String>, String> {
    let Some(value) = members.get(name).filter(|value| !value.is_null()) else { return Ok(Vec::new()) };
    let texts = value.as_array().map(|all| all.iter().map(|one| one.as_str().map(str::to_owned)).collect());
    texts.flatten().ok_or_else(|| format!("`{name}` must be a list of texts, not {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_targets_are_refused_in_words() {
        for (target, expected) in [
            (json!([]), "a JSON object"),
            (json!({}), "needs a `url`"),
            (json!({ "uri": "x" }), "no member `uri`; its members are url, certificates, secret"),
            (json!({ "url": "localhost:9000" }), "must look like http://localhost:9000/hook"),
            (json!({ "url": "ftp://example.com" }), "or begin with https://"),
            (json!({ "url": "https://a..b/" }), "but is https://a..b/"),
            (
                json!({ "url": "https://localhost", "certificates": "x" }),
                "certificates in PEM: it holds no certificate",
            ),
            (json!({ "url": "http://localhost", "certificates": "x" }), "that begins with https://, but"),
            (json!({ "url": "http://a:b@localhost/" }), "but is http://a:b@"),
            (json!({ "url": "http://localhost", "secret": "x" }), "`secret` must be whsec_"),
            (json!({ "url": "http://localhost", "secret": "whsec_AAAA" }), "24 to 64 bytes"),
            (json!({ "url": "http://localhost", "region": "x" }), "`region` is for a target with `eventBus`"),
            (
                json!({ "url": "http://localhost", "eventBus": "b", "secret": SECRET }),
                "`secret` signs webhooks",
            ),
            (json!({ "url": "http://localhost", "eventBus": 1 }), "`eventBus` must be a text"),
            (
                json!({ "url": "http://localhost", "attempts": 0 }),
                "`attempts` must be a whole number from 1 to 100",
            ),
            (json!({ "url": "http://localhost", "events": ["a", 1] }), "`events` must be a list of texts"),
        ] {
            let error = Target::parse(&target).map(|_| ()).expect_err(&target.to_string());
            assert!(error.contains(expected), "{target}: {error}");
        }
        Target::parse(&json!({ "url": "http://localhost:9000/hook" })).unwrap();
    }

    #[test]
    fn events_are_chosen_by_type_or_name() {
        let target = json!({ "url": "http://localhost", "events": ["IVS Stage Update", "Session End"] });
        let target = Target::parse(&target).unwrap();
        let event = |kind: &str, name: &str| json!({ "detail-type": kind, "detail": { "event_name": name } });
        assert!(target.wants(&event("IVS Stage Update", "Participant Published")));
        assert!(target.wants(&event("IVS Composition State Change", "Session End")));
        assert!(!target.wants(&event("IVS Composition State Change", "Session Start")));
    }
}
