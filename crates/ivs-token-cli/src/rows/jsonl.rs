use std::io::BufRead;

use ivs_token::{ParticipantId, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Row;
use super::values::{self, Reason, Values, json_reason};
use crate::failure::Failure;
use crate::input::Source;

/// Reads an object from each line that is not blank.
pub(super) fn rows(source: Source, mut reader: impl BufRead) -> impl Iterator<Item = Result<Row, Failure>> {
    let (mut number, mut line) = (0, 0);
    std::iter::from_fn(move || {
        loop {
            let mut bytes = Vec::new();
            match reader.read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(_) => line += 1,
                Err(error) => return Some(Err(source.failure(&error))),
            }
            let bytes = bytes.trim_ascii();
            if !bytes.is_empty() {
                number += 1;
                return Some(Ok(Row { number, line, values: read(bytes) }));
            }
        }
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct Object<'a> {
    user_id: Option<String>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow)]
    capabilities: Option<&'a RawValue>,
    #[serde(borrow)]
    duration: Option<&'a RawValue>,
    participant_id: Option<String>,
}

fn read(line: &[u8]) -> Result<Values, Reason> {
    let text = std::str::from_utf8(line)
        .map_err(|_| Reason::form("the line is not UTF-8: save the file as UTF-8"))?;
    // Serde would take a list for an object whose members stand in their order.
    if !text.starts_with('{') {
        return Err(Reason::form("this is not a JSON object: each line must be one"));
    }
    let object: Object<'_> = serde_json::from_str(text).map_err(|error| Reason::form(json_reason(&error)))?;
    Ok(Values {
        user_id: object.user_id.map(UserId::try_from).transpose()?,
        attributes: object.attributes.map(|json| values::attributes(json.get())).transpose()?,
        capabilities: object.capabilities.map(|json| values::capabilities(&unquoted(json))).transpose()?,
        duration: object.duration.map(|json| values::duration(&unquoted(json))).transpose()?,
        participant_id: object.participant_id.map(ParticipantId::try_from).transpose()?,
    })
}

/// A string without its quotes, any other value as it is.
fn unquoted(json: &RawValue) -> String {
    serde_json::from_str(json.get()).unwrap_or_else(|_| json.get().to_owned())
}
