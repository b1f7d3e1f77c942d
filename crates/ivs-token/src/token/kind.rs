use crate::value::token_kind::TokenKind;

/// What the names of its claims make of a token; none of ours when it has none that ours have.
pub(crate) fn kind_of<'n>(claims: impl Iterator<Item = &'n str>) -> Option<TokenKind> {
    let (mut participant, mut connection, mut resource) = (false, false, false);
    for claim in claims {
        match claim {
            claim if claim.starts_with("aws:") => return Some(TokenKind::Playback),
            "resource" => resource = true,
            "topic" | "whip_url" | "capabilities" => participant = true,
            "account_id" => connection = true,
            _ => {}
        }
    }
    if connection && !resource {
        Some(TokenKind::Connection)
    } else {
        (participant || resource).then_some(TokenKind::Participant)
    }
}
