use es384::VerifyingKey;

use super::name::KeyName;
use super::tags::Tags;
use crate::value::arn::PublicKeyArn;
use crate::value::timestamp::Timestamp;

/// A public key as IVS knows it: the key itself, the ARN it was given, a name if it has one, and tags.
///
/// With a [`PublicKeyArn`] it serialises to what `GetPublicKey` prints, without the fingerprint, since AWS does not say
/// how that is computed: `{"publicKey": {"arn", "name", "publicKeyMaterial", "tags"}}`. A key that is being retired
/// also has `retiredAt`, in ISO 8601, which [`KeySet`](crate::KeySet) reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct PublicKey<A = PublicKeyArn> {
    arn: A,
    key: VerifyingKey,
    name: Option<KeyName>,
    tags: Tags,
    retired_at: Option<Timestamp>,
}

impl<A> PublicKey<A> {
    /// A key under the ARN that IVS gave it, without a name and tags.
    pub const fn new(arn: A, key: VerifyingKey) -> Self {
        Self { arn, key, name: None, tags: Tags::new(), retired_at: None }
    }

    /// This key with a name.
    pub fn with_name(self, name: KeyName) -> Self {
        Self { name: Some(name), ..self }
    }

    /// This key with these tags, in place of those it has.
    pub fn with_tags(self, tags: Tags) -> Self {
        Self { tags, ..self }
    }

    /// This key, to be retired at this time: from then on it does not verify.
    pub fn retiring_at(self, at: Timestamp) -> Self {
        self.with_retirement(Some(at))
    }

    /// The ARN that IVS gave it.
    pub fn arn(&self) -> &A {
        &self.arn
    }

    /// The key itself.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Your name for it.
    pub fn name(&self) -> Option<&KeyName> {
        self.name.as_ref()
    }

    /// Its tags.
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// The first second at which it no longer verifies, if it is being retired.
    pub fn retired_at(&self) -> Option<Timestamp> {
        self.retired_at
    }

    pub(super) fn with_retirement(self, retired_at: Option<Timestamp>) -> Self {
        Self { retired_at, ..self }
    }

    pub(crate) fn verifies_at(&self, now: Timestamp) -> bool {
        self.retired_at.is_none_or(|retired_at| now < retired_at)
    }
}
