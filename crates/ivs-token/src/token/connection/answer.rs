//! A connection token as JSON, in the names of the API.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::token::connection::ConnectionClaims;
use crate::token::minted::Token;

impl Serialize for Token<ConnectionClaims> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ConnectionToken", 4)?;
        let secs = self.expires_at().secs_since(self.issued_at());
        object.serialize_field("duration", &secs.unsigned_abs().div_ceil(60))?;
        object.serialize_field("expirationTime", &self.expires_at())?;
        object.serialize_field("token", self.as_str())?;
        object.serialize_field("tokenId", self.token_id())?;
        object.end()
    }
}
