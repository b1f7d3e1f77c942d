use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Entry, Store, StoreError, Transaction};

/// State that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryStore(RwLock<BTreeMap<String, Entry>>);

impl MemoryStore {
    fn read<T>(&self, read: impl FnOnce(&BTreeMap<String, Entry>) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        Ok(self.read(|map| map.get(key).cloned()))
    }

    fn scan(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        let start = if after >= prefix { Bound::Excluded(after) } else { Bound::Included(prefix) };
        Ok(self.read(|map| {
            map.range::<str, _>((start, Bound::Unbounded))
                .take_while(|(key, _)| key.starts_with(prefix))
                .take(limit)
                .map(|(key, entry)| (key.clone(), entry.clone()))
                .collect()
        }))
    }

    fn count(&self, prefix: &str) -> Result<usize, StoreError> {
        Ok(self.read(|map| {
            map.range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
                .take_while(|(key, _)| key.starts_with(prefix))
                .count()
        }))
    }

    fn commit(&self, transaction: Transaction) -> Result<bool, StoreError> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let version =
            |map: &BTreeMap<String, Entry>, key: &str| map.get(key).map_or(0, |entry| entry.version);
        if transaction.checks.iter().any(|(key, expected)| version(&map, key) != *expected) {
            return Ok(false);
        }
        for (key, value) in transaction.writes {
            match value {
                Some(value) => {
                    let version = version(&map, &key) + 1;
                    map.insert(key, Entry { version, value: Arc::new(value) });
                }
                None => {
                    map.remove(&key);
                }
            }
        }
        Ok(true)
    }
}
