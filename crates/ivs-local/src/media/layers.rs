//! The layers of a publication: those of simulcast, or a single stream.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use str0m::media::Rid;

/// A layer that has sent nothing for this long is off.
const ALIVE: Duration = Duration::from_millis(1500);

/// The time over which the rate of a layer is measured.
const WINDOW: Duration = Duration::from_secs(1);

/// How many layers are kept. Web clients have three.
const MOST: usize = 8;

/// The layers of a publication's video, by the name that the publisher gave them.
#[derive(Default)]
pub(crate) struct Layers(Mutex<HashMap<Option<Rid>, Layer>>);

#[derive(Clone, Debug)]
struct Layer {
    seen: Instant,
    size: Option<(u32, u32)>,
    /// When the present window began.
    since: Instant,
    bytes: usize,
    frames: u32,
    /// The bits and frames a second in the window before.
    rate: (u64, u32),
}

/// A layer, as clients are shown it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) rid: Option<Rid>,
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) bitrate: u64,
    pub(crate) frames: u32,
}

impl Layers {
    /// Counts a frame.
    pub(crate) fn count(&self, rid: Option<Rid>, bytes: usize, size: Option<(u32, u32)>, now: Instant) {
        let mut layers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if layers.len() >= MOST && !layers.contains_key(&rid) {
            return;
        }
        let layer = layers.entry(rid).or_insert_with(|| Layer {
            seen: now,
            size,
            since: now,
            bytes: 0,
            frames: 0,
            rate: (0, 0),
        });
        layer.seen = now;
        layer.size = size.or(layer.size);
        layer.bytes += bytes;
        layer.frames += 1;
        let passed = now.saturating_duration_since(layer.since);
        if passed >= WINDOW {
            let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX).max(1);
            let bits = u64::try_from(layer.bytes).unwrap_or(0) * 8000 / millis;
            let frames = u64::from(layer.frames) * 1000 / millis;
            layer.rate = (bits, u32::try_from(frames).unwrap_or(u32::MAX));
            (layer.since, layer.bytes, layer.frames) = (now, 0, 0);
        }
    }

    /// The layers that are sending now, smallest first.
    pub(crate) fn alive(&self, now: Instant) -> Vec<Shown> {
        let layers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut alive: Vec<_> = layers
            .iter()
            .filter(|(_, layer)| now.saturating_duration_since(layer.seen) < ALIVE)
            .map(|(rid, layer)| Shown {
                rid: *rid,
                size: layer.size,
                bitrate: layer.rate.0,
                frames: layer.rate.1,
            })
            .collect();
        // The size is a better order than the rate, because a still picture lowers the rate.
        alive.sort_by_key(|one| {
            (one.size.map_or(0, |(width, height)| u64::from(width) * u64::from(height)), one.bitrate)
        });
        alive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_comes_first_and_the_silent_not_at_all() {
        let (layers, start) = (Layers::default(), Instant::now());
        let rid = |name: &str| Some(Rid::from(name));
        for tenth in 0..=20 {
            let now = start + Duration::from_millis(tenth * 100);
            layers.count(rid("hi"), 5000, Some((1280, 720)), now);
            layers.count(rid("low"), 500, Some((320, 180)), now);
            if tenth == 0 {
                layers.count(rid("mid"), 1000, Some((640, 360)), now);
            }
        }
        let alive = layers.alive(start + Duration::from_secs(2));
        assert_eq!(alive.iter().map(|one| one.rid).collect::<Vec<_>>(), [rid("low"), rid("hi")]);
        assert_eq!(alive[1].size, Some((1280, 720)));
        assert!((350_000..450_000).contains(&alive[1].bitrate), "{alive:?}");
        assert!((9..=11).contains(&alive[1].frames), "{alive:?}");
    }
}
