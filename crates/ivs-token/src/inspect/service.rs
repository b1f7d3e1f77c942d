//! The words in which the service, its web client and its players refuse a token.

/// What a user may have pasted instead of a token, and what it means.
const WORDS: &[(&str, &str)] = &[
    (
        "TOKEN_MALFORMED",
        "the client could not read the token: it was cut off, altered, or something stands around it",
    ),
    (
        "TOKEN_EXCHANGE_REQUEST_INVALID",
        "the service did not take the new token in exchange for the old one: stage, participant ID, endpoints and version must \
         be those of the old token, and both must be signed with a key pair",
    ),
    (
        "TOKEN_INVALID_SIGNATURE",
        "the signature is not that of the key that `kid` names: import the public key of the key that signs",
    ),
    ("TOKEN_INVALID", "the token breaks a rule, or its key was deleted: inspect the token itself"),
    (
        "TOKEN_EXPIRED",
        "the token has ended, or the clock of the machine that minted it is wrong: mint a new one",
    ),
    ("TOKEN_MISSING", "the client sent no token: look at what it was given to join with"),
    (
        "TOKEN_REUSED",
        "somebody joined with the same token a second time: mint one token for each participant",
    ),
    (
        "PARTICIPANT_DISCONNECTED",
        "the participant was disconnected for good: mint a token with another participant ID",
    ),
    ("STAGE_DELETED", "the stage was deleted: none of its tokens is good any more"),
    (
        "INSUFFICIENT_CAPABILITIES",
        "the token does not grant what the client tried: mint one with PUBLISH or SUBSCRIBE",
    ),
    (
        "invalid_playback_auth_token",
        "the playback token was refused: it has ended, it is for another channel or origin, it was used before, or its key pair \
         was deleted",
    ),
    ("Join auth error", "the token was refused when the participant joined: inspect the token itself"),
];

/// What a text means that holds no token, but a word that the service says.
pub(super) fn meaning(text: &str) -> Option<String> {
    // A token has no such word, and a longer text is no message.
    if text.len() > 4096 || text.starts_with("eyJ") {
        return None;
    }
    WORDS.iter().find(|(word, _)| text.contains(word)).map(|(word, meaning)| {
        format!("this is not a token, but what the service or its client says: {word} means that {meaning}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_known_wherever_it_stands() {
        for (word, meaning_of_it) in WORDS {
            for text in [
                (*word).to_owned(),
                format!("Error: code {word} (1027)"),
                format!(r#"[{{"error_code":"{word}"}}]"#),
            ] {
                assert!(meaning(&text).unwrap().ends_with(meaning_of_it), "{text}");
            }
        }
        for text in ["", "eyJ.TOKEN_INVALID.", "nothing", &format!("TOKEN_INVALID{}", "x".repeat(5000))] {
            assert_eq!(meaning(text), None);
        }
    }
}
