use std::fmt;
use std::io;
use std::time::Duration;

use redis::{RedisError, ServerError};

use crate::server::Address;

/// Why a connection gave no answer. What it says never holds a password.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The other end is gone, or is not the primary any more: another connection may do better.
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
            io::ErrorKind::InvalidData => Self::Final(format!("cannot be spoken to over TLS ({error})")),
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

    /// A replica may not know yet what was revoked.
    pub(crate) fn replica() -> Self {
        Self::Dropped("is a replica: connect to the primary, where revocations are made".to_owned())
    }

    /// Whether a server says that it cannot serve: it was demoted, has just started, or is another one than was logged
    /// in to. Redis 6 puts the code that a script met in the text.
    pub(crate) fn is_not_primary(error: &ServerError) -> bool {
        const CODES: [&str; 4] = ["READONLY", "MASTERDOWN", "LOADING", "NOAUTH"];
        let details = error.details().unwrap_or_default();
        CODES.contains(&error.code())
            || error.code() == "ERR" && (details.contains("-READONLY ") || details.contains("-MASTERDOWN "))
    }

    /// The same, of one server of several.
    pub(crate) fn of(self, address: &Address) -> Self {
        Self::Final(format!("cannot be used: {address} {self}"))
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
        "MOVED" | "ASK" | "CROSSSLOT" => {
            ": it is a node of a cluster, so begin the URL with redis-cluster://"
        }
        "CLUSTERDOWN" => ": the cluster is not complete, or a failover is going on",
        "TRYAGAIN" => ": the keys are being moved to another node, try again soon",
        "READONLY" => ": connect to the primary",
        "NOPERM" => ": the user needs GET, SET, PTTL and EVAL on the keys of the prefix",
        "OOM" => ": raise `maxmemory`",
        "LOADING" => ": it has just started, try again soon",
        "WRONGTYPE" => ": something else writes to keys of the prefix",
        _ => "",
    };
    let space = if details.is_empty() { "" } else { " " };
    format!("answered {}{space}{details}{advice}", ivs_token::printable(error.code()))
}
