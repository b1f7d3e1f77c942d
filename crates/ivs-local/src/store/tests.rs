//! One suite for every store.

use serde_json::json;

use super::{MemoryStore, SqliteStore, Store, Transaction};

fn write(key: &str, value: Option<serde_json::Value>) -> Transaction {
    Transaction { checks: Vec::new(), writes: vec![(key.to_owned(), value)] }
}

fn suite(store: &dyn Store) {
    assert_eq!(store.get("a/1").unwrap(), None);
    for key in ["a/1", "a/2", "a/3", "b/1"] {
        assert!(store.commit(write(key, Some(json!({ "key": key })))).unwrap());
    }
    let keys = |prefix, after, limit| {
        let found = store.scan(prefix, after, limit).unwrap();
        found.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
    };
    assert_eq!(keys("a/", "", 9), ["a/1", "a/2", "a/3"]);
    assert_eq!(keys("a/", "a/1", 1), ["a/2"]);
    assert_eq!(keys("a/", "a/3", 9), [""; 0]);
    assert_eq!(keys("b/", "a/9", 9), ["b/1"]);
    assert_eq!((store.count("a/").unwrap(), store.count("c/").unwrap()), (3, 0));

    assert_eq!(store.get("a/1").unwrap().unwrap().version, 1);
    let checked = |version, value| {
        let mut transaction = write("a/1", Some(json!(value)));
        transaction.checks.push(("a/1".to_owned(), version));
        transaction.writes.push(("a/9".to_owned(), Some(json!(value))));
        store.commit(transaction).unwrap()
    };
    assert!(!checked(0, 2));
    assert_eq!(store.get("a/9").unwrap(), None);
    assert!(checked(1, 3));
    let entry = store.get("a/1").unwrap().unwrap();
    assert_eq!((entry.version, entry.value.as_ref()), (2, &json!(3)));
    assert!(!checked(1, 4));

    assert!(store.commit(write("a/1", None)).unwrap());
    assert_eq!(store.get("a/1").unwrap(), None);

    // A count is that of what a scan gives, however keys come and go.
    let nested = ["a/b/1", "a/b/2", "a/bc/1", "a"];
    for value in [Some(json!(1)), Some(json!(2)), None, None] {
        for key in nested {
            assert!(store.commit(write(key, value.clone())).unwrap());
            for prefix in ["", "a", "a/", "a/b", "a/b/", "a/b/1", "a/bc/", "b/", "x/"] {
                let scanned = store.scan(prefix, "", 99).unwrap().len();
                assert_eq!(store.count(prefix).unwrap(), scanned, "{prefix:?} after {key}");
            }
        }
    }
}

#[test]
fn memory() {
    suite(&MemoryStore::default());
}

#[test]
fn sqlite_and_it_survives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    suite(&SqliteStore::open(&path).unwrap());
    let again = SqliteStore::open(&path).unwrap();
    assert_eq!(again.count("").unwrap(), 4);
}

#[test]
fn sqlite_refuses_a_file_of_another_version_and_what_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    let error = SqliteStore::open(&path).unwrap_err().to_string();
    assert!(error.contains("version 2"), "{error}");
    let text = folder.path().join("text");
    std::fs::write(&text, "x".repeat(4096)).unwrap();
    assert!(SqliteStore::open(&text).is_err());
}
