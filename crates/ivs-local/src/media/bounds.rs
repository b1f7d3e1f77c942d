//! The limits for a publication, and how they are checked.

use std::time::{Duration, Instant};

use super::picture::Picture;

/// The limits for a publication.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bits a second, of audio and of video in all layers together.
    pub(crate) bitrate: u64,
    /// The time over which bits are counted.
    pub(crate) window: Duration,
    /// The pixels of a picture.
    pub(crate) pixels: u64,
    /// The pixels of the longer edge of a picture.
    pub(crate) edge: u64,
}

/// A limit that a publication exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    Bitrate,
    Resolution,
    BFrame,
}

/// Measures what a publication sends.
#[derive(Debug)]
pub(super) struct Meter {
    bounds: Bounds,
    /// When the present window began.
    since: Option<Instant>,
    bytes: u64,
    /// What was reported. Nothing is reported twice.
    told: Vec<Excess>,
}

impl Excess {
    /// `EventErrorCode` of the service model.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Bitrate => "BITRATE_EXCEEDED",
            Self::Resolution => "RESOLUTION_EXCEEDED",
            Self::BFrame => "B_FRAME_PRESENT",
        }
    }
}

impl Meter {
    pub(super) const fn new(bounds: Bounds) -> Self {
        Self { bounds, since: None, bytes: 0, told: Vec::new() }
    }

    /// Counts a frame and its length in bytes. Returns a limit that is exceeded for the first time.
    pub(super) fn count(&mut self, bytes: usize, picture: Picture, now: Instant) -> Option<Excess> {
        let (width, height) = picture.size.unwrap_or_default();
        let (width, height) = (u64::from(width), u64::from(height));
        let is_large =
            width.saturating_mul(height) > self.bounds.pixels || width.max(height) > self.bounds.edge;
        let found = [
            (picture.is_b, Excess::BFrame),
            (is_large, Excess::Resolution),
            (self.is_fast(bytes, now), Excess::Bitrate),
        ];
        let new = found.into_iter().find(|(is_so, excess)| *is_so && !self.told.contains(excess));
        let (_, excess) = new?;
        self.told.push(excess);
        Some(excess)
    }

    /// Counts bytes. Returns whether a window has ended that had too many.
    fn is_fast(&mut self, bytes: usize, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        let passed = now.saturating_duration_since(since);
        if passed < self.bounds.window {
            return false;
        }
        let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = self.bytes.saturating_mul(8000) / millis;
        (self.since, self.bytes) = (Some(now), 0);
        rate > self.bounds.bitrate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds =
        Bounds { bitrate: 8_500_000, window: Duration::from_secs(5), pixels: 1280 * 720, edge: 1280 };
    const NOTHING: Picture = Picture { size: None, is_b: false };

    /// What a meter reports for thirty frames a second of this many bytes.
    fn of_frames(bytes: usize, seconds: u32) -> Vec<Excess> {
        let (mut meter, start) = (Meter::new(BOUNDS), Instant::now());
        let frames = 0..=seconds * 30;
        frames
            .filter_map(|frame| meter.count(bytes, NOTHING, start + Duration::from_secs(1) * frame / 30))
            .collect()
    }

    #[test]
    fn the_rate_is_that_of_some_seconds() {
        // The first five seconds hold 151 frames.
        let most = 8_500_000 / 8 * 5 / 151;
        assert_eq!(of_frames(most, 60), []);
        assert_eq!(of_frames(most + 1, 4), [], "that is not yet known");
        assert_eq!(of_frames(most + 1, 60), [Excess::Bitrate], "and told once");
    }

    #[test]
    fn a_burst_is_no_rate() {
        let (mut meter, start) = (Meter::new(BOUNDS), Instant::now());
        assert_eq!(meter.count(5_000_000, NOTHING, start), None);
        assert_eq!(meter.count(1, NOTHING, start + Duration::from_secs(5)), None);
        assert_eq!(meter.count(5_400_000, NOTHING, start + Duration::from_secs(6)), None);
        assert_eq!(meter.count(0, NOTHING, start + Duration::from_secs(10)), Some(Excess::Bitrate));
    }

    #[test]
    fn pictures_have_an_edge_and_so_many_pixels() {
        let of = |width, height| {
            let picture = Picture { size: Some((width, height)), is_b: false };
            Meter::new(BOUNDS).count(1, picture, Instant::now())
        };
        for (width, height) in [(1280, 720), (720, 1280), (960, 960), (1, 1)] {
            assert_eq!(of(width, height), None, "{width}x{height}");
        }
        for (width, height) in [(1282, 2), (2, 1282), (1280, 722), (962, 960), (u32::MAX, u32::MAX)] {
            assert_eq!(of(width, height), Some(Excess::Resolution), "{width}x{height}");
        }
    }

    #[test]
    fn each_is_told_once_and_one_at_a_time() {
        let mut meter = Meter::new(BOUNDS);
        let picture = Picture { size: Some((1920, 1080)), is_b: true };
        let told: Vec<_> = (0..4).filter_map(|_| meter.count(1, picture, Instant::now())).collect();
        assert_eq!(told, [Excess::BFrame, Excess::Resolution]);
    }
}
