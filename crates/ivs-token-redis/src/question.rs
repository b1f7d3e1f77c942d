//! What is asked about one token, and what the replies mean.

use std::time::Duration;

use ivs_token::{
    ChannelArn, DisconnectReason, ParticipantId, Revoked, SingleUse, StageArn, Subject, TokenId, ViewerId,
};
use redis::{Pipeline, Value};

use crate::failure::refusal;
use crate::keys::Keys;

const SPEND: &str = include_str!("script/spend.lua");

/// What Redis is asked about one token.
pub(crate) enum Question<'t> {
    /// Nothing by which it can be revoked.
    Nothing,
    Participant {
        stage: &'t StageArn,
        participant_id: &'t ParticipantId,
    },
    Connection {
        token_id: &'t TokenId,
    },
    Viewer {
        channel: &'t ChannelArn,
        viewer: &'t ViewerId,
        version: i64,
    },
    Use {
        channel: &'t ChannelArn,
        token: SingleUse,
        mark: String,
    },
    ViewerAndUse {
        channel: &'t ChannelArn,
        viewer: &'t ViewerId,
        version: i64,
        token: SingleUse,
        mark: String,
    },
}

/// What is known of a token, or why nothing is.
pub(crate) type Answer = Result<Result<(), Revoked>, String>;

impl<'t> Question<'t> {
    /// The question about this token; `None` for a kind that this version does not know. `mark` names whoever asks.
    pub(crate) fn about<E>(
        subject: &Subject<'t>,
        mark: impl FnOnce() -> Result<String, E>,
    ) -> Result<Option<Self>, E> {
        Ok(Some(match *subject {
            Subject::Participant { stage, participant_id } => Self::Participant { stage, participant_id },
            Subject::Connection { token_id } => Self::Connection { token_id },
            Subject::Playback { channel, viewer, single_use } => match (viewer, single_use) {
                (None, None) => Self::Nothing,
                (Some((viewer, version)), None) => Self::Viewer { channel, viewer, version },
                (None, Some(token)) => Self::Use { channel, token, mark: mark()? },
                (Some((viewer, version)), Some(token)) => {
                    Self::ViewerAndUse { channel, viewer, version, token, mark: mark()? }
                }
            },
            _ => return Ok(None),
        }))
    }

    /// Adds its commands. Each can be sent twice and do no more than once.
    pub(crate) fn ask(&self, keys: &Keys, commands: &mut Pipeline) {
        match self {
            Self::Nothing => {}
            Self::Participant { stage, participant_id } => {
                // Two commands, not MGET: while a cluster moves them from node to node, each is found.
                commands.cmd("GET").arg(keys.stage(stage));
                commands.cmd("GET").arg(keys.participant(stage, participant_id));
            }
            Self::Connection { token_id } => {
                commands.cmd("GET").arg(keys.connection(token_id));
            }
            Self::Viewer { channel, viewer, .. } => {
                commands.cmd("GET").arg(keys.viewer(channel, viewer));
            }
            Self::Use { channel, token, mark } => {
                let key = keys.used(channel, &token.uuid);
                commands.cmd("SET").arg(&key).arg(mark).arg("NX").arg("PX").arg(millis(token.lifetime));
                commands.cmd("GET").arg(key);
            }
            Self::ViewerAndUse { channel, viewer, version, token, mark } => {
                let commands = commands.cmd("EVAL").arg(SPEND).arg(2);
                commands.arg(keys.viewer(channel, viewer)).arg(keys.used(channel, &token.uuid));
                commands.arg(digits(*version)).arg(mark).arg(millis(token.lifetime));
            }
        }
    }

    /// Whether an answer may change what Redis holds.
    pub(crate) fn writes(&self) -> bool {
        matches!(self, Self::Use { .. } | Self::ViewerAndUse { .. })
    }

    /// Takes its replies from those to all commands, and says what they mean.
    pub(crate) fn answer(&self, replies: &mut impl Iterator<Item = Value>) -> Answer {
        let mut reply = || replies.next().unwrap_or_default();
        match self {
            Self::Nothing => Ok(Ok(())),
            Self::Participant { stage, participant_id } => match (reply(), reply()) {
                (Value::BulkString(_), _) => Ok(Err(Revoked::StageDeleted { stage: (*stage).clone() })),
                (Value::Nil, Value::Nil) => Ok(Ok(())),
                (Value::Nil, Value::BulkString(said)) => Ok(Err(Revoked::ParticipantDisconnected {
                    participant_id: (*participant_id).clone(),
                    reason: reason_in(&said),
                })),
                (Value::Nil, other) | (other, _) => Err(unusable(&other)),
            },
            Self::Connection { token_id } => match reply() {
                Value::Nil => Ok(Ok(())),
                Value::BulkString(_) => Ok(Err(Revoked::ConnectionToken { token_id: (*token_id).clone() })),
                other => Err(unusable(&other)),
            },
            Self::Viewer { viewer, version, .. } => match reply() {
                Value::Nil => Ok(Ok(())),
                Value::BulkString(held) => match up_to_in(&held)? {
                    up_to if *version <= up_to => Ok(Err(sessions(viewer, up_to))),
                    _ => Ok(Ok(())),
                },
                other => Err(unusable(&other)),
            },
            Self::Use { token, mark, .. } => {
                let (set, held) = (reply(), reply());
                match (set, held) {
                    // Whatever became of it since: it was not spent before.
                    (Value::Okay, _) => Ok(Ok(())),
                    (Value::Nil, Value::BulkString(held)) if held == mark.as_bytes() => Ok(Ok(())),
                    // It was spent, even if that has been forgotten a moment later.
                    (Value::Nil, Value::BulkString(_) | Value::Nil) => Ok(Err(used(token))),
                    (Value::ServerError(error), _) | (_, Value::ServerError(error)) => Err(refusal(&error)),
                    _ => Err(strange()),
                }
            }
            Self::ViewerAndUse { viewer, token, .. } => match reply() {
                Value::Int(1) => Ok(Ok(())),
                Value::Int(0) => Ok(Err(used(token))),
                Value::BulkString(held) => Ok(Err(sessions(viewer, up_to_in(&held)?))),
                other => Err(unusable(&other)),
            },
        }
    }
}

/// The longest that anything is remembered.
const LONGEST_MILLIS: u64 = 100 * 366 * 24 * 60 * 60 * 1000;

/// Whole milliseconds, not less than asked: at least 1, and at most about 100 years, as Redis has an end of time.
pub(crate) fn millis(lifetime: Duration) -> u64 {
    let millis = u64::try_from(lifetime.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
    millis.clamp(1, LONGEST_MILLIS)
}

/// A version so that texts compare as the numbers do: 2^63 added, 20 digits. The numbers of Lua would lose the last ones.
pub(crate) fn digits(version: i64) -> String {
    format!("{:020}", i128::from(version) - i128::from(i64::MIN))
}

fn up_to_in(held: &[u8]) -> Result<i64, String> {
    let held = std::str::from_utf8(held).ok().filter(|held| held.len() == 20);
    let shifted = held.and_then(|held| held.parse::<u64>().ok());
    shifted
        .and_then(|shifted| i64::try_from(i128::from(shifted) + i128::from(i64::MIN)).ok())
        .ok_or_else(|| "holds something else under the key of a viewer's revocation".to_owned())
}

/// What is held for a participant without a reason.
pub(crate) const NO_REASON: &str = "-";

/// What is held for a participant who was disconnected for this reason.
pub(crate) fn with_reason(reason: &DisconnectReason) -> String {
    format!("={reason}")
}

/// The key alone says that the participant was disconnected: what cannot be read is no reason.
fn reason_in(said: &[u8]) -> Option<DisconnectReason> {
    let said = std::str::from_utf8(said).ok()?;
    DisconnectReason::try_from(said.strip_prefix('=')?).ok()
}

fn sessions(viewer: &ViewerId, up_to: i64) -> Revoked {
    Revoked::ViewerSessions { viewer_id: viewer.clone(), up_to }
}

fn used(token: &SingleUse) -> Revoked {
    Revoked::AlreadyUsed { uuid: token.uuid }
}

fn unusable(reply: &Value) -> String {
    match reply {
        Value::ServerError(error) => refusal(error),
        _ => strange(),
    }
}

fn strange() -> String {
    "gave an answer of another form than it gives: is a proxy in between?".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_texts() {
        let sorted = [i64::MIN, i64::MIN + 1, -10, -9, -1, 0, 1, 9, 10, i64::MAX - 1, i64::MAX];
        let texts: Vec<String> = sorted.iter().map(|version| digits(*version)).collect();
        assert!(texts.is_sorted() && texts.iter().all(|text| text.len() == 20), "{texts:?}");
        assert_eq!(texts[5], "09223372036854775808");
        for (version, text) in sorted.iter().zip(&texts) {
            assert_eq!(up_to_in(text.as_bytes()), Ok(*version));
        }
        for strange in
            [&b""[..], b"7", b"18446744073709551616", b"-9223372036854775808", b"0922337203685477580\xff"]
        {
            assert!(up_to_in(strange).is_err(), "{strange:?}");
        }
    }

    #[test]
    fn nothing_is_remembered_for_less_than_asked_nor_for_ever() {
        for (lifetime, expected) in [
            (Duration::ZERO, 1),
            (Duration::from_nanos(1), 1),
            (Duration::from_micros(1001), 2),
            (Duration::from_secs(600), 600_000),
            (Duration::MAX, LONGEST_MILLIS),
        ] {
            assert_eq!(millis(lifetime), expected, "{lifetime:?}");
        }
    }

    #[test]
    fn reasons() -> Result<(), Box<dyn std::error::Error>> {
        for reason in ["", "-", "=", "spam\r\n\0é"] {
            let reason = DisconnectReason::try_from(reason)?;
            assert_eq!(reason_in(with_reason(&reason).as_bytes()), Some(reason));
        }
        for none in [NO_REASON.as_bytes(), b"", b"=\xff", "=".repeat(130).as_bytes()] {
            assert_eq!(reason_in(none), None);
        }
        Ok(())
    }
}
