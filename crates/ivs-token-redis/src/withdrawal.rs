//! How a revocation is made.

use std::time::Duration;

use ivs_token::Revocation;
use redis::Pipeline;

use crate::keys::Keys;
use crate::question::{NO_REASON, digits, millis, with_reason};

const REVOKE: &str = include_str!("script/revoke.lua");
const REVOKE_VIEWER: &str = include_str!("script/revoke_viewer.lua");

/// Adds the command that makes a revocation; it can be sent twice. False for a kind that this version does not know.
///
/// A script, as it compares and sets in one step, whatever other machines do at that moment.
pub(crate) fn add(revocation: &Revocation, lifetime: Duration, keys: &Keys, commands: &mut Pipeline) -> bool {
    let (script, key, said) = match revocation {
        Revocation::Stage { stage } => (REVOKE, keys.stage(stage), NO_REASON.to_owned()),
        Revocation::Participant { stage, participant_id, reason } => {
            let said = reason.as_ref().map_or_else(|| NO_REASON.to_owned(), with_reason);
            (REVOKE, keys.participant(stage, participant_id), said)
        }
        Revocation::ConnectionToken { token_id } => (REVOKE, keys.connection(token_id), NO_REASON.to_owned()),
        Revocation::ViewerSessions { channel, viewer_id, up_to } => {
            (REVOKE_VIEWER, keys.viewer(channel, viewer_id), digits(*up_to))
        }
        _ => return false,
    };
    commands.cmd("EVAL").arg(script).arg(1).arg(key).arg(said).arg(millis(lifetime));
    true
}
