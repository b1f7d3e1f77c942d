//! The playlists of a live channel. It plays a still picture over and over, because the server has no video.

use std::fmt::Write;

use ivs_token::ChannelArn;

use crate::time::iso8601;

/// The picture: two seconds of H.264 in MPEG-2 TS. It was made with
/// `ffmpeg -f lavfi -i color=c=0x232f3e:s=320x180:r=5:d=2 -c:v libx264 -profile:v baseline -level 1.2 -g 10 -f mpegts`.
const PICTURE: &[u8] = include_bytes!("still.mpegts");

/// How long a segment lasts, in seconds.
const SECONDS: i64 = 2;

/// How many segments a playlist has. A player begins three segments before the end (RFC 8216, section 6.3.3).
const WINDOW: u64 = 5;

/// A stream at the present time.
pub(super) struct Stream {
    pub(super) id: String,
    /// Both in milliseconds since 1970.
    pub(super) begun_at: i64,
    pub(super) now: i64,
}

impl Stream {
    /// A segment, if it has begun.
    pub(super) fn segment(&self, number: u64) -> Option<&'static [u8]> {
        (number <= self.last()).then_some(PICTURE)
    }

    /// The number of the last segment.
    fn last(&self) -> u64 {
        u64::try_from((self.now - self.begun_at).max(0) / (SECONDS * 1000)).unwrap_or_default()
    }
}

/// The playlist at the playback URL. It has one variant.
pub(super) fn of_variants(channel: &ChannelArn, viewing: &str) -> String {
    let (region, account, id) = (channel.region(), channel.account_id(), channel.resource_id());
    format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n\
         #EXT-X-STREAM-INF:BANDWIDTH=20000,RESOLUTION=320x180,FRAME-RATE=5.000,CODECS=\"avc1.42C00C\"\n\
         {region}.{account}.channel.{id}/{viewing}.m3u8\n"
    )
}

/// The playlist of a stream, with the latest segments (RFC 8216, section 6.2.2). Each segment begins at time 0, so
/// each is a discontinuity.
pub(super) fn of_stream(stream: &Stream) -> String {
    let last = stream.last();
    let first = (last + 1).saturating_sub(WINDOW);
    let begun = stream.begun_at + i64::try_from(first).unwrap_or_default() * SECONDS * 1000;
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{SECONDS}\n#EXT-X-MEDIA-SEQUENCE:{first}\n\
         #EXT-X-DISCONTINUITY-SEQUENCE:{}\n#EXT-X-PROGRAM-DATE-TIME:{}\n",
        first.saturating_sub(1),
        iso8601(begun)
    );
    for number in first..=last {
        if number > 0 {
            text.push_str("#EXT-X-DISCONTINUITY\n");
        }
        let _ = write!(text, "#EXTINF:{SECONDS}.000,\n{number}.ts\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Media sequence, discontinuity sequence, and the segments, each with the number of discontinuities before it.
    fn read(seconds: i64) -> (u64, u64, Vec<(u64, u64)>) {
        let begun_at = 1_767_323_045_000;
        let text = of_stream(&Stream { id: String::new(), begun_at, now: begun_at + seconds * 1000 });
        let number =
            |tag: &str| text.lines().find_map(|line| line.strip_prefix(tag)?.parse::<u64>().ok()).unwrap();
        let mut discontinuities = number("#EXT-X-DISCONTINUITY-SEQUENCE:");
        let before = discontinuities;
        let mut segments = Vec::new();
        for line in text.lines() {
            discontinuities += u64::from(line == "#EXT-X-DISCONTINUITY");
            if let Some(segment) = line.strip_suffix(".ts") {
                segments.push((segment.parse().unwrap(), discontinuities));
            }
        }
        (number("#EXT-X-MEDIA-SEQUENCE:"), before, segments)
    }

    #[test]
    fn the_window_moves_with_time() {
        assert_eq!(read(0), (0, 0, vec![(0, 0)]));
        assert_eq!(read(-5), read(0));
        assert_eq!(read(5), (0, 0, vec![(0, 0), (1, 1), (2, 2)]));
        // A segment keeps its numbers while it moves through the list.
        for seconds in [9, 10, 11, 12, 3600] {
            let (first, _, segments) = read(seconds);
            assert_eq!(segments.len(), 5);
            assert_eq!(segments[0].0, first);
            assert!(segments.iter().all(|(number, before)| number == before), "{segments:?}");
            assert_eq!(segments[4].0, u64::try_from(seconds / 2).unwrap());
        }
    }

    #[test]
    fn a_picture_is_packets_of_a_transport_stream() {
        assert_eq!(PICTURE.len() % 188, 0);
        assert!(PICTURE.chunks(188).all(|packet| packet[0] == 0x47));
        let stream = Stream { id: String::new(), begun_at: 0, now: 4000 };
        assert_eq!([1, 2, 3].map(|number| stream.segment(number).is_some()), [true, true, false]);
    }
}
