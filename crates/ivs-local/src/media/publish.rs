//! The side that media comes from.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::media::{KeyframeRequestKind, MediaData, MediaKind, Mid, Rid};
use str0m::{Event, Rtc};
use tokio::sync::broadcast;

use super::bounds::{Bounds, Excess, Meter};
use super::handle::{Command, Handle};
use super::layers::Layers;
use super::picture::Picture;

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
    meter: Meter,
    kinds: HashMap<Mid, MediaKind>,
    asked: HashMap<Option<Rid>, Instant>,
}

impl Publisher {
    pub(crate) fn new(handle: Handle, bounds: Bounds) -> (Self, Publication) {
        let frames = broadcast::Sender::new(FRAMES);
        let layers = Arc::new(Layers::default());
        let publication = Publication { frames: frames.downgrade(), layers: Arc::clone(&layers), handle };
        let meter = Meter::new(bounds);
        (Self { frames, layers, meter, kinds: HashMap::new(), asked: HashMap::new() }, publication)
    }

    /// Sends on what came. Says what of it is more than may be, each once.
    pub(super) fn event(&mut self, event: Event) -> Option<Excess> {
        match event {
            Event::MediaAdded(media) => {
                self.kinds.insert(media.mid, media.kind);
            }
            Event::MediaData(data) => {
                let &kind = self.kinds.get(&data.mid)?;
                let (bytes, now) = (data.data.len(), Instant::now());
                let picture = Picture::of(data.params.spec().codec, &data.data);
                if kind == MediaKind::Video {
                    self.layers.count(data.rid, bytes, picture.size, now);
                }
                // Nobody may be listening.
                let _ = self.frames.send(Arc::new(Forwarded::Frame(kind, Box::new(data))));
                return self.meter.count(bytes, picture, now);
            }
            Event::ChannelData(data) => {
                let data = Forwarded::Data { is_binary: data.binary, bytes: data.data };
                let _ = self.frames.send(Arc::new(data));
            }
            _ => {}
        }
        None
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
