//! The public keys that a verifier trusts, changed while others read.

mod answer;
mod held;
mod list;
mod name;
mod preparation;
mod public_key;
mod rotation;
mod set;
mod state;
mod tags;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use es384::VerifyingKey;

pub use list::{KeyPage, ListKeys};
pub use name::KeyName;
pub use public_key::PublicKey;
pub use set::KeySet;
pub use tags::{ResourceTags, Tags};

use crate::error::{KeyRingError, TagError};
use crate::value::arn::{KeyArn, PublicKeyArn};
use crate::value::timestamp::{Clock, SystemClock, Timestamp};
pub(crate) use held::Held;
pub(crate) use state::State;

/// The keys that IVS knows, held locally. A ring does what `ImportPublicKey`, `GetPublicKey`, `ListPublicKeys`,
/// `DeletePublicKey`, `TagResource`, `UntagResource` and `ListTagsForResource` do, without a call. It also holds which
/// key signs, and until when the others verify.
///
/// Cheap to clone. All clones are one ring, and a [`crate::Verifier`] that was given the ring sees its changes. Reads
/// never wait, and see the ring before a change or after it, never in between. Each method that changes the ring makes
/// the whole change or, with an error, none of it.
///
/// ```
/// # let public_key = ivs_token::es384::SigningKey::generate()?.verifying_key().clone();
/// use ivs_token::{KeyRing, PublicKey, PublicKeyArn, Tags, Verifier};
///
/// let arn: PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse()?;
/// let ring = KeyRing::new();
/// let verifier = Verifier::builder().key_ring(&ring).build()?;
///
/// let tags = Tags::try_from_iter([("team", "live")])?;
/// ring.import_public_key(PublicKey::new(arn.clone(), public_key).with_name("eu-2026".parse()?).with_tags(tags))?;
/// assert_eq!(ring.get(&arn).and_then(|key| key.name().cloned()), Some("eu-2026".parse()?));
/// ring.delete(&arn)?; // `verifier` refuses its tokens from now on
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyRing<A = PublicKeyArn> {
    shared: Arc<Shared<A>>,
}

struct Shared<A> {
    state: ArcSwap<State<A>>,
    /// Held while a change is made, so that no change is lost to another.
    changing: Mutex<()>,
    /// Held while a key is prepared for the place of another, so that only one thread does that.
    promoting: Mutex<()>,
    limit: usize,
    /// Says which keys are retired, where no caller says what time it is.
    clock: Arc<dyn Clock>,
}

impl<A: KeyArn> KeyRing<A> {
    /// How many keys a ring holds at most by default.
    pub const DEFAULT_LIMIT: usize = 64;

    /// An empty ring for at most [`Self::DEFAULT_LIMIT`] keys.
    pub fn new() -> Self {
        Self::with_limit(Self::DEFAULT_LIMIT)
    }

    /// An empty ring for at most `limit` keys.
    pub fn with_limit(limit: usize) -> Self {
        Self::with_clock(limit, SystemClock)
    }

    /// An empty ring for at most `limit` keys that takes the time only from this clock. Use it in simulations, and on
    /// targets without a system clock, such as `wasm32-unknown-unknown`.
    pub fn with_clock(limit: usize, clock: impl Clock + 'static) -> Self {
        let state = ArcSwap::from_pointee(State::new(Self::DEFAULT_PREPARED_LIMIT));
        let clock = Arc::new(clock);
        let (changing, promoting) = Default::default();
        Self { shared: Arc::new(Shared { state, changing, promoting, limit, clock }) }
    }

    /// A ring of the one key that signs what `CreateParticipantToken` of a service hands out.
    pub(crate) fn of_service(arn: A, key: VerifyingKey, clock: Arc<dyn Clock>) -> Self {
        let mut state = State::of_service(Self::DEFAULT_PREPARED_LIMIT);
        state.put(Held::new(PublicKey::new(arn, key)));
        let state = ArcSwap::from_pointee(state);
        let (changing, promoting) = Default::default();
        Self { shared: Arc::new(Shared { state, changing, promoting, limit: 1, clock }) }
    }

    /// Imports a key under the ARN that IVS gave it. A key that the ring already holds stays as it is.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring is full, or holds another key under this ARN.
    pub fn import(&self, arn: A, key: VerifyingKey) -> Result<(), KeyRingError> {
        self.import_public_key(PublicKey::new(arn, key))
    }

    /// Imports a key with its name and tags. A key that the ring already holds stays as it is, with its present name
    /// and tags.
    ///
    /// # Errors
    ///
    /// As [`Self::import`].
    pub fn import_public_key(&self, key: PublicKey<A>) -> Result<(), KeyRingError> {
        self.change(|state| state.import(key, self.shared.limit))
    }

    /// Imports many keys in one change, such as those of a [`KeySet`]: all of them, or none.
    ///
    /// # Errors
    ///
    /// As [`Self::import`].
    pub fn import_all(&self, keys: impl IntoIterator<Item = PublicKey<A>>) -> Result<(), KeyRingError> {
        let keys: Vec<_> = keys.into_iter().collect();
        self.change(|state| keys.into_iter().try_for_each(|key| state.import(key, self.shared.limit)))
    }

    /// Replaces all keys with these, in one change. Use it when a configuration is read again.
    ///
    /// Tokens of a key that is no longer there are refused. A key that stays takes the new name and tags. It is retired
    /// at its old time or at the new one, whichever is earlier. The signing key must be among the new keys.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] if there are too many keys, if two different keys have one ARN, or if the signing key is not
    /// among them. If a key comes twice, the first one counts.
    pub fn replace(&self, keys: impl IntoIterator<Item = PublicKey<A>>) -> Result<(), KeyRingError> {
        let keys: Vec<_> = keys.into_iter().collect();
        self.change(|state| state.replace(keys, self.shared.limit))
    }

    /// Deletes a key. From now on, all tokens that it signed are refused.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold it, or signs with it.
    pub fn delete(&self, arn: &A) -> Result<(), KeyRingError> {
        self.change(|state| state.delete(arn))
    }

    /// The key of this ARN, if the ring holds it.
    pub fn get(&self, arn: &A) -> Option<Arc<PublicKey<A>>> {
        self.load().by_arn(arn).map(|held| Arc::clone(held.public()))
    }

    /// A page of keys, ordered by ARN.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when a page cannot have so many keys, or no page gave this token.
    pub fn list(&self, wanted: &ListKeys) -> Result<KeyPage<A>, KeyRingError> {
        wanted.page(&self.load())
    }

    /// All keys at one moment, ordered by ARN.
    pub fn keys(&self) -> Vec<Arc<PublicKey<A>>> {
        self.load().keys().map(|held| Arc::clone(held.public())).collect()
    }

    /// How many keys the ring holds.
    pub fn len(&self) -> usize {
        self.load().keys().len()
    }

    /// Whether the ring holds no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many keys the ring may hold.
    pub fn limit(&self) -> usize {
        self.shared.limit
    }

    /// Adds tags to a key. A tag that it already has gets the new value.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold the key, or a tag is not allowed.
    pub fn tag<K: AsRef<str>, V: AsRef<str>>(
        &self,
        arn: &A,
        tags: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), KeyRingError> {
        let added: Vec<_> = tags.into_iter().collect();
        self.change_tags(arn, |tags| {
            added.iter().try_for_each(|(key, value)| tags.insert(key.as_ref(), value.as_ref()))
        })
    }

    /// Removes the tags with these keys. Tags that are not there are ignored.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold the key, or a tag belongs to AWS.
    pub fn untag<K: AsRef<str>>(
        &self,
        arn: &A,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<(), KeyRingError> {
        let removed: Vec<_> = keys.into_iter().collect();
        self.change_tags(arn, |tags| removed.iter().try_for_each(|key| tags.remove(key.as_ref())))
    }

    /// The tags of a key.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold it.
    pub fn tags(&self, arn: &A) -> Result<ResourceTags, KeyRingError> {
        Ok(ResourceTags::new(self.load().held(arn)?.tags().clone()))
    }

    /// All keys as JSON, each as `GetPublicKey` prints it. A key that is being retired also has `retiredAt`. Keep the
    /// JSON in a file, and read it with [`KeySet::from_json`] when the server starts again. It does not say which key
    /// signs.
    pub fn to_json(&self) -> String {
        answer::to_json(self.load().keys().map(|key| &**key))
    }

    /// The keys as a JWK set (RFC 7517, section 5), each with its ARN as `kid`, for verifiers elsewhere. Keys that are
    /// already retired are left out. A key that will be retired has that time as `exp`, in seconds since 1970, as
    /// IANA's registry of JWK parameters defines it. [`KeySet::from_jwks`] reads it; other readers may ignore it. Names
    /// and tags are left out, since a JWK has no place for them.
    pub fn to_jwks(&self) -> String {
        self.to_jwks_at(self.now())
    }

    /// As [`Self::to_jwks`], as if the time were `now`.
    pub fn to_jwks_at(&self, now: Timestamp) -> String {
        set::to_jwks(self.load().keys().filter(|key| key.verifies_at(now)).map(|key| &**key))
    }

    fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The ring as it is now.
    pub(crate) fn load(&self) -> Guard<Arc<State<A>>> {
        self.shared.state.load()
    }

    fn change_tags(
        &self,
        arn: &A,
        change: impl FnOnce(&mut Tags) -> Result<(), TagError>,
    ) -> Result<(), KeyRingError> {
        self.change(|state| {
            state.update(arn, |key| {
                let mut tags = key.tags().clone();
                change(&mut tags)?;
                Ok(key.with_tags(tags))
            })
        })
    }

    /// Makes a change to a copy, and puts the copy in place when it went well.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut State<A>) -> Result<T, KeyRingError>,
    ) -> Result<T, KeyRingError> {
        let result = {
            // A change that panicked left the ring as it was.
            let _alone = self.shared.changing.lock().unwrap_or_else(PoisonError::into_inner);
            let mut state = State::clone(&self.load());
            let result = change(&mut state)?;
            state.give_up(self.now());
            self.shared.state.store(Arc::new(state));
            result
        };
        self.prepare();
        Ok(result)
    }
}

impl<A: KeyArn> Default for KeyRing<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: KeyArn> fmt::Debug for KeyRing<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.load();
        f.debug_struct("KeyRing")
            .field("keys", &state.keys().map(Held::public).collect::<Vec<_>>())
            .field("signing", &state.signing().map(|(arn, _)| arn))
            .field("limit", &self.shared.limit)
            .field("prepared_keys", &self.prepared_keys())
            .finish()
    }
}
