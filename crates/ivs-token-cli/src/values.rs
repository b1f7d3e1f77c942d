//! What flags and rows give as text: durations, attributes, capabilities, user IDs.

use std::time::Duration;

use ivs_token::{
    Attributes, Capability, ClaimError, ConnectionDuration, MaximumResolution, ParticipantDuration,
    PlaybackDuration, UserId, Uuid,
};

use crate::failure::Failure;
use crate::output;

/// How long a token lasts: a number with a unit, whole seconds, 1 second to 14 days.
pub(crate) fn token_duration(text: &str) -> Result<ParticipantDuration, String> {
    ParticipantDuration::try_from(duration(text)?).map_err(|error| error.to_string())
}

/// The same for a connection token: 1 second to 28 days.
pub(crate) fn connection_duration(text: &str) -> Result<ConnectionDuration, String> {
    ConnectionDuration::try_from(duration(text)?).map_err(|error| error.to_string())
}

/// The same for a playback token: 1 second or more.
pub(crate) fn playback_duration(text: &str) -> Result<PlaybackDuration, String> {
    PlaybackDuration::try_from(duration(text)?).map_err(|error| error.to_string())
}

/// Any number of whole seconds, with a unit: `90s`, `15m`, `1h 30m`, `14d`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(match milliseconds(text) {
            Some(seconds) => format!("{text} has no unit, and looks like milliseconds: write {seconds}s"),
            None => format!("{text} has no unit: write {text}s, {text}m, {text}h or {text}d"),
        });
    }
    let duration = humantime::parse_duration(text).map_err(|_| {
        "this is not a duration: write a number and its unit, such as 90s, 15m, 12h, 14d or \"1h 30m\""
            .to_owned()
    })?;
    if duration.subsec_nanos() != 0 {
        return Err("tokens count in whole seconds: leave out the fraction".to_owned());
    }
    Ok(duration)
}

/// The seconds of a number that looks like milliseconds: a minute or more, and whole seconds.
pub(crate) fn milliseconds(digits: &str) -> Option<u64> {
    let number = digits.parse::<u64>().ok().filter(|number| *number >= 60_000)?;
    (number % 1000 == 0).then_some(number / 1000)
}

/// `NAME=VALUE`; the value may hold `=` and may be empty.
pub(crate) fn attribute(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        None => Err("an attribute is given as NAME=VALUE, such as displayName=Ana".to_owned()),
        Some(("", _)) => Err("the attribute has no name: give NAME=VALUE".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
    }
}

/// All attributes of the flags. One name twice is a mistake, and what looks like the shorthand of the AWS command is told.
pub(crate) fn attributes(pairs: &[(String, String)]) -> Result<Attributes, Failure> {
    for (place, (name, value)) in pairs.iter().enumerate() {
        if pairs[..place].iter().any(|(other, _)| other == name) {
            return Err(Failure::misuse(format!("--attribute {name} is given twice: keep one")));
        }
        let is_shorthand = value.split(',').skip(1).any(|part| {
            part.split_once('=')
                .is_some_and(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
        });
        if is_shorthand {
            output::word(&format!(
                "note: --attribute {name}={value} is one attribute, commas and all: repeat --attribute for each of several"
            ));
        }
    }
    Attributes::try_from_iter(pairs.iter().map(|(name, value)| (name, value)))
        .map_err(|error| Failure::misuse(format!("--attribute: {error}")))
}

/// The API's words in upper or lower case.
pub(crate) fn capability(text: &str) -> Result<Capability, ClaimError> {
    text.to_ascii_uppercase().parse().map_err(|_| ClaimError::Capability { found: text.to_owned() })
}

/// The service's words in upper or lower case, and with a hyphen too.
pub(crate) fn maximum_resolution(text: &str) -> Result<MaximumResolution, ClaimError> {
    let word = text.to_ascii_uppercase().replace('-', "_");
    word.parse().map_err(|_| ClaimError::MaximumResolution { found: text.to_owned() })
}

/// A UUID with its hyphens.
pub(crate) fn uuid(text: &str) -> Result<Uuid, ClaimError> {
    match Uuid::try_parse(text) {
        Ok(uuid) if text.len() == 36 => Ok(uuid),
        _ => Err(ClaimError::Uuid { found: text.to_owned() }),
    }
}

/// At most 128 characters.
pub(crate) fn user_id(text: &str) -> Result<UserId, ClaimError> {
    UserId::try_from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, secs) in
            [("90s", 90), ("15m", 900), ("12h", 43_200), ("14d", 1_209_600), (" 1h 30m ", 5_400)]
        {
            assert_eq!(token_duration(text).map(ParticipantDuration::as_secs), Ok(secs), "{text}");
        }
        assert_eq!(token_duration("15").unwrap_err(), "15 has no unit: write 15s, 15m, 15h or 15d");
        let error = token_duration("900000").unwrap_err();
        assert_eq!(error, "900000 has no unit, and looks like milliseconds: write 900s");
        for text in ["59000", "900001", "0", "99999999999999999999000"] {
            assert!(token_duration(text).unwrap_err().ends_with('d'), "{text}");
        }
        assert!(token_duration("0s").unwrap_err().contains("at least 1 s"));
        assert!(token_duration("14d 1s").unwrap_err().contains("at most 1209600 s"));
        assert!(token_duration("1500ms").unwrap_err().contains("whole seconds"));
        for text in ["", "m", "-5m", "5 parsecs", "soon", "99999999999999999999d"] {
            assert!(token_duration(text).unwrap_err().contains("not a duration"), "{text}");
        }
    }

    #[test]
    fn attributes_split_at_the_first_sign() {
        assert_eq!(attribute("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(attribute("a="), Ok(("a".to_owned(), String::new())));
        assert!(attribute("a").is_err());
        assert!(attribute("=b").is_err());
    }

    #[test]
    fn maximum_resolutions_in_any_case() {
        for text in ["FULL_HD", "full_hd", "Full-HD"] {
            assert_eq!(maximum_resolution(text), Ok(MaximumResolution::FullHd));
        }
        assert_eq!(maximum_resolution("4K"), Err(ClaimError::MaximumResolution { found: "4K".to_owned() }));
    }

    #[test]
    fn uuids_have_hyphens() {
        assert!(uuid("67e55044-10b1-426f-9247-BB680e5fe0c8").is_ok());
        for text in ["", "67e5504410b1426f9247bb680e5fe0c8", "{67e55044-10b1-426f-9247-bb680e5fe0c8}"] {
            assert_eq!(uuid(text), Err(ClaimError::Uuid { found: text.to_owned() }));
        }
    }

    #[test]
    fn capabilities_in_any_case() {
        assert_eq!(capability("publish"), Ok(Capability::Publish));
        assert_eq!(capability("SUBSCRIBE"), Ok(Capability::Subscribe));
        assert_eq!(capability("Watch"), Err(ClaimError::Capability { found: "Watch".to_owned() }));
    }
}
