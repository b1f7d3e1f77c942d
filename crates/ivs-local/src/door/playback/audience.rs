//! The viewers of a stream: everybody who fetches its playlists counts. The state is written only if they exceed a
//! limit.

use ivs_token::{ChannelArn, ViewerId};

use crate::door::gate::{Gate, Refusal};
use crate::life::viewers;

/// The length of a session ID.
const ID_LEN: usize = 16;

/// Counts somebody who fetches a playlist of this stream. Returns the ID of their session, which begins now if they
/// have none.
pub(super) fn watch(
    gate: &Gate,
    channel: &ChannelArn,
    stream: &str,
    session: Option<&str>,
    viewer: Option<(&ViewerId, i64)>,
) -> Result<String, Refusal> {
    let environment = gate.environment();
    let audience = &environment.audience;
    let session = match session {
        Some(session) => session.to_owned(),
        None => gate.ids_of_session(stream, audience.next_session())?.alphanumeric(ID_LEN),
    };
    let viewer = viewer.map(|(viewer, version)| (viewer.as_str(), version));
    let lasts = environment.assumptions().milliseconds("viewer-time");
    if audience.watch(stream, &session, viewer, (gate.now(), lasts))
        && let Some(total) = gate.look(channel, viewers::excess)?
    {
        gate.change(channel, |view| {
            viewers::tell(view, total);
            Ok(())
        })?;
    }
    Ok(session)
}
