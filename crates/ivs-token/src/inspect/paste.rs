//! What users paste around a token.

use std::borrow::Cow;

use serde::Deserialize;

/// A token freed from what stood around it.
pub(super) struct Pasted<'a> {
    pub(super) token: Cow<'a, str>,
    /// What stood around it, in words.
    pub(super) notes: Vec<&'static str>,
}

/// Takes a token out of what it was pasted with: quotes, `Bearer`, a URL, the answer of the API, line breaks.
pub(super) fn clean(text: &str) -> Pasted<'_> {
    let mut notes = Vec::new();
    let mut token = strip(text, str::trim, "white space stands around the token: remove it", &mut notes);
    if token.starts_with('{')
        && let Some(inner) = in_json(token)
    {
        notes.push("this is JSON such as the API answers: the token is the member `token` in it");
        return Pasted { token: Cow::Owned(inner), notes };
    }
    token = strip(token, unquote, "the token stands in quotes: remove them", &mut notes);
    token = strip(token, unbear, "the word Bearer stands before the token: remove it", &mut notes);
    token = strip(token, query, "this is a URL: the token is its query parameter `token`", &mut notes);
    if token.contains(char::is_whitespace) && token.contains('.') {
        notes.push("white space or a line break stands within the token: remove it");
        return Pasted { token: Cow::Owned(token.split_whitespace().collect()), notes };
    }
    Pasted { token: Cow::Borrowed(token), notes }
}

fn strip<'a>(
    text: &'a str,
    strip: fn(&'a str) -> &'a str,
    note: &'static str,
    notes: &mut Vec<&'static str>,
) -> &'a str {
    let stripped = strip(text);
    // One line break at the end is how a shell or an editor ends a file, and no mistake.
    let ending = text.strip_prefix(stripped).is_some_and(|rest| matches!(rest, "\n" | "\r\n"));
    if stripped.len() != text.len() && !ending {
        notes.push(note);
    }
    stripped
}

fn unquote(text: &str) -> &str {
    ['"', '\'', '`']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .map_or(text, str::trim)
}

fn unbear(text: &str) -> &str {
    let mut value = text;
    if let Some((word, rest)) = text.split_once(char::is_whitespace)
        && word.eq_ignore_ascii_case("authorization:")
    {
        value = rest.trim();
    }
    match value.split_once(char::is_whitespace) {
        Some((word, rest)) if word.trim_end_matches(':').eq_ignore_ascii_case("bearer") => rest.trim(),
        _ => value,
    }
}

fn query(text: &str) -> &str {
    let Some((_, query)) = text.split_once('?').filter(|(base, _)| base.contains("://")) else { return text };
    let query = query.split('#').next().unwrap_or(query);
    query.split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or(text)
}

/// `{"participantToken": {"token": ..}}`, as `CreateParticipantToken` answers; `{"participantTokens": [..]}`, as
/// `CreateStage` does; the like for tokens of other kinds; or the inner object alone.
fn in_json(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        token: Option<String>,
        #[serde(alias = "connectionToken", alias = "playbackToken")]
        participant_token: Option<Inner>,
        #[serde(default)]
        participant_tokens: Vec<Inner>,
    }
    #[derive(Deserialize)]
    struct Inner {
        token: Option<String>,
    }

    let answer: Answer = serde_json::from_str(text).ok()?;
    let inner = answer.participant_token.or(answer.participant_tokens.into_iter().next());
    answer.token.or(inner.and_then(|inner| inner.token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_token() {
        for text in [
            "a.b.c",
            "a.b.c\n",
            "a.b.c\r\n",
            "  a.b.c",
            "\"a.b.c\"",
            "'a.b.c'\n",
            "Bearer a.b.c",
            "bearer: a.b.c",
            "Authorization: Bearer a.b.c",
            "\"Bearer a.b.c\"",
            "https://x.example/y.m3u8?z=1&token=a.b.c&q#f",
            "a.\n  b.c",
            r#"{"token":"a.b.c"}"#,
            r#"{"participantToken":{"token":"a.b.c","duration":1}}"#,
            r#"{"stage":{},"participantTokens":[{"token":"a.b.c"}]}"#,
        ] {
            assert_eq!(clean(text).token, "a.b.c", "{text}");
        }
        assert!(clean("a.b.c\n").notes.is_empty());
        assert_eq!(clean(" 'a.b.c'").notes.len(), 2);
    }

    /// However often a word comes, it is looked at once: no text is long enough to use up the stack.
    #[test]
    fn takes_a_header_name_off_once() {
        assert_eq!(clean("Authorization: authorization: x").token, "authorization: x");
        assert!(!clean(&"authorization: ".repeat(1_000_000)).notes.is_empty());
    }

    #[test]
    fn leaves_the_rest_alone() {
        for text in ["", "{}", "{\"token\":1}", "hello world", "https://x.example/?q=1", "\"", "Bearer"] {
            assert_eq!(clean(text).token, text);
        }
    }
}
