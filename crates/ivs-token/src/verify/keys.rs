use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use es384::VerifyingKey;

use crate::arn::PublicKeyArn;
use crate::error::VerifierError;
use crate::key;

/// The public keys that a verifier holds, found by ARN, or by the whole header of a token at once.
#[derive(Clone)]
pub(super) struct Keys {
    by_arn: HashMap<PublicKeyArn, Arc<HeldKey>>,
    /// The header that this library writes, for each key: most tokens need no look inside.
    by_header: HashMap<String, Arc<HeldKey>>,
}

pub(super) struct HeldKey {
    pub(super) arn: PublicKeyArn,
    pub(super) key: VerifyingKey,
}

impl Keys {
    pub(super) fn new(keys: Vec<(PublicKeyArn, VerifyingKey)>) -> Result<Self, VerifierError> {
        if keys.is_empty() {
            return Err(VerifierError::NoKeys);
        }
        let mut held = Self { by_arn: HashMap::new(), by_header: HashMap::new() };
        for (arn, key) in keys {
            if held.by_arn.get(&arn).is_some_and(|other| other.key != key) {
                return Err(VerifierError::AmbiguousKey { kid: arn });
            }
            let one = Arc::new(HeldKey { arn: arn.clone(), key });
            held.by_header.insert(key::header(&arn), Arc::clone(&one));
            held.by_arn.insert(arn, one);
        }
        Ok(held)
    }

    pub(super) fn by_header(&self, header: &str) -> Option<&HeldKey> {
        self.by_header.get(header).map(Arc::as_ref)
    }

    pub(super) fn by_arn(&self, arn: &PublicKeyArn) -> Option<&HeldKey> {
        self.by_arn.get(arn).map(Arc::as_ref)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.by_arn.values().map(|one| (&one.arn, &one.key))).finish()
    }
}
