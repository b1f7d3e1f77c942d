//! The publisher's side of a connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::media::{KeyframeRequestKind, MediaKind, Mid, Rid};
use str0m::{Event, Rtc};
use tokio::sync::broadcast;

use super::bounds::{Bounds, Excess, Meter};
use super::handle::{Command, Handle};
use super::layers::Layers;
use super::picture::Picture;
use super::waiting::{Forwarded, Outlet, Parcel};

/// The shortest time between two requests to a publisher for a keyframe.
const KEYFRAMES: Duration = Duration::from_millis(250);

/// A publication, as subscribers see it.
#[derive(Clone)]
pub(crate) struct Publication {
    /// The frames end with the publisher, however many subscribers hold this.
    pub(crate) frames: broadcast::WeakSender<Arc<Parcel>>,
    pub(crate) layers: Arc<Layers>,
    pub(crate) handle: Handle,
}

/// A publication, as its task runs it.
pub(crate) struct Publisher {
    frames: Outlet,
    layers: Arc<Layers>,
    meter: Meter,
    kinds: HashMap<Mid, MediaKind>,
    asked: HashMap<Option<Rid>, Instant>,
}

impl Publisher {
    pub(crate) fn new(handle: Handle, bounds: Bounds) -> (Self, Publication) {
        let frames = Outlet::new();
        let layers = Arc::new(Layers::default());
        let publication = Publication { frames: frames.downgrade(), layers: Arc::clone(&layers), handle };
        let meter = Meter::new(bounds);
        (Self { frames, layers, meter, kinds: HashMap::new(), asked: HashMap::new() }, publication)
    }

    /// Forwards what arrives. Returns a limit that is exceeded for the first time.
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
                self.frames.send(Forwarded::Frame(kind, Box::new(data)));
                return self.meter.count(bytes, picture, now);
            }
            Event::ChannelData(data) => {
                self.frames.send(Forwarded::Data { is_binary: data.binary, bytes: data.data });
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
        // The names come from this publisher's frames, so there are only a few.
        self.asked.insert(rid, now);
        let videos = self.kinds.iter().filter(|(_, kind)| **kind == MediaKind::Video);
        for (&mid, _) in videos {
            if let Some(mut writer) = rtc.writer(mid)
                && let Err(error) = writer.request_keyframe(rid, KeyframeRequestKind::Pli)
            {
                tracing::debug!(%error, "a keyframe could not be requested");
            }
        }
    }
}
