//! Keys as the API shows them.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{KeyPage, PublicKey};
use crate::value::arn::{KeyArn, PublicKeyArn};

impl Serialize for PublicKey<PublicKeyArn> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut answer = serializer.serialize_struct("GetPublicKeyResponse", 1)?;
        answer.serialize_field("publicKey", &Whole(self))?;
        answer.end()
    }
}

impl Serialize for KeyPage<PublicKeyArn> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut answer = serializer.serialize_struct("ListPublicKeysResponse", 2)?;
        let keys: Vec<_> = self.keys().iter().map(|key| Summary(key)).collect();
        answer.serialize_field("publicKeys", &keys)?;
        match self.next_token() {
            None => answer.skip_field("nextToken")?,
            Some(next_token) => answer.serialize_field("nextToken", next_token)?,
        }
        answer.end()
    }
}

/// Several keys, each as `GetPublicKey` shows one.
pub(super) fn to_json<'a, A: KeyArn>(keys: impl Iterator<Item = &'a PublicKey<A>>) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase", bound = "")]
    struct Answer<'a, A: KeyArn> {
        public_key: Whole<'a, A>,
    }
    let answers: Vec<_> = keys.map(|key| Answer { public_key: Whole(key) }).collect();
    // Texts and a list of them: nothing that JSON could not hold.
    serde_json::to_string(&answers).unwrap_or_default()
}

/// `PublicKey` of the service model, and until when it verifies.
struct Whole<'a, A>(&'a PublicKey<A>);

impl<A: KeyArn> Serialize for Whole<'_, A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PublicKey", 5)?;
        arn_and_name(&mut object, self.0)?;
        object.serialize_field("publicKeyMaterial", &self.0.key().to_spki_pem())?;
        object.serialize_field("tags", self.0.tags())?;
        match self.0.retired_at() {
            None => object.skip_field("retiredAt")?,
            Some(at) => object.serialize_field("retiredAt", &at)?,
        }
        object.end()
    }
}

/// `PublicKeySummary` of the service model.
struct Summary<'a>(&'a PublicKey<PublicKeyArn>);

impl Serialize for Summary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PublicKeySummary", 3)?;
        arn_and_name(&mut object, self.0)?;
        object.serialize_field("tags", self.0.tags())?;
        object.end()
    }
}

fn arn_and_name<O: SerializeStruct, A: KeyArn>(object: &mut O, key: &PublicKey<A>) -> Result<(), O::Error> {
    object.serialize_field("arn", &key.arn().to_string())?;
    match key.name() {
        None => object.skip_field("name"),
        Some(name) => object.serialize_field("name", name),
    }
}
