use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::arn::KeyArn;
use crate::error::KeyRingError;
use crate::key;
use crate::key_ring::PublicKey;

/// A ring at one moment. Never changed once others can see it.
#[derive(Clone)]
pub(crate) struct State<A> {
    by_arn: BTreeMap<A, Arc<PublicKey<A>>>,
    /// The header that this library writes, for each key: most tokens need no look inside.
    by_header: HashMap<String, Arc<PublicKey<A>>>,
    /// Counts the changes that took trust away: what was believed before the last of them must be looked at anew.
    withdrawals: u64,
}

impl<A> Default for State<A> {
    fn default() -> Self {
        Self { by_arn: BTreeMap::new(), by_header: HashMap::new(), withdrawals: 0 }
    }
}

impl<A: KeyArn> State<A> {
    pub(crate) fn by_arn(&self, arn: &A) -> Option<&Arc<PublicKey<A>>> {
        self.by_arn.get(arn)
    }

    pub(crate) fn by_header(&self, header: &str) -> Option<&Arc<PublicKey<A>>> {
        self.by_header.get(header)
    }

    /// All keys, ordered by ARN.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Arc<PublicKey<A>>> {
        self.by_arn.values()
    }

    pub(crate) fn withdrawals(&self) -> u64 {
        self.withdrawals
    }

    pub(super) fn import(&mut self, key: PublicKey<A>, limit: usize) -> Result<(), KeyRingError> {
        if let Some(held) = self.by_arn.get(key.arn()) {
            if held.key() == key.key() {
                return Ok(());
            }
            return Err(KeyRingError::AmbiguousArn { arn: key.arn().to_string() });
        }
        if self.by_arn.len() >= limit {
            return Err(KeyRingError::Full { limit });
        }
        self.put(key);
        Ok(())
    }

    pub(super) fn delete(&mut self, arn: &A) -> Result<(), KeyRingError> {
        if self.by_arn.remove(arn).is_none() {
            return Err(KeyRingError::NotFound { arn: arn.to_string() });
        }
        self.by_header.remove(&key::header(arn));
        self.withdrawals += 1;
        Ok(())
    }

    /// Adds a key, or puts it in the place of the one of its ARN.
    fn put(&mut self, key: PublicKey<A>) {
        let key = Arc::new(key);
        self.by_header.insert(key::header(key.arn()), Arc::clone(&key));
        self.by_arn.insert(key.arn().clone(), key);
    }
}
