//! Somebody who watches a stream. The token was for the first playlist alone: it may be good once, and may expire meanwhile.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ivs_token::{VerifiedPlayback, ViewerId};
use serde_json::{Value, json};

use crate::http::hash::hmac_sha256;

/// Bytes of the MAC.
const MAC_LEN: usize = 16;

/// A stream, and who watches it if the token said so. It is in the URL of the stream's playlist.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Viewing {
    stream: String,
    viewer: Option<(ViewerId, i64)>,
}

impl Viewing {
    pub(super) fn begin(stream: String, verified: Option<&VerifiedPlayback>) -> Self {
        let viewer = verified
            .and_then(|verified| Some((verified.viewer_id()?.clone(), verified.viewer_session_version())));
        Self { stream, viewer }
    }

    pub(super) fn is_of(&self, stream: &str) -> bool {
        self.stream == stream
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
        let text = json!([self.stream, viewer, version]).to_string();
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
        let (stream, viewer, version): (String, Option<String>, i64) =
            serde_json::from_str::<Value>(text).and_then(serde_json::from_value).ok()?;
        let viewer = match viewer {
            Some(viewer) => Some((ViewerId::try_from(viewer.as_str()).ok()?, version)),
            None => None,
        };
        Some(Self { stream, viewer })
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
        for viewing in
            [Viewing { stream: "st-1".into(), viewer }, Viewing { stream: "st-1".into(), viewer: None }]
        {
            let name = viewing.seal(&[1; 32]);
            assert_eq!(Viewing::open(&name, &[1; 32]), Some(viewing));
            assert_eq!(Viewing::open(&name, &[2; 32]), None);
            assert_eq!(Viewing::open(&format!("{name}AAAA"), &[1; 32]), None);
        }
        assert_eq!(Viewing::open("", &[1; 32]), None);
    }
}
