//! How a stream begins, or changes.

use ivs_model::ApiError;

/// What came of something; a refusal whose events are kept.
pub(crate) type Told<T> = Result<T, ApiError>;

/// How a stream begins, or changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Broadcast {
    /// The key of the encoder; any, if there is none.
    pub(crate) stream_key: Option<String>,
    /// Whether it replaces the encoder of a stream that goes on.
    pub(crate) takeover: bool,
    /// The code with which a takeover fails on demand.
    pub(crate) failure: Option<&'static str>,
    /// The priority of the encoder: a takeover needs a higher one.
    pub(crate) priority: Option<i64>,
    /// Viewers of whom nothing is known.
    pub(crate) viewers: Option<u64>,
    pub(crate) health: Option<Health>,
    /// Bits a second.
    pub(crate) bitrate: Option<u64>,
    /// Width and height in pixels.
    pub(crate) size: Option<(u64, u64)>,
}

/// The health of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Healthy,
    Starving,
    Unknown,
}

impl Health {
    pub(crate) const ALL: [Self; 3] = [Self::Healthy, Self::Starving, Self::Unknown];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "HEALTHY",
            Self::Starving => "STARVING",
            Self::Unknown => "UNKNOWN",
        }
    }
}
