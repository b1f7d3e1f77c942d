use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use super::PublicKey;
use super::held::Held;
use crate::error::KeyRingError;
use crate::key::{self, SigningKey};
use crate::value::arn::KeyArn;
use crate::value::timestamp::Timestamp;

/// A ring at one moment. Never changed once others can see it.
#[derive(Clone)]
pub(crate) struct State<A> {
    by_arn: BTreeMap<A, Held<A>>,
    /// The header that this library writes, for each key: most tokens need no look inside.
    by_header: HashMap<String, Held<A>>,
    /// The header of the tokens of a key.
    header: fn(&A) -> String,
    /// Whose public half is held under this ARN, and is not being retired.
    signing: Option<(A, SigningKey)>,
    /// Counts the changes that took trust away: what was believed before the last of them must be looked at anew.
    withdrawals: u64,
    /// How many keys are prepared at most.
    pub(super) prepared_limit: usize,
}

impl<A: KeyArn> State<A> {
    pub(super) fn new(prepared_limit: usize) -> Self {
        Self {
            by_arn: BTreeMap::new(),
            by_header: HashMap::new(),
            header: |arn| key::header(arn),
            signing: None,
            withdrawals: 0,
            prepared_limit,
        }
    }

    /// For the one key of a service, whose tokens name no key.
    pub(super) fn of_service(prepared_limit: usize) -> Self {
        Self { header: |_| key::HEADER_OF_SERVICE.to_owned(), ..Self::new(prepared_limit) }
    }

    pub(crate) fn by_arn(&self, arn: &A) -> Option<&Held<A>> {
        self.by_arn.get(arn)
    }

    pub(crate) fn by_header(&self, header: &str) -> Option<&Held<A>> {
        self.by_header.get(header)
    }

    /// All keys, ordered by ARN.
    pub(crate) fn keys(&self) -> impl ExactSizeIterator<Item = &Held<A>> {
        self.by_arn.values()
    }

    pub(crate) fn withdrawals(&self) -> u64 {
        self.withdrawals
    }

    pub(super) fn signing(&self) -> Option<&(A, SigningKey)> {
        self.signing.as_ref()
    }

    /// The keys that come after this ARN, whether it is held or not.
    pub(super) fn after(&self, arn: Option<&A>) -> impl Iterator<Item = &Held<A>> {
        let start = arn.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_arn.range((start, Bound::Unbounded)).map(|(_, key)| key)
    }

    /// The key of this ARN, which must be held.
    pub(super) fn held(&self, arn: &A) -> Result<&Held<A>, KeyRingError> {
        self.by_arn(arn).ok_or_else(|| KeyRingError::NotFound { arn: arn.to_string() })
    }

    pub(super) fn import(&mut self, key: PublicKey<A>, limit: usize) -> Result<(), KeyRingError> {
        if let Some(held) = self.by_arn.get(key.arn()) {
            if held.key() == key.key() {
                return Ok(());
            }
            return Err(KeyRingError::AmbiguousArn { arn: key.arn().to_string() });
        }
        if self.by_arn.len() >= limit {
            return Err(KeyRingError::Full { limit });
        }
        self.put(Held::new(key));
        Ok(())
    }

    pub(super) fn delete(&mut self, arn: &A) -> Result<(), KeyRingError> {
        self.held(arn)?;
        self.check_idle(arn)?;
        self.remove(arn);
        Ok(())
    }

    /// Puts a key in the place of the one of its ARN: the same key, with other words about it.
    pub(super) fn update(
        &mut self,
        arn: &A,
        update: impl FnOnce(PublicKey<A>) -> Result<PublicKey<A>, KeyRingError>,
    ) -> Result<(), KeyRingError> {
        let held = self.held(arn)?;
        let updated = held.with_public(update(PublicKey::clone(held))?);
        self.put(updated);
        Ok(())
    }

    /// Holds these keys and no others. Those held before keep the time at which they are retired.
    pub(super) fn replace(&mut self, keys: Vec<PublicKey<A>>, limit: usize) -> Result<(), KeyRingError> {
        let mut fresh = Self {
            signing: self.signing.clone(),
            withdrawals: self.withdrawals,
            ..Self::new(self.prepared_limit)
        };
        for key in keys {
            let before = self.by_arn(key.arn()).filter(|held| held.key() == key.key());
            let retirement =
                before.and_then(|held| held.retired_at()).into_iter().chain(key.retired_at()).min();
            fresh.import(key.with_retirement(retirement), limit)?;
        }
        // The same keys stay as fast as they were.
        for held in self.keys() {
            if let Some(key) = fresh.by_arn(held.arn()).filter(|key| key.key() == held.key()) {
                let key = held.with_public(PublicKey::clone(key));
                fresh.put(key);
            }
        }
        if let Some((arn, key)) = &self.signing {
            if fresh.by_arn(arn).is_none() {
                return Err(KeyRingError::Signing { arn: arn.to_string() });
            }
            fresh.sign_with(arn, key.clone())?;
        }
        let is_trusted_less = |held: &Held<A>| {
            fresh
                .by_arn(held.arn())
                .is_none_or(|key| key.key() != held.key() || ends_before(key.retired_at(), held.retired_at()))
        };
        if self.keys().any(is_trusted_less) {
            fresh.withdrawals += 1;
        }
        *self = fresh;
        Ok(())
    }

    pub(super) fn sign_with(&mut self, arn: &A, key: SigningKey) -> Result<(), KeyRingError> {
        let held = self.held(arn)?;
        if held.key() != key.verifying_key() {
            return Err(KeyRingError::SigningKeyMismatch { arn: arn.to_string() });
        }
        if let Some(retired_at) = held.retired_at() {
            return Err(KeyRingError::Retired { arn: arn.to_string(), retired_at });
        }
        let key = match arn.kid() {
            Some(kid) => key.with_id(kid.clone()),
            None => key,
        };
        self.signing = Some((arn.clone(), key));
        Ok(())
    }

    pub(super) fn stop_signing(&mut self) {
        self.signing = None;
    }

    pub(super) fn retire(&mut self, arn: &A, at: Timestamp) -> Result<(), KeyRingError> {
        let before = self.held(arn)?.retired_at();
        self.check_idle(arn)?;
        if ends_before(Some(at), before) {
            self.withdrawals += 1;
        }
        self.update(arn, |key| Ok(key.with_retirement(Some(at))))
    }

    pub(super) fn reinstate(&mut self, arn: &A) -> Result<(), KeyRingError> {
        self.update(arn, |key| Ok(key.with_retirement(None)))
    }

    /// Marks a key for signing, imported if need be, and retires the one that was marked before, whose ARN it gives.
    pub(super) fn rotate(
        &mut self,
        arn: &A,
        key: SigningKey,
        until: Timestamp,
        limit: usize,
    ) -> Result<Option<A>, KeyRingError> {
        let before = self.signing.as_ref().map(|(before, _)| before.clone());
        if before.as_ref() == Some(arn) {
            return Err(KeyRingError::AlreadySigning { arn: arn.to_string() });
        }
        if self.by_arn(arn).is_none() {
            self.import(PublicKey::new(arn.clone(), key.verifying_key().clone()), limit)?;
        }
        self.sign_with(arn, key)?;
        if let Some(before) = &before {
            self.retire(before, until)?;
        }
        Ok(before)
    }

    /// Deletes the keys that verify nothing at this time, and gives their ARNs.
    pub(super) fn delete_retired(&mut self, now: Timestamp) -> Vec<A> {
        let retired: Vec<A> =
            self.keys().filter(|key| !key.verifies_at(now)).map(|key| key.arn().clone()).collect();
        for arn in &retired {
            self.remove(arn);
        }
        retired
    }

    /// That this is not the key that signs.
    fn check_idle(&self, arn: &A) -> Result<(), KeyRingError> {
        match &self.signing {
            Some((signing, _)) if signing == arn => Err(KeyRingError::Signing { arn: arn.to_string() }),
            _ => Ok(()),
        }
    }

    fn remove(&mut self, arn: &A) {
        self.by_arn.remove(arn);
        self.by_header.remove(&(self.header)(arn));
        self.withdrawals += 1;
    }

    /// Adds a key, or puts it in the place of the one of its ARN.
    pub(super) fn put(&mut self, key: Held<A>) {
        self.by_header.insert((self.header)(key.arn()), key.clone());
        self.by_arn.insert(key.arn().clone(), key);
    }
}

/// Whether a key that is retired at the first time is trusted for less long than one at the second; `None` is never.
fn ends_before(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one < other,
        (one, None) => one.is_some(),
        (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::arn::PublicKeyArn;

    fn arn(id: &str) -> PublicKeyArn {
        format!("arn:aws:ivs:us-west-2:123456789012:public-key/{id}").parse().unwrap()
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs).unwrap()
    }

    /// Two keys, the first of which signs.
    fn state() -> (State<PublicKeyArn>, SigningKey, SigningKey) {
        let (a, b) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        let mut state = State::new(0);
        for (id, key) in [("a", &a), ("b", &b)] {
            state.import(PublicKey::new(arn(id), key.verifying_key().clone()), 9).unwrap();
        }
        state.sign_with(&arn("a"), a.clone()).unwrap();
        (state, a, b)
    }

    /// How often a change took trust away.
    fn withdrawn(state: &mut State<PublicKeyArn>, change: impl FnOnce(&mut State<PublicKeyArn>)) -> u64 {
        let before = state.withdrawals();
        change(state);
        state.withdrawals() - before
    }

    #[test]
    fn what_takes_trust_away_is_counted_and_nothing_else() {
        let (mut state, a, b) = state();
        let (a, b) = (PublicKey::new(arn("a"), a.verifying_key().clone()), b);
        let other = SigningKey::generate().unwrap();
        let public_b = PublicKey::new(arn("b"), b.verifying_key().clone());
        let count = &mut state;
        assert_eq!(withdrawn(count, |s| s.import(public_b.clone(), 9).unwrap()), 0);
        assert_eq!(withdrawn(count, |s| s.update(&arn("b"), Ok).unwrap()), 0);
        assert_eq!(withdrawn(count, |s| s.retire(&arn("b"), at(100)).unwrap()), 1);
        assert_eq!(withdrawn(count, |s| s.retire(&arn("b"), at(100)).unwrap()), 0);
        assert_eq!(withdrawn(count, |s| s.retire(&arn("b"), at(101)).unwrap()), 0);
        assert_eq!(withdrawn(count, |s| s.retire(&arn("b"), at(99)).unwrap()), 1);
        assert_eq!(withdrawn(count, |s| s.reinstate(&arn("b")).unwrap()), 0);
        assert_eq!(withdrawn(count, |s| assert!(s.retire(&arn("a"), at(1)).is_err())), 0);
        assert_eq!(withdrawn(count, |s| assert!(s.delete(&arn("a")).is_err())), 0);
        assert_eq!(withdrawn(count, |s| s.replace(vec![a.clone(), public_b.clone()], 9).unwrap()), 0);
        assert_eq!(withdrawn(count, |s| drop(s.rotate(&arn("b"), b.clone(), at(100), 9).unwrap())), 1);
        assert_eq!(withdrawn(count, |s| s.replace(vec![a.clone(), public_b.clone()], 9).unwrap()), 0);
        assert_eq!(withdrawn(count, |s| assert_eq!(s.delete_retired(at(99)), [])), 0);
        assert_eq!(withdrawn(count, |s| assert_eq!(s.delete_retired(at(100)), [arn("a")])), 1);
        assert_eq!(withdrawn(count, |s| s.import(a.clone(), 9).unwrap()), 0);
        assert_eq!(withdrawn(count, |s| s.replace(vec![public_b.clone()], 9).unwrap()), 1);
        assert_eq!(withdrawn(count, |s| s.import(a.clone(), 9).unwrap()), 0);
        // Another key under the ARN.
        let forged = PublicKey::new(arn("a"), other.verifying_key().clone());
        assert_eq!(withdrawn(count, |s| s.replace(vec![forged.clone(), public_b.clone()], 9).unwrap()), 1);
        // The same key, retired by the set that it comes in.
        let ending = public_b.clone().with_retirement(Some(at(5)));
        assert_eq!(withdrawn(count, State::stop_signing), 0);
        assert_eq!(withdrawn(count, |s| s.replace(vec![forged, ending], 9).unwrap()), 1);
        assert_eq!(withdrawn(count, |s| s.delete(&arn("b")).unwrap()), 1);
    }

    #[test]
    fn a_key_found_by_its_header_is_the_one_found_by_its_arn() {
        let (mut state, _, b) = state();
        let header = key::header(&arn("b"));
        let same = |state: &State<PublicKeyArn>| {
            let [by_header, by_arn] =
                [state.by_header(&header), state.by_arn(&arn("b"))].map(|held| held.map(Held::public));
            assert_eq!(by_header, by_arn);
            state.by_header(&header).map(|key| key.retired_at())
        };
        assert_eq!(same(&state), Some(None));
        state.retire(&arn("b"), at(5)).unwrap();
        assert_eq!(same(&state), Some(Some(at(5))));
        state.replace(vec![PublicKey::new(arn("b"), b.verifying_key().clone())], 9).unwrap_err();
        state.delete(&arn("b")).unwrap();
        assert_eq!(same(&state), None);
    }
}
