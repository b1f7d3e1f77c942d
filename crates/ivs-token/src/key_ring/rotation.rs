//! Which key signs, and until when the others verify.

use super::KeyRing;
use crate::error::KeyRingError;
use crate::key::SigningKey;
use crate::value::arn::KeyArn;
use crate::value::timestamp::Timestamp;

/// One key changes places with another without a moment at which tokens are refused:
///
/// 1. Import the new public key, here and wherever tokens are verified. It verifies, and the old one signs.
/// 2. [`Self::rotate`]: from one token to the next the new key signs, and the old one verifies until the last of its
///    tokens has expired.
/// 3. [`Self::delete_retired`], any time after that.
impl<A: KeyArn> KeyRing<A> {
    /// Marks a key for signing, in place of the one marked before, which goes on verifying. The private key signs under
    /// this ARN, whichever it had before.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold the public half under this ARN, or is to retire it.
    pub fn sign_with(&self, arn: &A, key: SigningKey) -> Result<(), KeyRingError> {
        self.change(|state| state.sign_with(arn, key))
    }

    /// The key marked for signing, if one is: ask for it before each token, and a rotation takes effect with the next.
    ///
    /// That of a ring of [`PublicKeyArn`](crate::PublicKeyArn) knows its ARN, which its tokens name as `kid`; tokens of a
    /// playback key name none.
    pub fn signing_key(&self) -> Option<SigningKey> {
        self.load().signing().map(|(_, key)| key.clone())
    }

    /// The ARN of the key marked for signing, if one is.
    pub fn signing_arn(&self) -> Option<A> {
        self.load().signing().map(|(arn, _)| arn.clone())
    }

    /// Marks no key for signing, and forgets the private key. The public one goes on verifying, until it is retired or
    /// deleted.
    pub fn stop_signing(&self) {
        // This change has no way to fail.
        let _ = self.change(|state| {
            state.stop_signing();
            Ok(())
        });
    }

    /// Lets a key verify until this time, and at it no more: its tokens are refused then, with
    /// [`RetiredKey`](crate::VerifyError::RetiredKey) if they name it. A time that has passed is at once. Again, with another
    /// time, is taken too.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold the key, or signs with it.
    pub fn retire(&self, arn: &A, at: Timestamp) -> Result<(), KeyRingError> {
        self.change(|state| state.retire(arn, at))
    }

    /// Lets a key that was being retired, or is retired, verify without an end again.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold it.
    pub fn reinstate(&self, arn: &A) -> Result<(), KeyRingError> {
        self.change(|state| state.reinstate(arn))
    }

    /// In one change, marks a key for signing, imports its public half if the ring does not hold it, and retires the key
    /// marked before at `old_until`. Gives the ARN of that one, if there was one.
    ///
    /// `old_until` is at the earliest when the last token of the old key expires: now and the longest duration that it
    /// minted for.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when this key signs already, is being retired, or is not the one that the ring holds under this ARN;
    /// or when it is not held and the ring is full.
    pub fn rotate(&self, arn: &A, key: SigningKey, old_until: Timestamp) -> Result<Option<A>, KeyRingError> {
        self.change(|state| state.rotate(arn, key, old_until, self.shared.limit))
    }

    /// Deletes the keys whose retirement has come by `now`, and gives their ARNs.
    pub fn delete_retired(&self, now: Timestamp) -> Vec<A> {
        // This change has no way to fail.
        self.change(|state| Ok(state.delete_retired(now))).unwrap_or_default()
    }
}
