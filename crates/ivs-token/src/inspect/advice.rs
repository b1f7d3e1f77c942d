//! What no rule forbids, and what does not do what its writer meant.

use crate::error::ArnError;
use crate::token::connection::CONNECTION_CLAIMS;
use crate::token::participant::PARTICIPANT_CLAIMS;
use crate::token::playback::PLAYBACK_CLAIMS;
use crate::value::arn::PlaybackKeyArn;
use crate::value::endpoint::{self, GLOBAL_WHIP_URL};
use crate::value::printable::shorten;
use crate::value::token_kind::TokenKind;
use crate::wire::claim_set::{ClaimSet, string};
use crate::wire::json::Members;

/// A rule, and what is to be said about it.
pub(super) enum Advice {
    /// It breaks something.
    Problem(&'static str, String),
    /// It is good to know.
    Note(&'static str, String),
}

/// All that can be said of a payload.
pub(super) fn of(kind: TokenKind, payload: &[u8], set: &ClaimSet<'_>, key_id: Option<&str>) -> Vec<Advice> {
    let mut advice = Vec::new();
    if kind == TokenKind::Participant {
        advice.extend(not_ascii(payload, set));
        advice.extend(capabilities(set));
        advice.extend(endpoints(set));
    }
    if kind == TokenKind::Playback {
        advice.extend(playback_key(key_id));
        advice.extend(session_version(set));
    }
    advice.extend(unknown(kind, set));
    advice
}

/// The web client reads the payload as Latin-1: what is not ASCII arrives garbled there.
fn not_ascii(payload: &[u8], set: &ClaimSet<'_>) -> Vec<Advice> {
    const RULE: &str = "the payload is ASCII, with `\\u` escapes for all other characters";
    if payload.is_ascii() {
        return Vec::new();
    }
    let names: Vec<&str> = set.names().collect();
    let claims =
        names.into_iter().filter(|name| !name.is_ascii() || set.raw(name).is_some_and(|raw| !raw.is_ascii()));
    claims
        .map(|claim| {
            let raw = set.raw(claim).unwrap_or_default();
            let text = string("", raw).unwrap_or_else(|_| raw.into());
            let sample = text.chars().find(|character| !character.is_ascii()).unwrap_or('é');
            let mut units = [0; 2];
            let escape: String = sample.encode_utf16(&mut units).iter().fold(String::new(), |escape, unit| format!("{escape}\\u{unit:04x}"));
            let problem = format!(
                "the claim `{}` holds raw UTF-8, which the web client reads as Latin-1 and shows garbled: write {sample} as \
                 {escape} (json.dumps of Python does, JSON.stringify does not)",
                shorten(claim)
            );
            Advice::Problem(RULE, problem)
        })
        .collect()
}

/// The members that grant something are `allow_publish` and `allow_subscribe`, and nothing else.
fn capabilities(set: &ClaimSet<'_>) -> Vec<Advice> {
    const RULE: &str = "the capabilities grant something";
    let Ok(members) = set.object("capabilities") else { return Vec::new() };
    let is_granted = |name| members.get(name) == Some("true");
    if is_granted("allow_publish") || is_granted("allow_subscribe") {
        return misspelt(members).into_iter().map(|note| Advice::Note(RULE, note)).collect();
    }
    let hint = misspelt(members).unwrap_or_default();
    let problem = format!(
        "the capabilities grant nothing: {{\"allow_publish\": true}} lets the participant publish, and \
         {{\"allow_subscribe\": true}} lets it subscribe{}{hint}",
        if hint.is_empty() { "" } else { "; " }
    );
    vec![Advice::Problem(RULE, problem)]
}

/// A member that is meant to grant something and does not.
fn misspelt(members: &Members<'_>) -> Option<String> {
    let known = ["allow_publish", "allow_subscribe"];
    let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '-'], "");
    members.iter().map(|(name, _)| name).filter(|name| !known.contains(name)).find_map(|name| {
        let meant = known
            .into_iter()
            .find(|known| plain(known).ends_with(&plain(name)) || plain(name) == plain(known))?;
        Some(format!("`{}` is not known: write `{meant}`", shorten(name)))
    })
}

/// The client appends to both as plain text.
fn endpoints(set: &ClaimSet<'_>) -> Vec<Advice> {
    const WHIP: &str = "`whip_url` ends with the host, as GetStage answers it";
    const EVENTS: &str = "`events_url` has no query";
    let mut advice = Vec::new();
    if let Ok(url) = set.string("whip_url")
        && endpoint::claimed_whip_url(&url).is_ok()
    {
        match endpoint::whip_url(&url) {
            Ok(plain) if plain == GLOBAL_WHIP_URL => {
                let note = "`whip_url` is the address for OBS and other WHIP programs, which redirects: the web client wants the \
                            `endpoints.whip` that GetStage answers for the stage";
                advice.push(Advice::Problem(WHIP, note.to_owned()));
            }
            Ok(plain) if plain == url => {}
            Ok(_) => {
                let problem =
                    "`whip_url` ends with a slash: remove it, or the client asks for `//publish/..`";
                advice.push(Advice::Problem(WHIP, problem.to_owned()));
            }
            Err(error) => advice.push(Advice::Problem(WHIP, format!("`whip_url`: {error}"))),
        }
    }
    if let Ok(url) = set.string("events_url")
        && endpoint::claimed_events_url(&url).is_ok()
        && let Err(error) = endpoint::events_url(&url)
    {
        advice.push(Advice::Problem(EVENTS, format!("`events_url`: {error}")));
    }
    advice
}

/// No `kid` is documented for playback tokens.
fn playback_key(key_id: Option<&str>) -> Option<Advice> {
    let kid = string("", key_id?).ok()?;
    matches!(PlaybackKeyArn::try_from(&*kid), Err(ArnError::NotIvs { .. })).then(|| {
        let note = "`kid` is not the ARN of a playback key pair. A playback token needs none: verifiers try the keys that they hold";
        Advice::Note("`kid` of a playback token is the ARN of a key pair or absent", note.to_owned())
    })
}

fn session_version(set: &ClaimSet<'_>) -> Option<Advice> {
    let version = "aws:viewer-session-version";
    (set.raw(version).is_some() && set.raw("aws:viewer-id").is_none()).then(|| {
        let note = format!("`{version}` does nothing without `aws:viewer-id`");
        Advice::Note("the version of a viewer's session names the viewer too", note)
    })
}

/// Claims that are not IVS's are ignored: most often a name was misspelt.
fn unknown(kind: TokenKind, set: &ClaimSet<'_>) -> Vec<Advice> {
    const RULE: &str = "every claim is one that IVS knows";
    let known: &[&str] = match kind {
        TokenKind::Participant => PARTICIPANT_CLAIMS,
        TokenKind::Connection => CONNECTION_CLAIMS,
        TokenKind::Playback => PLAYBACK_CLAIMS,
        TokenKind::ParticipantFromApi | TokenKind::Other | TokenKind::NotAToken => return Vec::new(),
    };
    // Of RFC 7519, and no mistake.
    let registered = ["iss", "sub", "aud", "nbf", "iat", "jti", "exp"];
    let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '-', ':', '.'], "");
    let names = set.names().filter(|name| !known.contains(name) && !registered.contains(name));
    names
        .map(|name| {
            let meant = known
                .iter()
                .find(|known| plain(known) == plain(name) || plain(known) == format!("aws{}", plain(name)));
            let hint = meant.map(|meant| format!(": `{meant}` is the name that counts")).unwrap_or_default();
            Advice::Note(
                RULE,
                format!("IVS does not know the claim `{}` and ignores it{hint}", shorten(name)),
            )
        })
        .collect()
}
