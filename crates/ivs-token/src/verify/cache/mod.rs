//! Tokens that were found good and are likely to come again.

mod key;

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quick_cache::sync::DefaultLifecycle;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, UnitWeighter};

use super::Believed;
use crate::revocation::sweep::Sweeper;
use crate::token::connection::ConnectionClaims;
use crate::token::participant::ParticipantClaims;
use crate::token::playback::PlaybackClaims;
use crate::value::timestamp::Timestamp;
use crate::verify::verifiable::Verifiable;
use key::{Key, PassedOn, Sought};

/// Defines the caches of a verifier, one for each kind of token.
macro_rules! caches {
    ($($kind:ident: $claims:ty,)*) => {
        /// The caches of a verifier.
        pub(crate) struct Caches {
            $(pub(crate) $kind: Cache<$claims>,)*
        }

        impl Caches {
            /// For so many tokens of each kind, which are accepted for so long after their end.
            pub(super) fn new(capacity: usize, leeway: Duration) -> Self {
                Self { $($kind: Cache::new(capacity, leeway),)* }
            }

            /// How many tokens there are in all of them.
            pub(super) fn len(&self) -> usize {
                [$(self.$kind.len()),*].iter().sum()
            }
        }
    };
}

caches! {
    participant: ParticipantClaims,
    connection: ConnectionClaims,
    playback: PlaybackClaims,
}

/// What is known about tokens of one kind whose signature and claims were found good, by their whole text.
///
/// What is not asked again on a hit is what cannot change: the text, and that this key made it. Everything else the
/// verifier checks as if there were no cache.
pub(crate) struct Cache<C: Verifiable> {
    /// Each swept in one go: small, so that nobody waits for long.
    segments: Box<[Segment<C>]>,
    /// Seeded for each cache. More is not needed: nobody without a private key chooses what is put in.
    hasher: DefaultHashBuilder,
    sweeper: Sweeper,
    leeway: Duration,
    /// How often the ring had taken trust away when the entries were made. Those of before do not count.
    withdrawals: AtomicU64,
}

type Segment<C> = quick_cache::sync::Cache<Key, Arc<Believed<C>>, UnitWeighter, PassedOn>;

/// How many tokens a segment has room for, as long as there are not [`MOST_SEGMENTS`].
const SEGMENT: usize = 256;
const MOST_SEGMENTS: usize = 256;

impl<C: Verifiable> Cache<C> {
    fn new(capacity: usize, leeway: Duration) -> Self {
        let segments = (capacity / SEGMENT).clamp(1, MOST_SEGMENTS);
        // Rounded down, so that all together hold no more than was asked for.
        let room = capacity / segments;
        Self {
            segments: (0..segments).map(|_| segment(room)).collect(),
            hasher: DefaultHashBuilder::default(),
            sweeper: Sweeper::new(),
            leeway,
            withdrawals: AtomicU64::new(0),
        }
    }

    fn len(&self) -> usize {
        self.segments.iter().map(Segment::len).sum()
    }

    /// What is known about a token, if its key is still trusted and its end has not come. `withdrawals` is that of the ring
    /// as the verifier sees it.
    pub(super) fn get(&self, token: &str, withdrawals: u64, now: Timestamp) -> Option<Arc<Believed<C>>> {
        self.sweeper.pass(now, self.segments.len(), |place| {
            self.segments[place].retain(|_, token| now < self.end(token));
            true
        });
        self.keep_up_with(withdrawals);
        let (segment, hash) = self.place(token);
        let sought = Sought { hash, text: token };
        let found = segment.get(&sought)?;
        if found.withdrawals == withdrawals && found.key.verifies_at(now) && now < self.end(&found) {
            return Some(found);
        }
        segment.remove(&sought);
        None
    }

    /// Remembers what was found out about a token.
    pub(super) fn insert(&self, token: &str, believed: Arc<Believed<C>>) {
        let withdrawals = believed.withdrawals;
        let (segment, hash) = self.place(token);
        segment.insert(Key { hash, text: token.into() }, believed);
        // The ring may have changed since. The entry would not count, but it would take room.
        if self.withdrawals.load(Ordering::Acquire) != withdrawals {
            segment.remove(&Sought { hash, text: token });
        }
    }

    /// Empties the cache when the ring has taken trust away since.
    fn keep_up_with(&self, withdrawals: u64) {
        if self.withdrawals.load(Ordering::Acquire) < withdrawals
            && self.withdrawals.fetch_max(withdrawals, Ordering::AcqRel) < withdrawals
        {
            self.segments.iter().for_each(Segment::clear);
        }
    }

    fn place(&self, token: &str) -> (&Segment<C>, u64) {
        let hash = self.hasher.hash_one(token);
        // Bits in the middle: a segment finds its entries by those at both ends. Less than there are segments, so it fits.
        let index = usize::try_from((hash >> 24) % self.segments.len() as u64).unwrap_or_default();
        (&self.segments[index], hash)
    }

    fn end(&self, token: &Believed<C>) -> Timestamp {
        token.claims.expires_at().saturating_add(self.leeway)
    }
}

#[expect(clippy::expect_used, reason = "both capacities are set, and nothing else can fail")]
fn segment<C: Verifiable>(room: usize) -> Segment<C> {
    let options = OptionsBuilder::new()
        .shards(1)
        .estimated_items_capacity(room)
        .weight_capacity(room as u64)
        .build()
        .expect("options");
    Segment::with_options(options, UnitWeighter, PassedOn::default(), DefaultLifecycle::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SigningKey;
    use crate::key_ring::KeyRing;
    use crate::token::connection::Connection;

    const ARN: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/abc";

    fn believed(withdrawals: u64) -> Arc<Believed<ConnectionClaims>> {
        let key = SigningKey::generate().unwrap().with_id(ARN.parse().unwrap());
        let ring = KeyRing::new();
        ring.import(ARN.parse().unwrap(), key.verifying_key().clone()).unwrap();
        let claims = Connection::new().mint(&key).unwrap().claims().clone();
        let key = ring.get(&ARN.parse().unwrap()).unwrap();
        Arc::new(Believed { claims, key, not_before: None, withdrawals })
    }

    fn is_known(cache: &Cache<ConnectionClaims>, withdrawals: u64) -> bool {
        cache.get("token", withdrawals, Timestamp::now()).is_some()
    }

    #[test]
    fn an_entry_that_comes_after_its_ring_has_changed_is_not_kept() {
        let cache = Cache::new(10, Duration::ZERO);
        assert!(!is_known(&cache, 4));
        cache.insert("token", believed(4));
        assert!(is_known(&cache, 4));
        assert!(!is_known(&cache, 5));
        assert_eq!(cache.len(), 0);
        cache.insert("token", believed(4));
        assert_eq!(cache.len(), 0);
    }

    #[test]
    fn an_entry_counts_only_for_the_ring_it_was_made_under() {
        let cache = Cache::new(10, Duration::ZERO);
        assert!(!is_known(&cache, 5));
        let slip_in = |withdrawals| {
            let (segment, hash) = cache.place("token");
            segment.insert(Key { hash, text: "token".into() }, believed(withdrawals));
        };
        // As if a thread had been in the middle of putting it in.
        for other in [4, 6] {
            slip_in(other);
            assert!(!is_known(&cache, 5), "{other}");
            assert_eq!(cache.len(), 0, "{other}");
        }
        slip_in(5);
        assert!(is_known(&cache, 5));
        assert!(!is_known(&cache, 4), "a reader that still sees the ring of before goes without");
    }

    #[test]
    fn texts_of_one_hash_are_told_apart() {
        let cache = Cache::new(10, Duration::ZERO);
        let (segment, hash) = cache.place("token");
        segment.insert(Key { hash, text: "tokem".into() }, believed(0));
        assert!(!is_known(&cache, 0));
        assert!(segment.get(&Sought { hash, text: "tokem" }).is_some());
    }
}
