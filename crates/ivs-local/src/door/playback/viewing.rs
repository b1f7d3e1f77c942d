//! The session of a viewer. The token is needed only for the first playlist, because it may be valid once and may
//! expire.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ivs_token::{ChannelArn, VerifiedPlayback, ViewerId};
use serde_json::{Value, json};

use crate::http::hash::hmac_sha256;

/// The length of the MAC in bytes.
const MAC_LEN: usize = 16;

/// The content of a name: the channel, whether the session began with a token, the stream, the viewer and their
/// version, and the session.
type Sealed = (String, bool, String, Option<String>, i64, String);

/// A stream of a channel, and its viewer if the token names one. It is part of the URL of the stream's playlist.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Viewing {
    channel: String,
    /// Whether the session began with a token.
    is_allowed: bool,
    stream: String,
    viewer: Option<(ViewerId, i64)>,
    /// The ID by which the session counts as one viewer.
    session: String,
}

impl Viewing {
    /// Begins a session. `verified` is the token, which only private channels need.
    pub(super) fn begin(
        channel: &ChannelArn,
        stream: String,
        verified: Option<&VerifiedPlayback>,
        session: String,
    ) -> Self {
        let viewer = verified
            .and_then(|verified| Some((verified.viewer_id()?.clone(), verified.viewer_session_version())));
        let (channel, is_allowed) = (channel.as_str().to_owned(), verified.is_some());
        Self { channel, is_allowed, stream, viewer, session }
    }

    pub(super) fn session(&self) -> &str {
        &self.session
    }

    /// Whether the session is for this stream. If the channel is private now, the session must have begun with a token.
    pub(super) fn is_of(&self, channel: &ChannelArn, stream: &str, is_private: bool) -> bool {
        self.channel == channel.as_str() && self.stream == stream && (self.is_allowed || !is_private)
    }

    /// The viewer, and the version of their session.
    pub(super) fn viewer(&self) -> Option<(&ViewerId, i64)> {
        self.viewer.as_ref().map(|(viewer, version)| (viewer, *version))
    }

    /// The session as a name that nobody else can make.
    pub(super) fn seal(&self, secret: &[u8; 32]) -> String {
        let (viewer, version) = match &self.viewer {
            Some((viewer, version)) => (Some(viewer.as_str()), *version),
            None => (None, 0),
        };
        let text = json!([self.channel, self.is_allowed, self.stream, viewer, version, self.session]);
        let text = text.to_string();
        URL_SAFE_NO_PAD.encode([&mac(secret, &text)[..], text.as_bytes()].concat())
    }

    /// Reads such a name, if this server made it.
    pub(super) fn open(name: &str, secret: &[u8; 32]) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(name).ok()?;
        let (tag, text) = bytes.split_at_checked(MAC_LEN)?;
        let text = std::str::from_utf8(text).ok()?;
        // The comparison need not take constant time, because the name only protects a still picture.
        if mac(secret, text) != tag {
            return None;
        }
        let (channel, is_allowed, stream, viewer, version, session): Sealed =
            serde_json::from_str::<Value>(text).and_then(serde_json::from_value).ok()?;
        let viewer = match viewer {
            Some(viewer) => Some((ViewerId::try_from(viewer.as_str()).ok()?, version)),
            None => None,
        };
        Some(Self { channel, is_allowed, stream, viewer, session })
    }
}

fn mac(secret: &[u8; 32], text: &str) -> [u8; MAC_LEN] {
    let whole = hmac_sha256(secret, format!("viewing {text}").as_bytes());
    std::array::from_fn(|place| whole[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_server_makes_names() {
        let viewer = Some((ViewerId::try_from("ana").unwrap(), 7));
        let of = |viewer| Viewing {
            channel: "c".into(),
            is_allowed: true,
            stream: "st-1".into(),
            viewer,
            session: "s".into(),
        };
        for viewing in [of(viewer), of(None)] {
            let name = viewing.seal(&[1; 32]);
            assert_eq!(Viewing::open(&name, &[1; 32]), Some(viewing));
            assert_eq!(Viewing::open(&name, &[2; 32]), None);
            assert_eq!(Viewing::open(&format!("{name}AAAA"), &[1; 32]), None);
        }
        assert_eq!(Viewing::open("", &[1; 32]), None);
    }

    #[test]
    fn a_name_is_of_one_stream_of_one_channel() {
        let channel = |id: &str| {
            ChannelArn::try_from(format!("arn:aws:ivs:us-east-1:123456789012:channel/{id}").as_str()).unwrap()
        };
        let (one, other) = (channel("one"), channel("other"));
        let name = Viewing::begin(&one, "st-1".into(), None, "s".into()).seal(&[1; 32]);
        let viewing = Viewing::open(&name, &[1; 32]).unwrap();
        assert!(viewing.is_of(&one, "st-1", false));
        assert!(!viewing.is_of(&one, "st-2", false));
        assert!(!viewing.is_of(&other, "st-1", false));
        assert!(!viewing.is_of(&one, "st-1", true), "it began without a token");
        let viewing = Viewing { is_allowed: true, ..viewing };
        assert!(viewing.is_of(&one, "st-1", true) && viewing.is_of(&one, "st-1", false));
    }
}
