//! The subscriber's side of a connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::channel::ChannelId;
use str0m::media::{MediaData, MediaKind, MediaTime, Mid, Rid};
use str0m::{Event, Rtc};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::handle::Command;
use super::publish::Publication;
use super::waiting::{Forwarded, Parcel};

/// How often a subscriber asks for a keyframe while it has none.
const ASK: Duration = Duration::from_millis(400);

/// How long after a change of layer a better one is tried, if no packets are lost. `CLEAN` is for subscribers that
/// prefer the lowest layer at first.
const HOLD: Duration = Duration::from_secs(8);
const CLEAN: Duration = Duration::from_secs(3);

/// How many layers below the best one the automatic choice may go. Clients send three layers.
const MOST_BELOW: usize = 2;

/// The share of lost packets above which a smaller layer is chosen.
const LOSS: f32 = 0.1;

/// A subscription, as its task runs it.
pub(crate) struct Subscriber {
    publication: Publication,
    frames: broadcast::Receiver<Arc<Parcel>>,
    mids: HashMap<MediaKind, Mid>,
    channel: Option<ChannelId>,
    video: Video,
}

/// A layer of a publication. It is `None` if there is only one stream.
type Layer = Option<Rid>;

/// The layer that is sent, and its place in time.
struct Video {
    is_playing: bool,
    /// The layer that the subscriber picked.
    picked: Option<Rid>,
    /// How many layers below the best one the automatic choice is.
    below: usize,
    prefers_lowest: bool,
    changed: Instant,
    /// The layer that is sent, once it has begun with a keyframe.
    current: Option<Layer>,
    asked: Option<Instant>,
    /// The offset that is added to the times of the layer.
    offset: i64,
    last: Option<(i64, Instant)>,
}

impl Subscriber {
    /// Makes a subscription to a publication, if the publication has not ended.
    pub(crate) fn new(publication: Publication, prefers_lowest: bool) -> Option<Self> {
        let frames = publication.frames.upgrade()?.subscribe();
        let video = Video {
            is_playing: true,
            picked: None,
            below: if prefers_lowest { MOST_BELOW } else { 0 },
            prefers_lowest,
            changed: Instant::now(),
            current: None,
            asked: None,
            offset: 0,
            last: None,
        };
        Some(Self { publication, frames, mids: HashMap::new(), channel: None, video })
    }

    pub(super) fn heed(&mut self, command: Command) {
        match command {
            Command::Layer(picked) => self.video.picked = picked,
            Command::Play(is_playing) => {
                if is_playing && !self.video.is_playing {
                    self.video.current = None;
                }
                self.video.is_playing = is_playing;
            }
            Command::Keyframe(_) => {}
        }
    }

    pub(super) fn event(&mut self, event: Event) {
        match event {
            Event::MediaAdded(media) => {
                self.mids.entry(media.kind).or_insert(media.mid);
            }
            Event::Connected => self.ask(None),
            Event::KeyframeRequest(_) => {
                self.video.asked = None;
                self.ask(self.video.current.flatten());
            }
            Event::MediaEgressStats(stats) if self.mids.get(&MediaKind::Video) == Some(&stats.mid) => {
                self.video.adapt(stats.loss.unwrap_or(0.0), Instant::now());
            }
            Event::ChannelOpen(id, _) => self.channel = Some(id),
            Event::ChannelClose(id) if self.channel == Some(id) => self.channel = None,
            _ => {}
        }
    }

    /// Waits for frames, and forwards them. Returns false if the publication has ended.
    pub(super) async fn work(&mut self, rtc: &mut Rtc) -> bool {
        let forwarded = match self.frames.recv().await {
            Ok(parcel) => parcel.content(),
            Err(RecvError::Closed) => return false,
            Err(RecvError::Lagged(_)) => None,
        };
        if let Some(forwarded) = forwarded {
            self.forward(rtc, &forwarded);
        } else {
            // Without the missing frames, the rest cannot be decoded until a keyframe comes.
            self.video.current = None;
            self.ask(None);
        }
        true
    }

    fn forward(&mut self, rtc: &mut Rtc, forwarded: &Forwarded) {
        match forwarded {
            Forwarded::Data { is_binary, bytes } => {
                if let Some(mut channel) = self.channel.and_then(|id| rtc.channel(id)) {
                    // If the channel is full, the message is lost.
                    let _ = channel.write(*is_binary, bytes);
                }
            }
            Forwarded::Frame(kind, data) => {
                let Some(&mid) = self.mids.get(kind) else { return };
                if *kind == MediaKind::Audio {
                    write(rtc, mid, data, data.time);
                } else if let Some(time) = self.video(data) {
                    write(rtc, mid, data, time);
                }
            }
        }
    }

    /// The time with which a frame of video is sent, or `None` if it is not sent.
    fn video(&mut self, data: &MediaData) -> Option<MediaTime> {
        if !self.video.is_playing {
            return None;
        }
        let now = Instant::now();
        let target = self.video.target(&self.publication, now).unwrap_or(data.rid);
        if self.video.current != Some(target) && data.rid == target {
            if data.is_keyframe() {
                self.video.begin(target, data.time, now);
            } else {
                self.ask(target);
            }
        }
        if self.video.current != Some(data.rid) {
            return None;
        }
        if !data.contiguous && !data.is_keyframe() {
            self.ask(data.rid);
        }
        let ticks = i64::try_from(data.time.numer()).unwrap_or(0).saturating_add(self.video.offset);
        self.video.last = Some((ticks, now));
        Some(MediaTime::from_90khz(u64::try_from(ticks).unwrap_or(0)))
    }

    fn ask(&mut self, rid: Option<Rid>) {
        let now = Instant::now();
        if self.video.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= ASK) {
            self.video.asked = Some(now);
            self.publication.handle.tell(Command::Keyframe(rid));
        }
    }
}

impl Video {
    /// The layer that should be sent, or `None` if no layer is known yet.
    fn target(&self, publication: &Publication, now: Instant) -> Option<Layer> {
        let alive = publication.layers.alive(now);
        if self.picked.is_some() && alive.iter().any(|layer| layer.rid == self.picked) {
            return Some(self.picked);
        }
        let best = alive.len().checked_sub(1)?;
        alive.get(best.saturating_sub(self.below)).map(|layer| layer.rid)
    }

    /// Begins a layer with a keyframe. Its time continues where the last layer stopped.
    fn begin(&mut self, rid: Option<Rid>, time: MediaTime, now: Instant) {
        let ticks = i64::try_from(time.numer()).unwrap_or(0);
        if let Some((last, at)) = self.last {
            let passed = i64::try_from(now.saturating_duration_since(at).as_micros()).unwrap_or(0) * 9 / 100;
            self.offset = last + passed.max(1) - ticks;
        } else {
            self.changed = now;
        }
        self.current = Some(rid);
        self.asked = None;
    }

    /// Chooses a smaller layer if packets are lost, and a better one after a while without loss. The time counts from
    /// the first picture.
    fn adapt(&mut self, loss: f32, now: Instant) {
        if self.last.is_none() {
            return;
        }
        let passed = now.saturating_duration_since(self.changed);
        if loss > LOSS && passed > Duration::from_secs(1) {
            self.below = (self.below + 1).min(MOST_BELOW);
            self.changed = now;
        } else if loss <= LOSS / 4.0
            && self.below > 0
            && passed > if self.prefers_lowest { CLEAN } else { HOLD }
        {
            self.below -= 1;
            self.changed = now;
        }
    }
}

fn write(rtc: &mut Rtc, mid: Mid, data: &MediaData, time: MediaTime) {
    let Some(mut writer) = rtc.writer(mid) else { return };
    let Some(pt) = writer.match_params(data.params) else { return };
    if let (Some(level), Some(is_voice)) = (data.ext_vals.audio_level, data.ext_vals.voice_activity) {
        writer = writer.audio_level(level, is_voice);
    }
    if let Some(orientation) = data.ext_vals.video_orientation {
        writer = writer.video_orientation(orientation);
    }
    if let Err(error) = writer.write(pt, data.network_time, time, Arc::clone(&data.data)) {
        tracing::debug!(%error, "a frame was not sent");
    }
}

#[cfg(test)]
mod tests {
    use super::super::bounds::Bounds;
    use super::super::handle::Handle;
    use super::super::publish::Publisher;
    use super::*;

    #[tokio::test]
    async fn whoever_missed_frames_asks_for_a_keyframe() {
        let (handle, mut orders) = Handle::new();
        let bounds = Bounds { bitrate: 1, window: Duration::from_secs(1), pixels: 1, edge: 1 };
        let (mut publisher, publication) = Publisher::new(handle, bounds);
        let mut subscriber = Subscriber::new(publication, false).unwrap();
        let mut rtc = Rtc::builder().build(Instant::now());
        let mut send = || {
            let id = rtc.direct_api().create_data_channel(str0m::channel::ChannelConfig::default());
            let data = str0m::channel::ChannelData { id, binary: true, data: vec![1; 3 << 20] };
            publisher.event(Event::ChannelData(data));
        };
        send();
        send();
        subscriber.video.current = Some(None);
        let mut other = Rtc::builder().build(Instant::now());
        assert!(subscriber.work(&mut other).await);
        assert_eq!(subscriber.video.current, None, "the first one was dropped, though only two waited");
        assert!(matches!(orders.next().await, Some(Command::Keyframe(None))));
        subscriber.video.current = Some(None);
        assert!(subscriber.work(&mut other).await);
        assert_eq!(subscriber.video.current, Some(None), "the second one has come");
    }
}
