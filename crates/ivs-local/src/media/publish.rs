//! The side that media comes from.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::format::Codec;
use str0m::media::{KeyframeRequestKind, MediaData, MediaKind, Mid, Rid};
use str0m::{Event, Rtc};
use tokio::sync::broadcast;

use super::handle::{Command, Handle};
use super::layers::Layers;

/// How many frames wait for the slowest subscriber. One that falls behind misses frames, and asks for a new start.
const FRAMES: usize = 256;

/// How often a publisher is asked for a whole picture at most.
const KEYFRAMES: Duration = Duration::from_millis(250);

/// What goes from a publisher to its subscribers.
#[derive(Debug)]
pub(crate) enum Forwarded {
    Frame(MediaKind, Box<MediaData>),
    /// A message of a data channel.
    Data {
        is_binary: bool,
        bytes: Vec<u8>,
    },
}

/// A publication, as subscribers see it.
#[derive(Clone)]
pub(crate) struct Publication {
    /// It ends with the publisher, however many subscribers know it.
    pub(crate) frames: broadcast::WeakSender<Arc<Forwarded>>,
    pub(crate) layers: Arc<Layers>,
    pub(crate) handle: Handle,
}

/// A publication, in its task.
pub(crate) struct Publisher {
    frames: broadcast::Sender<Arc<Forwarded>>,
    layers: Arc<Layers>,
    kinds: HashMap<Mid, MediaKind>,
    asked: HashMap<Option<Rid>, Instant>,
}

impl Publisher {
    pub(crate) fn new(handle: Handle) -> (Self, Publication) {
        let frames = broadcast::Sender::new(FRAMES);
        let layers = Arc::new(Layers::default());
        let publication = Publication { frames: frames.downgrade(), layers: Arc::clone(&layers), handle };
        (Self { frames, layers, kinds: HashMap::new(), asked: HashMap::new() }, publication)
    }

    pub(super) fn event(&mut self, event: Event) {
        match event {
            Event::MediaAdded(media) => {
                self.kinds.insert(media.mid, media.kind);
            }
            Event::MediaData(data) => {
                let Some(&kind) = self.kinds.get(&data.mid) else { return };
                if kind == MediaKind::Video {
                    self.layers.count(data.rid, data.data.len(), size(&data), Instant::now());
                }
                // Nobody may be listening.
                let _ = self.frames.send(Arc::new(Forwarded::Frame(kind, Box::new(data))));
            }
            Event::ChannelData(data) => {
                let data = Forwarded::Data { is_binary: data.binary, bytes: data.data };
                let _ = self.frames.send(Arc::new(data));
            }
            _ => {}
        }
    }

    pub(super) fn heed(&mut self, rtc: &mut Rtc, command: Command) {
        let Command::Keyframe(rid) = command else { return };
        let now = Instant::now();
        if self.asked.get(&rid).is_some_and(|asked| now.saturating_duration_since(*asked) < KEYFRAMES) {
            return;
        }
        // The names come from frames of this publisher: there are a few.
        self.asked.insert(rid, now);
        let videos = self.kinds.iter().filter(|(_, kind)| **kind == MediaKind::Video);
        for (&mid, _) in videos {
            if let Some(mut writer) = rtc.writer(mid)
                && let Err(error) = writer.request_keyframe(rid, KeyframeRequestKind::Pli)
            {
                tracing::debug!(%error, "no picture could be asked for");
            }
        }
    }
}

/// The size of a picture, as the head of a whole one in VP8 has it (RFC 6386, section 9.1).
fn size(data: &MediaData) -> Option<(u32, u32)> {
    if data.params.spec().codec != Codec::Vp8 || !data.is_keyframe() {
        return None;
    }
    let head: &[u8; 10] = data.data.first_chunk()?;
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    (head[3..6] == [0x9d, 0x01, 0x2a]).then(|| (side(head[6], head[7]), side(head[8], head[9])))
}
