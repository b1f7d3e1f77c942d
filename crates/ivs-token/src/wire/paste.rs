//! What users paste around a token.

use std::borrow::Cow;

use serde::Deserialize;

/// A token freed from what stood around it.
pub(crate) struct Pasted<'a> {
    pub(crate) token: Cow<'a, str>,
    /// What stood around it, in words.
    pub(crate) notes: Vec<&'static str>,
}

const SPACE_AROUND: &str = "white space stands around the token: remove it";
const SPACE_WITHIN: &str = "there is white space or a line break within the token: remove it";
const OTHER_TEXT: &str = "other text stands around the token: leave only what begins with eyJ";

/// Takes a token out of what it was pasted with: quotes, `Bearer`, a URL, the answer of the API, line breaks.
pub(crate) fn clean(text: &str) -> Pasted<'_> {
    let mut notes = Vec::new();
    let mut token = strip(text, str::trim, SPACE_AROUND, &mut notes);
    if token.starts_with('{')
        && let Some(inner) = in_json(token)
    {
        notes.push("this is JSON such as the API answers: the token is the member `token` in it");
        return Pasted { token: Cow::Owned(inner), notes };
    }
    token = strip(token, unquote, "the token stands in quotes: remove them", &mut notes);
    token = strip(token, unbear, "the word Bearer comes before the token: remove it", &mut notes);
    token =
        strip(token, unbytes, "this is how Python prints bytes: decode them, and give the text", &mut notes);
    token = strip(token, query, "this is a URL: the token is its query parameter `token`", &mut notes);
    token = strip(token, embedded, OTHER_TEXT, &mut notes);
    if token.contains(char::is_whitespace) && token.contains('.') {
        notes.push(SPACE_WITHIN);
        return Pasted { token: Cow::Owned(token.split_whitespace().collect()), notes };
    }
    Pasted { token: Cow::Borrowed(token), notes }
}

/// What stands around a token that is whole otherwise, in words. White space, and a character or two, are told more exactly by
/// the faults of the parts.
pub(crate) fn around(text: &str) -> Option<&'static str> {
    let pasted = clean(text);
    let is_token = pasted.token.split('.').count() == 3 && pasted.token.len() + 2 <= text.trim().len();
    let is_a_trifle = text.trim().len() < pasted.token.len() + 4;
    let note = pasted.notes.into_iter().find(|note| *note != SPACE_AROUND && *note != SPACE_WITHIN)?;
    (is_token && !(note == OTHER_TEXT && is_a_trifle)).then_some(note)
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

fn unbytes(text: &str) -> &str {
    text.strip_prefix('b')
        .map_or(text, |rest| if unquote(rest).len() == rest.len() { text } else { unquote(rest) })
}

/// AWS's own sample has the URL `x.m3u8?token.m3u8?token=..`: a `?` may come again.
fn query(text: &str) -> &str {
    let Some((_, query)) = text.split_once('?').filter(|(base, _)| base.contains("://")) else { return text };
    let query = query.split('#').next().unwrap_or(query);
    query.split(['&', '?']).find_map(|pair| pair.strip_prefix("token=")).unwrap_or(text)
}

/// The first whole token within other text, such as a line of a log, a command or a cookie.
fn embedded(text: &str) -> &str {
    const START: &str = "eyJ";
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    // The characters of a part, and what follows them.
    let part = |text: &str| text.bytes().take_while(is_base64url).count();
    let mut from = 0;
    while let Some(at) = text[from..].find(START) {
        let start = from + at;
        let header = part(&text[start..]);
        // No part is looked at twice.
        from = start + header;
        let Some(rest) = text[from..].strip_prefix('.') else { continue };
        let payload = part(rest);
        let Some(rest) = rest[payload..].strip_prefix('.') else { continue };
        let signature = part(rest);
        let after = &rest[signature..];
        let is_broken_off = after.bytes().all(|byte| is_base64url(&byte) || byte.is_ascii_whitespace());
        // Four parts are no token, and so no three of them are.
        let goes_back =
            text[..start].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if goes_back
            || signature < SHORTEST_SIGNATURE
            || (start == 0 && is_broken_off)
            || after.starts_with(['.', '=', '+', '/', '%'])
        {
            continue;
        }
        // Of two tokens it is not said which is meant.
        let is_one = !after.contains(START) || embedded(after).len() == after.len();
        return if is_one { &text[start..text.len() - after.len()] } else { text };
    }
    text
}

/// The characters of the signature of a whole token: 96 bytes. A shorter one may go on behind a line break.
const SHORTEST_SIGNATURE: usize = 128;

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

    #[test]
    fn finds_the_token_within_other_text() {
        let token = format!("eyJh.eyJi.{}", "A".repeat(128));
        for (text, note) in [
            (format!("INFO got token={token} for ana"), "other text"),
            (format!("curl -H 'Authorization: Bearer {token}' https://x.example/?a=b"), "other text"),
            (format!("Cookie: t={token}; Path=/"), "other text"),
            (format!("eyJ eyJh eyJh.eyJi {token}!"), "other text"),
            (format!("b'{token}'"), "Python"),
            (format!("https://x.example/x.m3u8?token.m3u8?token={token}"), "URL"),
        ] {
            let pasted = clean(&text);
            assert_eq!(pasted.token, token, "{text}");
            assert!(
                pasted.notes.iter().all(|told| told.contains(note)) && pasted.notes.len() == 1,
                "{:?}",
                pasted.notes
            );
        }
        // One that was broken into lines is put together, and not cut off.
        let (start, end) = token.split_at(100);
        assert_eq!(clean(&format!("{start}\n{end}")).token, token);
        assert_eq!(clean(&format!("{token}\nAAAA")).token, format!("{token}AAAA"));
        assert!(!clean(&"eyJ".repeat(300_000)).notes.is_empty() || clean("eyJ").notes.is_empty());
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
