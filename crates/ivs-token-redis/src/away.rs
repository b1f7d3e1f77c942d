use std::fmt;
use std::sync::Arc;

use ivs_token::StoreError;

/// What becomes of a token when Redis gives no answer about it that can be used, for whatever cause: it cannot be reached, it
/// is too slow, it refuses the password or the command, or it holds something else under the key. There is no default:
/// either choice harms someone.
///
/// It is about checks only. A revocation that may not have been made is always an error.
#[derive(Clone)]
pub enum WhenAway {
    /// The token is refused, with the [`StoreError`]: nobody joins while Redis is away.
    Refuse,
    /// The token is accepted, and the error reported each time: while Redis is away, whoever was revoked may join, and a
    /// token that is good once may be used any number of times until it expires.
    ///
    /// It is called on the thread that checks, before the check returns. Whatever it does, it had better be quick.
    Accept(Arc<dyn Fn(&StoreError) + Send + Sync>),
}

impl WhenAway {
    /// [`WhenAway::Accept`] with this report.
    pub fn accept(report: impl Fn(&StoreError) + Send + Sync + 'static) -> Self {
        Self::Accept(Arc::new(report))
    }

    /// The choice, made.
    pub(crate) fn decide<T>(&self, error: StoreError, accepted: T) -> Result<T, StoreError> {
        match self {
            Self::Refuse => Err(error),
            Self::Accept(report) => {
                report(&error);
                Ok(accepted)
            }
        }
    }
}

impl fmt::Debug for WhenAway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refuse => "Refuse",
            Self::Accept(_) => "Accept(..)",
        })
    }
}
