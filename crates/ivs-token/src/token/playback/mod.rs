//! The playback token: one viewer of one private low-latency channel.

mod answer;
mod builder;
mod claims;
mod url;

pub(crate) use answer::serialize_claims;
pub use builder::Playback;
pub(crate) use builder::SingleUseId;
pub(crate) use claims::PLAYBACK_CLAIMS;
pub use claims::PlaybackClaims;
pub use url::playback_url;
