use std::sync::Arc;

use ivs_token::{InMemoryRevocations, KeyRing, PlaybackKeyArn, PublicKeyArn, SigningKey, Stage};

use crate::failure::Failure;

/// What JavaScript holds a handle of.
#[derive(Clone)]
#[non_exhaustive]
pub enum Object {
    /// A private key. It is wiped when the handle goes.
    SigningKey(SigningKey),
    /// A stage.
    Stage(Stage),
    /// A verifier.
    Verifier(Box<Verifier>),
    /// Public keys.
    KeyRing(KeyRing<PublicKeyArn>),
    /// Public halves of playback key pairs.
    PlaybackKeyRing(KeyRing<PlaybackKeyArn>),
    /// Revocations in memory.
    Revocations(Arc<InMemoryRevocations>),
}

/// A verifier, and whether JavaScript is to ask a store about what it accepts.
#[derive(Clone)]
pub struct Verifier {
    pub(crate) core: ivs_token::Verifier,
    pub(crate) notes: bool,
}

/// The objects of a call.
pub(crate) type Objects<'o> = [Option<&'o Object>; 3];

/// Declares what takes an object of one kind from those of a call.
macro_rules! takers {
    ($($name:ident: $variant:ident($type:ty);)*) => {
        $(pub(crate) fn $name<'o>(objects: &Objects<'o>, place: usize) -> Result<&'o $type, Failure> {
            match objects.get(place).copied().flatten() {
                Some(Object::$variant(object)) => Ok(object),
                _ => Err(Failure::wrong_object(stringify!($variant))),
            }
        })*
    };
}

takers! {
    signing_key: SigningKey(SigningKey);
    stage: Stage(Stage);
    verifier: Verifier(Verifier);
    key_ring: KeyRing(KeyRing<PublicKeyArn>);
    playback_key_ring: PlaybackKeyRing(KeyRing<PlaybackKeyArn>);
    revocations: Revocations(Arc<InMemoryRevocations>);
}
