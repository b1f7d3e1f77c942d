//! How far a target was told, as the state of a server keeps it. It belongs to the server that tells: no file has it.

use serde_json::{Value, json};

use crate::http::hash::{hex, hmac_sha256};
use crate::store::{Store, StoreError, Transaction};

/// What the keys of positions begin with.
const PREFIX: &str = "server/target-";

/// Whether a key is that of a position.
pub(crate) fn is_position(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// A position: the last event that a target was told of.
pub(crate) fn position(last: u64) -> Value {
    json!({ "last": last })
}

/// The key of a target that was given so. Who reads it learns no secret.
pub(super) fn key_of(given: &Value) -> String {
    format!("{PREFIX}{}", &hex(&hmac_sha256(b"target", given.to_string().as_bytes()))[..16])
}

/// The last event that a target was told of, if that was kept.
pub(super) fn kept(store: &dyn Store, key: &str) -> Result<Option<u64>, StoreError> {
    Ok(store.get(key)?.and_then(|entry| entry.value["last"].as_u64()))
}

/// Keeps how far a target was told, for a server that begins with this state.
pub(super) fn keep(store: &dyn Store, key: &str, told: u64) -> Result<(), StoreError> {
    let writes = vec![(key.to_owned(), Some(position(told)))];
    store.commit(Transaction { checks: Vec::new(), writes }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::state::State;

    #[test]
    fn positions_follow_the_state_and_are_in_no_file() {
        let given = json!({ "url": "http://127.0.0.1:9/hook" });
        let key = key_of(&given);
        let settings = Settings { targets: vec![given], ..Settings::default() };
        let server = crate::in_memory(settings, 8788).unwrap();
        let last = || kept(server.store(), &key).unwrap();
        assert_eq!(last(), Some(0));
        let state =
            r#"{"ivs-local": 1, "server": {"outbox/0000000000000005": {}, "outbox/0000000000000007": {}}}"#;
        let state = State::from_json(state).unwrap();
        server.restore(&state).unwrap();
        assert_eq!(last(), Some(7), "what a file brings was told by whoever wrote it");
        assert_eq!(server.snapshot().unwrap(), state);
        server.reset().unwrap();
        assert_eq!(last(), Some(0), "numbers begin anew");
        assert_eq!(server.snapshot().unwrap(), State::default());
    }
}
