use es384::VerifyingKey;

use crate::arn::PublicKeyArn;
use crate::timestamp::Timestamp;

/// A public key as IVS knows it: the key itself, and the ARN it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey<A = PublicKeyArn> {
    arn: A,
    key: VerifyingKey,
    retired_at: Option<Timestamp>,
}

impl<A> PublicKey<A> {
    pub(super) fn new(arn: A, key: VerifyingKey) -> Self {
        Self { arn, key, retired_at: None }
    }

    /// The ARN that IVS gave it.
    pub fn arn(&self) -> &A {
        &self.arn
    }

    /// The key itself.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The first second at which it verifies no more, if it is being retired.
    pub fn retired_at(&self) -> Option<Timestamp> {
        self.retired_at
    }

    pub(crate) fn verifies_at(&self, now: Timestamp) -> bool {
        self.retired_at.is_none_or(|retired_at| now < retired_at)
    }
}
