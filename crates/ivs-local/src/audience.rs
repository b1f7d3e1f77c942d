//! Players that fetch the playlists of streams. They are kept in memory alone: they come anew after a restart or a restore.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Players that are remembered for each stream. A stream with so many counts no further ones until some have gone.
const PLAYERS: usize = 20_000;

/// The players of all streams.
#[derive(Default)]
pub(crate) struct Audience(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// By the ID of the stream, and that of the session.
    streams: HashMap<String, HashMap<String, Player>>,
    /// How many sessions have begun.
    sessions: u64,
}

struct Player {
    /// When it last fetched a playlist.
    at: i64,
    /// The ID of the viewer and the version of their session, if the token had them.
    viewer: Option<(String, i64)>,
}

impl Player {
    /// Whether it still counts. The clock may have been moved back meanwhile.
    fn is_there(&self, now: i64, lasts: i64) -> bool {
        self.at <= now && now < self.at.saturating_add(lasts)
    }
}

impl Audience {
    /// The number of a session that begins.
    pub(crate) fn next_session(&self) -> u64 {
        let mut held = self.held();
        held.sessions += 1;
        held.sessions
    }

    /// A player fetches a playlist: it counts for `lasts` milliseconds from now on. Says whether it did not before.
    pub(crate) fn watch(
        &self,
        stream: &str,
        session: &str,
        viewer: Option<(&str, i64)>,
        (now, lasts): (i64, i64),
    ) -> bool {
        let mut held = self.held();
        let players = held.streams.entry(stream.to_owned()).or_default();
        if let Some(player) = players.get_mut(session) {
            let is_new = !player.is_there(now, lasts);
            player.at = now;
            return is_new;
        }
        if players.len() >= PLAYERS {
            players.retain(|_, player| player.is_there(now, lasts));
        }
        if players.len() >= PLAYERS {
            return false;
        }
        let viewer = viewer.map(|(id, version)| (id.to_owned(), version));
        players.insert(session.to_owned(), Player { at: now, viewer });
        true
    }

    /// How many watch a stream.
    pub(crate) fn count(&self, stream: &str, (now, lasts): (i64, i64)) -> u64 {
        let mut held = self.held();
        let Some(players) = held.streams.get_mut(stream) else { return 0 };
        players.retain(|_, player| player.is_there(now, lasts));
        players.len() as u64
    }

    /// The players of a viewer go whose sessions are of this version or an earlier one.
    pub(crate) fn send_away(&self, stream: &str, id: &str, up_to: i64) {
        if let Some(players) = self.held().streams.get_mut(stream) {
            let is_over = |viewer: &Option<(String, i64)>| {
                viewer.as_ref().is_some_and(|(one, version)| one == id && *version <= up_to)
            };
            players.retain(|_, player| !is_over(&player.viewer));
        }
    }

    /// A stream ended.
    pub(crate) fn end(&self, stream: &str) {
        self.held().streams.remove(stream);
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        *self.held() = Held::default();
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_with_very_many_players_counts_no_more_until_some_go() {
        let audience = Audience::default();
        for number in 0..PLAYERS {
            assert!(audience.watch("st", &number.to_string(), None, (0, 10)));
        }
        assert!(!audience.watch("st", "one more", None, (0, 10)));
        assert!(!audience.watch("st", "7", None, (5, 10)), "who is there stays");
        assert!(audience.watch("other", "one more", None, (0, 10)), "each stream has its own");
        assert_eq!(audience.count("st", (0, 10)), PLAYERS as u64 - 1, "7 comes later");
        assert!(audience.watch("st", "one more", None, (10, 10)), "the others have gone");
        assert_eq!(audience.count("st", (10, 10)), 1);
    }
}
