//! Keys as the API shows them.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{KeyPage, PublicKey};
use crate::value::arn::PublicKeyArn;

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

/// `PublicKey` of the service model.
struct Whole<'a>(&'a PublicKey<PublicKeyArn>);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PublicKey", 4)?;
        arn_and_name(&mut object, self.0)?;
        object.serialize_field("publicKeyMaterial", &self.0.key().to_spki_pem())?;
        object.serialize_field("tags", self.0.tags())?;
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

fn arn_and_name<O: SerializeStruct>(object: &mut O, key: &PublicKey<PublicKeyArn>) -> Result<(), O::Error> {
    object.serialize_field("arn", key.arn())?;
    match key.name() {
        None => object.skip_field("name"),
        Some(name) => object.serialize_field("name", name),
    }
}
