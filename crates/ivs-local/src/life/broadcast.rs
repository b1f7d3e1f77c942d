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
    /// How the stream fails: one that is live ends so, and another does not begin.
    pub(crate) outage: Option<Outage>,
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

/// How a stream fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    /// No machine is free to process it.
    Capacity,
    /// What the encoder sends is not what the channel takes: the code of `Session Ended`.
    Code(&'static str),
}

impl Outage {
    /// Every one (guide, `EventBridge`; `StreamEvent` of the service model).
    pub(crate) const ALL: [Self; 7] = [
        Self::Capacity,
        Self::Code("MultitrackInputNotAllowed"),
        Self::Code("MultitrackInputRequired"),
        Self::Code("InvalidGetClientConfigurationStreamKey"),
        Self::Code("GetClientConfigurationStreamKeyRequired"),
        Self::Code("InvalidMultitrackInputTrackCount"),
        Self::Code("InvalidMultitrackInputVideoTrackMediaProperties"),
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Capacity => "TranscodeCapacityExceeded",
            Self::Code(code) => code,
        }
    }
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
