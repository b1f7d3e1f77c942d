use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Entry, Store, StoreError, Transaction};

/// The version of the tables. A file of another version is refused.
const SCHEMA: i64 = 1;

/// State in one SQLite file. A call that was answered is in the file, even if the process is killed the moment after.
#[derive(Debug)]
pub struct SqliteStore(Mutex<Connection>);

impl SqliteStore {
    /// Opens the file, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the file can not be opened, is no SQLite file, or was written by another version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        match connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? {
            0 => connection.execute_batch(&format!(
                "BEGIN IMMEDIATE;
                 CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
                 PRAGMA user_version = {SCHEMA};
                 COMMIT;"
            ))?,
            SCHEMA => {}
            other => {
                return Err(StoreError(format!("the file has version {other}; this program reads version {SCHEMA}")));
            }
        }
        Ok(Self(Mutex::new(connection)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SqliteStore {
    fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT version, value FROM entry WHERE key = ?1")?;
        let row: Option<(i64, String)> =
            statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        row.map(|(version, value)| entry(version, &value)).transpose()
    }

    fn scan(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT key, version, value FROM entry WHERE key >= ?1 AND key > ?2 AND key < ?3 ORDER BY key LIMIT ?4",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement
            .query_map(params![prefix, after, end(prefix), limit], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        rows.into_iter().map(|(key, version, value)| Ok((key, entry(version, &value)?))).collect()
    }

    fn count(&self, prefix: &str) -> Result<usize, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT count(*) FROM entry WHERE key >= ?1 AND key < ?2")?;
        Ok(statement
            .query_row([prefix, &end(prefix)], |row| row.get::<_, i64>(0))?
            .try_into()
            .unwrap_or(usize::MAX))
    }

    fn commit(&self, transaction: Transaction) -> Result<bool, StoreError> {
        let mut connection = self.connection();
        let sql = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let version = |key: &str| -> Result<i64, rusqlite::Error> {
            let mut statement = sql.prepare_cached("SELECT version FROM entry WHERE key = ?1")?;
            Ok(statement.query_row([key], |row| row.get(0)).optional()?.unwrap_or(0))
        };
        for (key, expected) in &transaction.checks {
            if version(key)?.unsigned_abs() != *expected {
                return Ok(false);
            }
        }
        for (key, value) in &transaction.writes {
            if let Some(value) = value {
                sql.prepare_cached("INSERT OR REPLACE INTO entry (key, version, value) VALUES (?1, ?2, ?3)")?
                    .execute(params![key, version(key)? + 1, value.to_string()])?;
            } else {
                sql.prepare_cached("DELETE FROM entry WHERE key = ?1")?.execute([key])?;
            }
        }
        sql.commit()?;
        Ok(true)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

/// The first text after all that begin with `prefix`: keys are ASCII.
fn end(prefix: &str) -> String {
    format!("{prefix}\u{7f}")
}

fn entry(version: i64, value: &str) -> Result<Entry, StoreError> {
    let value = serde_json::from_str(value).map_err(|error| StoreError(error.to_string()))?;
    Ok(Entry { version: version.unsigned_abs(), value: Arc::new(value) })
}
