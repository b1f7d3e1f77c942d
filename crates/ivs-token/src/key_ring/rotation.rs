//! Which key signs, and until when the others verify.

use super::KeyRing;
use crate::error::KeyRingError;
use crate::key::SigningKey;
use crate::value::arn::KeyArn;
use crate::value::timestamp::Timestamp;

/// To replace the signing key without a moment at which tokens are refused:
///
/// 1. Import the new public key, here and wherever tokens are verified. It verifies, while the old key still signs.
/// 2. [`Self::rotate`]. From the next token on the new key signs. The old one verifies until the last of its tokens has
///    expired.
/// 3. [`Self::delete_retired`], any time after that.
impl<A: KeyArn> KeyRing<A> {
    /// Makes this the signing key. The previous signing key still verifies. The private key signs under this ARN, even
    /// if it had another before.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold the public half under this ARN, or if that key is being retired.
    pub fn sign_with(&self, arn: &A, key: SigningKey) -> Result<(), KeyRingError> {
        self.change(|state| state.sign_with(arn, key))
    }

    /// The signing key, if there is one. Ask for it before each token, so that a rotation takes effect with the next
    /// token.
    ///
    /// In a ring of [`PublicKeyArn`](crate::PublicKeyArn) it knows its ARN, which its tokens name as `kid`. Tokens of a
    /// playback key name no key.
    pub fn signing_key(&self) -> Option<SigningKey> {
        self.load().signing().map(|(_, key)| key.clone())
    }

    /// The ARN of the signing key, if there is one.
    pub fn signing_arn(&self) -> Option<A> {
        self.load().signing().map(|(arn, _)| arn.clone())
    }

    /// Forgets the private key: no key signs any more. The public key still verifies, until it is retired or deleted.
    pub fn stop_signing(&self) {
        // This change has no way to fail.
        let _ = self.change(|state| {
            state.stop_signing();
            Ok(())
        });
    }

    /// Retires a key at this time. From then on its tokens are refused, with
    /// [`RetiredKey`](crate::VerifyError::RetiredKey) if they name it. A time in the past takes effect at once. A
    /// second call replaces the time.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold the key, or signs with it.
    pub fn retire(&self, arn: &A, at: Timestamp) -> Result<(), KeyRingError> {
        self.change(|state| state.retire(arn, at))
    }

    /// Cancels the retirement of a key, even if its time has come. The key verifies again, without an end.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold it.
    pub fn reinstate(&self, arn: &A) -> Result<(), KeyRingError> {
        self.change(|state| state.reinstate(arn))
    }

    /// Makes this the signing key, imports its public half if the ring does not hold it, and retires the previous
    /// signing key at `old_until`, all in one change. Returns the ARN of the previous signing key, if there was one.
    ///
    /// `old_until` must not be before the last token of the old key expires: take the time now plus the longest
    /// duration of its tokens.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] if this key already signs, is being retired, or is not the one that the ring holds under this
    /// ARN; or if the ring does not hold it and is full.
    pub fn rotate(&self, arn: &A, key: SigningKey, old_until: Timestamp) -> Result<Option<A>, KeyRingError> {
        self.change(|state| state.rotate(arn, key, old_until, self.shared.limit))
    }

    /// Deletes the keys that are retired by `now`, and returns their ARNs.
    pub fn delete_retired(&self, now: Timestamp) -> Vec<A> {
        // This change has no way to fail.
        self.change(|state| Ok(state.delete_retired(now))).unwrap_or_default()
    }
}
