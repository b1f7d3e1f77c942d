use ivs_token::{Connection, ConnectionDuration, Timestamp};
use serde::Deserialize;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::input;
use crate::object::{self, Objects};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Options {
    duration_seconds: Option<f64>,
    token_id: Option<String>,
}

/// Mints a connection token: gives its text.
pub(crate) fn mint(objects: &Objects<'_>, now: Timestamp, json: &str) -> Result<Answer, Failure> {
    let options: Options = input::read(json)?;
    let mut connection = Connection::new();
    if let Some(secs) = options.duration_seconds {
        connection = connection.duration(ConnectionDuration::try_from(input::seconds(secs))?);
    }
    if let Some(id) = options.token_id {
        connection = connection.token_id(id.as_str());
    }
    // A second handle is the stage whose server the token is for.
    if objects.get(1).is_some_and(Option::is_some) {
        connection = connection.server_of(object::stage(objects, 1)?);
    }
    Ok(connection.mint_at(object::signing_key(objects, 0)?, now)?.into_string().into())
}
