use std::fmt;
use std::io;
use std::time::Duration;

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
    /// What a write failed with. The time that was allowed is in `allowed`.
    pub(crate) fn of_write(error: &io::Error, allowed: Duration) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::late(allowed),
            // What TLS says of a certificate, or of an end that speaks no TLS.
            io::ErrorKind::InvalidData => Self::Final(format!("can not be spoken to over TLS ({error})")),
            _ => Self::Dropped(format!("closed the connection ({error})")),
        }
    }

    /// What a read failed with.
    pub(crate) fn of_read(error: &RedisError, allowed: Duration) -> Self {
        if error.is_timeout() {
            Self::late(allowed)
        } else if error.is_io_error() {
            Self::Dropped(format!("closed the connection ({error})"))
        } else {
            Self::Final("answers in no form that Redis uses: is it a Redis server?".to_owned())
        }
    }

    /// Trying again would take as long again.
    fn late(allowed: Duration) -> Self {
        Self::Final(format!("gave no answer within {allowed:?}: is it overloaded or cut off?"))
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
