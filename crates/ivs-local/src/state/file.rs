use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::events::is_position;
use crate::store::Entry;

/// The version of the file. Another one is refused.
const VERSION: u64 = 1;

/// What the keys of what the server itself keeps begin with.
const OWN: &str = "server/";

/// What the server keeps and a file does not hold: whoever has these can mint tokens.
const SECRET: [&str; 2] = ["server/token-key", "server/secret"];

/// All that a server knows, without its own keys.
///
/// In its file, resources stand by account, region, kind and ID; the rest, such as timers, by key.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct State {
    entries: BTreeMap<String, Value>,
}

/// A file is not that of a state; the words say what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It is not JSON of the form that `GET /_ivs/snapshot` gives.
    #[error("this is not a state in the form of GET /_ivs/snapshot: {0}")]
    Form(String),
    /// It was written by another version.
    #[error("the state has version {0}; this program reads version {VERSION}")]
    Version(u64),
    /// A record has not its form, or names what is not there.
    #[error("the record {key} is invalid: {what}")]
    Record {
        /// Its account, region, kind and ID, with slashes between; the name of what belongs to no account.
        key: String,
        /// What is wrong with it, and with which member.
        what: String,
    },
    /// An account ID is none.
    #[error("the account `{0}` is not an account ID: an account ID has 12 digits")]
    Account(String),
}

/// A state was not restored, and nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It can not be one of this server.
    #[error(transparent)]
    State(#[from] StateError),
    /// The state can not be read or written.
    #[error(transparent)]
    Store(#[from] crate::StoreError),
}

/// The file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "ivs-local")]
    version: u64,
    /// What belongs to no account.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    server: BTreeMap<String, Value>,
    /// By account, region, kind and the rest of the key.
    #[serde(default)]
    accounts: BTreeMap<String, Place>,
}

type Place = BTreeMap<String, BTreeMap<String, BTreeMap<String, Value>>>;

impl State {
    /// What a store held.
    pub(crate) fn of(all: Vec<(String, Entry)>) -> Self {
        let shown = all.into_iter().filter(|(key, _)| !is_left_out(key));
        Self { entries: shown.map(|(key, entry)| (key, Value::clone(&entry.value))).collect() }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`StateError`].
    pub fn from_json(text: &str) -> Result<Self, StateError> {
        let form = |error: serde_json::Error| StateError::Form(error.to_string());
        let value: Value = serde_json::from_str(text).map_err(form)?;
        // Another version may have other members.
        if let Some(version) = value.get("ivs-local").and_then(Value::as_u64).filter(|one| *one != VERSION) {
            return Err(StateError::Version(version));
        }
        let file: File = serde_json::from_value(value).map_err(form)?;
        let mut entries = BTreeMap::new();
        for (key, value) in file.server {
            if is_account(key.split('/').next().unwrap_or_default()) {
                let what = "records of an account must be under `accounts`".to_owned();
                return Err(StateError::Record { key, what });
            }
            if !is_left_out(&key) {
                entries.insert(key, value);
            }
        }
        for (account, regions) in file.accounts {
            if !is_account(&account) {
                return Err(StateError::Account(account));
            }
            for (region, kinds) in regions {
                for (kind, records) in kinds {
                    for (id, record) in records {
                        entries.insert(format!("{account}/{region}/{kind}/{id}"), record);
                    }
                }
            }
        }
        Ok(Self { entries })
    }

    /// The file: two servers with the same state give the same bytes.
    pub fn to_json(&self) -> String {
        let mut file = File { version: VERSION, server: BTreeMap::new(), accounts: BTreeMap::new() };
        for (key, value) in &self.entries {
            let mut parts = key.splitn(4, '/');
            let place = (parts.next(), parts.next(), parts.next(), parts.next());
            if let (Some(account), Some(region), Some(kind), Some(id)) = place
                && is_account(account)
            {
                let kinds = file.accounts.entry(account.to_owned()).or_default();
                let records = kinds.entry(region.to_owned()).or_default().entry(kind.to_owned()).or_default();
                records.insert(id.to_owned(), sorted(value));
            } else {
                file.server.insert(key.clone(), sorted(value));
            }
        }
        // Maps of texts can always be written.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What is in it, by key.
    pub(crate) fn entries(&self) -> &BTreeMap<String, Value> {
        &self.entries
    }

    #[cfg(test)]
    pub(super) fn with(entries: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self { entries: entries.into_iter().collect() }
    }

    /// How many calls a server with a seed had answered.
    pub(crate) fn calls(&self) -> u64 {
        self.entries.get(&format!("{OWN}calls")).and_then(Value::as_u64).unwrap_or(0)
    }
}

/// Whether no file holds what is under a key: it belongs to the server that runs.
fn is_left_out(key: &str) -> bool {
    is_secret(key) || is_position(key)
}

/// Whether a key is one of those that a server keeps whatever its state becomes.
pub(crate) fn is_secret(key: &str) -> bool {
    SECRET.contains(&key)
}

pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The same value, with the members of objects in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().map(|(name, value)| (name, sorted(value))).collect();
            members.into_iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::{MemoryStore, Store, Transaction};

    fn state() -> State {
        let store = MemoryStore::default();
        let writes = [
            ("123456789012/us-east-1/stage/a", json!({ "name": "x", "arn": "y" })),
            ("123456789012/us-east-1/participant/a/st-1/ana/", json!({ "state": "CONNECTED" })),
            ("server/calls", json!(7)),
            ("server/token-key", json!("secret")),
            ("timer/0001", json!({ "what": "composition" })),
        ];
        let writes = writes.into_iter().map(|(key, value)| (key.to_owned(), Some(value))).collect();
        store.commit(Transaction { checks: Vec::new(), writes }).unwrap();
        State::of(store.scan("", "", usize::MAX).unwrap())
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let state = state();
        let text = state.to_json();
        assert_eq!(State::from_json(&text).unwrap(), state);
        assert_eq!(state.calls(), 7);
        assert!(!text.contains("secret"), "{text}");
        let arn = text.find("\"arn\"").unwrap();
        assert!(arn < text.find("\"name\"").unwrap(), "members are in order: {text}");
    }

    #[test]
    fn files_of_another_form_are_refused_in_words() {
        let refusal = |text: &str| State::from_json(text).unwrap_err().to_string();
        assert!(refusal("[").contains("GET /_ivs/snapshot"));
        assert!(refusal("{}").contains("ivs-local"));
        assert!(refusal(r#"{"ivs-local": 2, "more": 1}"#).contains("version 2"));
        assert!(refusal(r#"{"ivs-local": 1, "accounts": {"x": {}}}"#).contains("12 digits"));
        assert!(refusal(r#"{"ivs-local": 1, "acounts": {}}"#).contains("acounts"));
    }

    #[test]
    fn a_file_brings_no_keys_of_the_server() {
        let text = r#"{"ivs-local": 1, "server": {"server/token-key": "x", "server/target-0": {}, "server/calls": 3}}"#;
        let state = State::from_json(text).unwrap();
        assert_eq!(state.entries().len(), 1);
        assert_eq!(state.calls(), 3);
    }
}
