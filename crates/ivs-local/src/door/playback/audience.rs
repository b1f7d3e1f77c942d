//! Those who fetch playlists count as viewers of the stream.

use ivs_token::{ChannelArn, ViewerId};

use crate::door::gate::{Gate, Refusal};
use crate::life::{stream, viewers};

/// Letters of the ID of a session.
const ID_LEN: usize = 16;

/// Somebody fetches a playlist of a live channel. Answers the ID of their session, which begins now if they have none.
pub(super) fn watch(
    gate: &Gate,
    channel: &ChannelArn,
    session: Option<&str>,
    viewer: Option<(&ViewerId, i64)>,
) -> Result<String, Refusal> {
    let viewer = viewer.map(|(viewer, version)| (viewer.as_str(), version));
    gate.change(channel, |view| {
        let session = session.map_or_else(|| view.ids.alphanumeric(ID_LEN), str::to_owned);
        // It may have ended a moment ago.
        if let Some(mut stream) = stream::of_channel(view, channel.as_str())? {
            viewers::watch(view, &mut stream, &session, viewer)?;
            view.write(stream::key_of(view, channel.as_str()), stream);
        }
        Ok(session)
    })
}
