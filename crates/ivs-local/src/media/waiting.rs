//! Frames and messages that wait for the subscribers of a publication: limited in number by a ring, and in bytes here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use str0m::media::{MediaData, MediaKind};
use tokio::sync::broadcast;

/// How many frames and messages may wait for the slowest subscriber of a publication.
const NUMBER: usize = 256;

/// How many bytes of frames and messages may wait for the slowest subscriber of a publication. At the documented 8.5
/// Mbit/s, these are almost four seconds, in which more than [`NUMBER`] frames of audio and video come.
const BYTES: usize = 4 * 1024 * 1024;

/// What a publisher forwards to its subscribers.
#[derive(Debug)]
pub(crate) enum Forwarded {
    Frame(MediaKind, Box<MediaData>),
    /// A message of a data channel.
    Data {
        is_binary: bool,
        bytes: Vec<u8>,
    },
}

/// A frame or a message on its way to the subscribers. It loses its content if too many bytes wait.
#[derive(Debug)]
pub(crate) struct Parcel(Mutex<Option<Arc<Forwarded>>>);

/// The sending side of a publication.
pub(super) struct Outlet {
    ring: broadcast::Sender<Arc<Parcel>>,
    /// The parcels that may still wait, the oldest first, with their bytes.
    waiting: VecDeque<(Weak<Parcel>, usize)>,
    /// The sum of their bytes.
    bytes: usize,
}

impl Forwarded {
    fn bytes(&self) -> usize {
        match self {
            Self::Frame(_, data) => data.data.len(),
            Self::Data { bytes, .. } => bytes.len(),
        }
    }
}

impl Parcel {
    /// The content, unless the subscriber came too late for it.
    pub(super) fn content(&self) -> Option<Arc<Forwarded>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn empty(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Outlet {
    pub(super) fn new() -> Self {
        Self { ring: broadcast::Sender::new(NUMBER), waiting: VecDeque::new(), bytes: 0 }
    }

    /// What subscribers subscribe to. It ends with the publisher, however many hold it.
    pub(super) fn downgrade(&self) -> broadcast::WeakSender<Arc<Parcel>> {
        self.ring.downgrade()
    }

    /// Sends to all subscribers, and drops the oldest content if too many bytes wait: a subscriber that falls behind
    /// misses it, and the others have had it already.
    pub(super) fn send(&mut self, forwarded: Forwarded) {
        let bytes = forwarded.bytes();
        let parcel = Arc::new(Parcel(Mutex::new(Some(Arc::new(forwarded)))));
        self.waiting.push_back((Arc::downgrade(&parcel), bytes));
        self.bytes += bytes;
        // Without a subscriber, it is dropped.
        let _ = self.ring.send(parcel);
        while let Some((oldest, bytes)) = self.waiting.front() {
            // All subscribers have received it, or newer ones took its place in the ring.
            let is_gone = oldest.strong_count() == 0;
            if !is_gone && self.bytes <= BYTES {
                break;
            }
            if let Some(parcel) = oldest.upgrade() {
                parcel.empty();
            }
            self.bytes -= bytes;
            self.waiting.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: usize) -> Forwarded {
        Forwarded::Data { is_binary: true, bytes: vec![7; bytes] }
    }

    #[test]
    fn a_slow_subscriber_misses_the_oldest_bytes_and_a_quick_one_nothing() {
        let mut outlet = Outlet::new();
        let sender = outlet.downgrade().upgrade().unwrap();
        let (mut quick, mut slow) = (sender.subscribe(), sender.subscribe());
        let mut sent = Vec::new();
        for _ in 0..100 {
            outlet.send(message(100_000));
            let content = quick.try_recv().unwrap().content().expect("the quick one receives all");
            sent.push(Arc::downgrade(&content));
        }
        let kept = sent.iter().filter(|content| content.strong_count() > 0).count();
        assert_eq!(kept, BYTES / 100_000, "what is dropped takes no memory");
        let received: Vec<_> = (0..100).map(|_| slow.try_recv().unwrap().content().is_some()).collect();
        assert_eq!(received.iter().filter(|has_come| **has_come).count(), kept);
        assert!(received.is_sorted(), "the newest ones are left: {received:?}");
    }

    #[test]
    fn what_was_received_does_not_count() {
        let mut outlet = Outlet::new();
        let mut only = outlet.downgrade().upgrade().unwrap().subscribe();
        for _ in 0..10 {
            outlet.send(message(BYTES - 1));
            assert!(only.try_recv().unwrap().content().is_some());
        }
        assert!(outlet.waiting.len() <= 1 && outlet.bytes < BYTES);
        outlet.send(message(BYTES + 1));
        assert!(only.try_recv().unwrap().content().is_none(), "one that is too large alone is dropped");
        drop(only);
        outlet.send(message(1));
        assert_eq!((outlet.waiting.len(), outlet.bytes), (0, 0), "without a subscriber, nothing waits");
    }
}
