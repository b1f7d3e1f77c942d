use std::fmt;

use serde::Serialize;

/// What kind of token a text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TokenKind {
    /// A participant token signed with a key pair.
    Participant,
    /// A participant token that the `CreateParticipantToken` API issued: only AWS can verify it.
    ParticipantFromApi,
    /// A connection token.
    Connection,
    /// A playback token of a private low-latency channel.
    Playback,
    /// A signed token, but not one of IVS.
    Other,
    /// Not a token.
    NotAToken,
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Participant => "a participant token, signed with a key pair",
            Self::ParticipantFromApi => {
                "a participant token issued by the CreateParticipantToken API: only AWS can verify it"
            }
            Self::Connection => "a connection token",
            Self::Playback => "a playback token",
            Self::Other => "a signed token (JWT), but not one that can be recognised as of IVS",
            Self::NotAToken => "not a token",
        })
    }
}
