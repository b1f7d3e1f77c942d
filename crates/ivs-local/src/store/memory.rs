use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Entry, Store, StoreError, Transaction};

/// State that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryStore(RwLock<Entries>);

#[derive(Debug, Default)]
struct Entries {
    by_key: BTreeMap<String, Entry>,
    /// How many keys there are with the same beginning, up to their last slash: quotas ask for it with each resource.
    in_folder: BTreeMap<String, usize>,
}

impl Entries {
    fn version(&self, key: &str) -> u64 {
        self.by_key.get(key).map_or(0, |entry| entry.version)
    }

    fn insert(&mut self, key: String, entry: Entry) {
        let folder = folder(&key).to_owned();
        if self.by_key.insert(key, entry).is_none() {
            *self.in_folder.entry(folder).or_default() += 1;
        }
    }

    fn remove(&mut self, key: &str) {
        let folder = folder(key);
        if self.by_key.remove(key).is_some()
            && let Some(count) = self.in_folder.get_mut(folder)
        {
            *count -= 1;
            if *count == 0 {
                self.in_folder.remove(folder);
            }
        }
    }

    fn count(&self, prefix: &str) -> usize {
        if prefix.ends_with('/') {
            return beginning_with(&self.in_folder, prefix).map(|(_, count)| count).sum();
        }
        beginning_with(&self.by_key, prefix).count()
    }
}

/// A key up to its last slash, and with that.
fn folder(key: &str) -> &str {
    key.rfind('/').map_or("", |end| &key[..=end])
}

fn beginning_with<'m, T>(
    map: &'m BTreeMap<String, T>,
    prefix: &'m str,
) -> impl Iterator<Item = (&'m String, &'m T)> {
    map.range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
        .take_while(move |(key, _)| key.starts_with(prefix))
}

impl MemoryStore {
    fn read<T>(&self, read: impl FnOnce(&Entries) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        Ok(self.read(|entries| entries.by_key.get(key).cloned()))
    }

    fn scan(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        let start = if after >= prefix { Bound::Excluded(after) } else { Bound::Included(prefix) };
        Ok(self.read(|entries| {
            entries
                .by_key
                .range::<str, _>((start, Bound::Unbounded))
                .take_while(|(key, _)| key.starts_with(prefix))
                .take(limit)
                .map(|(key, entry)| (key.clone(), entry.clone()))
                .collect()
        }))
    }

    fn count(&self, prefix: &str) -> Result<usize, StoreError> {
        Ok(self.read(|entries| entries.count(prefix)))
    }

    fn commit(&self, transaction: Transaction) -> Result<bool, StoreError> {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if transaction.checks.iter().any(|(key, expected)| entries.version(key) != *expected) {
            return Ok(false);
        }
        for (key, value) in transaction.writes {
            match value {
                Some(value) => {
                    let version = entries.version(&key) + 1;
                    entries.insert(key, Entry { version, value: Arc::new(value) });
                }
                None => entries.remove(&key),
            }
        }
        Ok(true)
    }
}
