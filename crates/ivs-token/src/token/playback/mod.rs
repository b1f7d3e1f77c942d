//! The playback token: one viewer of one private low-latency channel.

mod answer;
mod builder;
mod claims;
mod url;

pub use builder::Playback;
pub use claims::PlaybackClaims;
pub use url::playback_url;
