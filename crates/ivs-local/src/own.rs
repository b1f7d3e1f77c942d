//! What the server keeps for itself: the key of its tokens, that of its page tokens, and how many calls with a seed there were.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::http::hash::hmac_sha256;
use crate::keeper::OWN;
use crate::store::{Store, StoreError, Transaction};
use crate::token_key::TokenKey;

/// What a server keeps for itself.
pub(crate) struct Own {
    /// The key of `CreateParticipantToken`.
    pub(crate) token_key: TokenKey,
    /// The key of pagination tokens.
    pub(crate) secret: [u8; 32],
    /// How many changes with a seed there were.
    pub(crate) calls: u64,
}

/// It can not be read or made.
#[derive(Debug)]
pub(crate) enum OwnError {
    Store(StoreError),
    /// The operating system gives no random bytes.
    Randomness(String),
    /// What the state holds is none.
    Key(String),
}

impl From<StoreError> for OwnError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Own {
    /// What a state holds. What it does not hold is made, the same each time with a seed, and kept.
    pub(crate) fn of(store: &dyn Store, seed: Option<&str>) -> Result<Self, OwnError> {
        let text = |name: &str| -> Result<Option<String>, StoreError> {
            let entry = store.get(&format!("{OWN}/{name}"))?;
            Ok(entry.and_then(|entry| entry.value.as_str().map(str::to_owned)))
        };
        let keep = |name: &str, value: &str| {
            let writes = vec![(format!("{OWN}/{name}"), Some(Value::from(value)))];
            store.commit(Transaction { checks: Vec::new(), writes })
        };
        let broken = |error: &dyn std::fmt::Display| OwnError::Key(error.to_string());
        let token_key = if let Some(pem) = text("token-key")? {
            TokenKey::read(&pem, seed.is_some()).map_err(|error| broken(&error))?
        } else {
            let made = match seed {
                Some(seed) => TokenKey::seeded(seed).map_err(|error| broken(&error))?,
                None => TokenKey::random().map_err(|error| OwnError::Randomness(error.to_string()))?,
            };
            keep("token-key", &made.to_pem())?;
            made
        };
        let secret = if let Some(secret) = text("secret")? {
            let bytes = STANDARD.decode(secret).map_err(|error| broken(&error))?;
            bytes.try_into().map_err(|_| broken(&"the secret has another length"))?
        } else {
            let mut secret = [0; 32];
            match seed {
                Some(seed) => secret = hmac_sha256(seed.as_bytes(), b"page tokens"),
                None => {
                    getrandom::fill(&mut secret).map_err(|error| OwnError::Randomness(error.to_string()))?;
                }
            }
            keep("secret", &STANDARD.encode(secret))?;
            secret
        };
        let calls = store.get(&format!("{OWN}/calls"))?.and_then(|entry| entry.value.as_u64()).unwrap_or(0);
        Ok(Self { token_key, secret, calls })
    }
}
