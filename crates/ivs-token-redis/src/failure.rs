use std::fmt;
use std::io;

use redis::{RedisError, ServerError};

/// Why a connection gave no answer. What it says never holds a password.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The other end is gone: another connection may do better.
    Dropped(String),
    /// All else, after which trying again is for the caller.
    Final(String),
}

impl Failure {
    /// What a read or a write failed with. The time that was allowed is in `allowed`.
    pub(crate) fn of_io(error: &io::Error, allowed: std::time::Duration) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                Self::Final(format!("gave no answer within {allowed:?}: is it overloaded or cut off?"))
            }
            _ => Self::Dropped(format!("closed the connection ({error})")),
        }
    }

    pub(crate) fn of_reply(error: &RedisError, allowed: std::time::Duration) -> Self {
        match std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>()) {
            Some(error) => Self::of_io(error, allowed),
            None if error.is_io_error() => Self::Dropped("closed the connection".to_owned()),
            None => Self::Final("answers in no form that Redis uses: is it a Redis server?".to_owned()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Dropped(text) | Self::Final(text)) = self;
        f.write_str(text)
    }
}

/// What Redis said in place of an answer, and what to do about it.
pub(crate) fn refusal(error: &ServerError) -> String {
    let details = ivs_token::printable(error.details().unwrap_or_default());
    let details = details.chars().take(200).collect::<String>();
    let advice = match error.code() {
        "MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN" | "TRYAGAIN" => {
            ": a cluster is not supported, connect to one primary"
        }
        "READONLY" => ": connect to the primary",
        "NOPERM" => ": the user needs GET, MGET, SET, PTTL and EVAL on the keys of the prefix",
        "OOM" => ": raise `maxmemory`",
        "LOADING" => ": it has just started, try again soon",
        "WRONGTYPE" => ": something else writes to keys of the prefix",
        _ => "",
    };
    let space = if details.is_empty() { "" } else { " " };
    format!("answered {}{space}{details}{advice}", ivs_token::printable(error.code()))
}
