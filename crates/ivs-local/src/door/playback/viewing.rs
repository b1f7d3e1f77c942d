//! Somebody who watches a stream. The token was for the first playlist alone: it may be good once, and may expire meanwhile.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ivs_token::{ChannelArn, VerifiedPlayback, ViewerId};
use serde_json::{Value, json};

use crate::http::hash::hmac_sha256;

/// Bytes of the MAC.
const MAC_LEN: usize = 16;

/// What a name has in it: the channel, whether it began with a token, the stream, the viewer and their version, the session.
type Sealed = (String, bool, String, Option<String>, i64, String);

/// A stream of a channel, and who watches it if the token said so. It is in the URL of the stream's playlist.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Viewing {
    channel: String,
    /// Whether it began with a token.
    is_allowed: bool,
    stream: String,
    viewer: Option<(ViewerId, i64)>,
    /// The ID by which it counts as one viewer.
    session: String,
}

impl Viewing {
    /// Begins with a token, which a channel for everyone does not ask for.
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

    /// Whether it is of this stream. One of a channel that has become private must have begun with a token.
    pub(super) fn is_of(&self, channel: &ChannelArn, stream: &str, is_private: bool) -> bool {
        self.channel == channel.as_str() && self.stream == stream && (self.is_allowed || !is_private)
    }

    /// The viewer, and the version of their session.
    pub(super) fn viewer(&self) -> Option<(&ViewerId, i64)> {
        self.viewer.as_ref().map(|(viewer, version)| (viewer, *version))
    }

    /// As a name that nobody else can make.
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
        // Nothing that an attacker could learn from the time: a still picture is all that there is to see.
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
