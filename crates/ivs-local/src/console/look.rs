//! How pages read the state.

use serde_json::Value;

use crate::store::{Entry, Store, StoreError};

/// How many entries a page shows.
pub(super) const MANY: usize = 100;

/// The kinds of resources in each account and region. The search jumps from kind to kind, so it is fast however many
/// entries there are.
pub(super) fn places(store: &dyn Store) -> Result<Vec<(String, String, String)>, StoreError> {
    let mut found = Vec::new();
    let mut after = String::new();
    while let Some((key, _)) = store.scan("", &after, 1)?.pop() {
        let mut parts = key.splitn(4, '/');
        let place = (parts.next(), parts.next(), parts.next(), parts.next());
        if let (Some(account), Some(region), Some(kind), Some(_)) = place
            && crate::state::is_account(account)
        {
            // Keys are ASCII, so this key sorts after all keys with this beginning.
            after = format!("{account}/{region}/{kind}/\u{7f}");
            found.push((account.to_owned(), region.to_owned(), kind.to_owned()));
        } else {
            after = key;
        }
    }
    Ok(found)
}

/// The entries of a kind that contain a text, in all accounts and regions. The search begins after the key `after`.
/// The result also says whether there are more.
pub(super) fn find(
    store: &dyn Store,
    kind: &str,
    wanted: &str,
    after: &str,
) -> Result<(Vec<(String, Entry)>, bool), StoreError> {
    let wanted = wanted.to_lowercase();
    let mut found = Vec::new();
    for (account, region, _) in places(store)?.into_iter().filter(|place| place.2 == kind) {
        let prefix = format!("{account}/{region}/{kind}/");
        for (key, entry) in store.scan(&prefix, after, usize::MAX)? {
            if wanted.is_empty() || entry.value.to_string().to_lowercase().contains(&wanted) {
                if found.len() == MANY {
                    return Ok((found, true));
                }
                found.push((key, entry));
            }
        }
    }
    Ok((found, false))
}

/// A text member of a record, or an empty text if there is none.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A text, encoded for the query of a URL.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
