use std::time::Duration;

use ivs_token::{
    Attributes, Capabilities, ClaimError, Participant, ParticipantDuration, ParticipantId, UserId,
};

use crate::values;

/// What a row says; what it leaves out is for the flags to say.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Values {
    pub(super) user_id: Option<UserId>,
    pub(super) attributes: Option<Attributes>,
    pub(super) capabilities: Option<Capabilities>,
    pub(super) duration: Option<ParticipantDuration>,
    pub(crate) participant_id: Option<ParticipantId>,
}

/// Why a row cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Values {
    /// The participant of this row: what the flags say, unless the row says otherwise. `shared` attributes stand beside
    /// those of the row.
    pub(crate) fn apply(self, template: Participant, shared: &Attributes) -> Result<Participant, Reason> {
        let mut participant = template;
        if let Some(user_id) = self.user_id {
            participant = participant.user_id(user_id);
        }
        if let Some(own) = self.attributes {
            let both = Attributes::try_from_iter(shared.iter().chain(own.iter()))?;
            participant = participant.attributes(both);
        }
        if let Some(capabilities) = self.capabilities {
            participant = participant.capabilities(capabilities);
        }
        if let Some(duration) = self.duration {
            participant = participant.duration(duration);
        }
        if let Some(id) = self.participant_id {
            participant = participant.participant_id(id);
        }
        Ok(participant)
    }
}

impl Reason {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A row of which not even the form is right.
    pub(super) fn form(message: impl Into<String>) -> Self {
        Self::new("INVALID_ROW", message)
    }
}

impl From<ClaimError> for Reason {
    fn from(error: ClaimError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// A JSON object of strings.
pub(super) fn attributes(json: &str) -> Result<Attributes, Reason> {
    serde_json::from_str(json).map_err(|error| {
        let wanted = "a JSON object of strings, such as {\"displayName\":\"Ana\"}";
        let message = match no_string(json) {
            Some((name, found)) => {
                format!("attributes: {name:?} is {found}, but must be a string ({wanted} is expected)")
            }
            None => format!("attributes: {} ({wanted} is expected)", json_reason(&error)),
        };
        Reason::new("INVALID_ATTRIBUTES", message)
    })
}

/// The first attribute that is no string, and what it is.
fn no_string(json: &str) -> Option<(String, &'static str)> {
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).ok()?;
    members.into_iter().find_map(|(name, value)| {
        let found = match value {
            serde_json::Value::String(_) => return None,
            serde_json::Value::Bool(_) => "a boolean",
            serde_json::Value::Number(_) => "a number",
            serde_json::Value::Null => "null",
            serde_json::Value::Array(_) => "an array",
            serde_json::Value::Object(_) => "an object",
        };
        Some((name, found))
    })
}

/// Capabilities in a JSON list, or with commas or white space between them.
pub(super) fn capabilities(text: &str) -> Result<Capabilities, Reason> {
    let words: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).map_err(|error| {
            Reason::new("INVALID_CAPABILITY", format!("capabilities: {}", json_reason(&error)))
        })?
    } else {
        let words = text.split([',', ' ', ';', '|', '\t']).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    Ok(words.iter().map(|word| values::capability(word)).collect::<Result<_, ClaimError>>()?)
}

/// Minutes, as the API has them, or a number with a unit.
pub(super) fn duration(text: &str) -> Result<ParticipantDuration, Reason> {
    let invalid = |message| Reason::new("INVALID_DURATION", format!("duration: {message}"));
    let duration = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.parse::<u64>().ok().and_then(|minutes| minutes.checked_mul(60));
        let duration = Duration::from_secs(seconds.unwrap_or(u64::MAX));
        if ParticipantDuration::try_from(duration).is_err()
            && let Some(seconds) = values::milliseconds(text)
        {
            return Err(invalid(format!(
                "{text} minutes are too long, and look like milliseconds: write {seconds}s"
            )));
        }
        duration
    } else {
        values::duration(text).map_err(invalid)?
    };
    Ok(ParticipantDuration::try_from(duration)?)
}

/// What the JSON parser says, without the line: a row has only one.
pub(super) fn json_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) if error.column() > 0 => format!("{reason} at column {}", error.column()),
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_minutes_unless_they_say_otherwise() {
        for (text, secs) in [("15", 900), ("90s", 90), ("20160", 1_209_600)] {
            assert_eq!(duration(text).map(ParticipantDuration::as_secs), Ok(secs));
        }
        for text in
            ["0", "20161", "18446744073709551615", "99999999999999999999", "1.5", "-1", "soon", "15e1"]
        {
            assert_eq!(duration(text).unwrap_err().code, "INVALID_DURATION", "{text}");
        }
        assert_eq!(
            duration("900000").unwrap_err().message,
            "duration: 900000 minutes are too long, and look like milliseconds: write 900s"
        );
    }

    #[test]
    fn capabilities_in_any_notation() {
        for text in
            ["PUBLISH,SUBSCRIBE", "subscribe publish", r#"["PUBLISH", "SUBSCRIBE"]"#, " PUBLISH | SUBSCRIBE "]
        {
            assert_eq!(capabilities(text), Ok(Capabilities::ALL), "{text}");
        }
        assert_eq!(capabilities("[]"), Ok(Capabilities::NONE));
        assert_eq!(capabilities("WATCH").unwrap_err().code, "INVALID_CAPABILITY");
        assert_eq!(capabilities("[1]").unwrap_err().code, "INVALID_CAPABILITY");
    }

    #[test]
    fn attributes_are_an_object_of_strings() {
        assert_eq!(attributes(r#"{"a":"b"}"#).unwrap().get("a"), Some("b"));
        for text in
            ["", "a=b", "[]", r#"{"a":1}"#, r#"{"a":"b"} x"#, &format!(r#"{{"a":"{}"}}"#, "x".repeat(1024))]
        {
            assert_eq!(attributes(text).unwrap_err().code, "INVALID_ATTRIBUTES", "{text}");
        }
    }
}
