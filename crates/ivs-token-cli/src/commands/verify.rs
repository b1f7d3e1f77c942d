use std::time::Duration;

use clap::{Args, ValueEnum};
use ivs_token::{
    Capability, ChannelArn, ConnectionClaims, HeaderError, Origin, StageArn, TokenKind, Verified,
    VerifiedPlayback, VerifiedToken, Verifier, VerifyError,
};
use serde::Serialize;

use crate::args::{self, AnyKid};
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::key_ring::KeyRingArgs;
use crate::keys::{self, Material};
use crate::{output, values};

/// Decides whether a participant, connection or playback token is good, and says whose it is.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// The token; `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    token: Source,

    /// The public key: PEM, DER or JWK; once for each --kid [env: IVS_TOKEN_PUBLIC_KEY, the key itself]
    #[arg(long, value_name = "FILE", help_heading = "Key")]
    public_key: Vec<Source>,

    /// The ARN of the public key, or of the playback key pair; the first --kid is that of the first --public-key, and so on
    /// [env: IVS_TOKEN_KID]. A playback token needs none
    #[arg(long, value_name = "ARN", help_heading = "Key")]
    kid: Vec<AnyKid>,

    #[command(flatten)]
    key_ring: KeyRingArgs,

    /// The kind of token to accept. By default it is participant; it is playback if every given key is a playback key, or with
    /// --channel-arn or --origin
    #[arg(long, value_name = "KIND", help_heading = "Expectations")]
    kind: Option<Kind>,

    /// The token must be for this stage [env: IVS_TOKEN_STAGE_ARN]
    #[arg(long, value_name = "ARN", help_heading = "Expectations")]
    stage_arn: Option<StageArn>,

    /// The token must grant this: PUBLISH or SUBSCRIBE; repeat it to require both
    #[arg(long, value_name = "NAME", value_parser = values::capability, value_delimiter = ',', help_heading = "Expectations")]
    capability: Vec<Capability>,

    /// The token must name this user
    #[arg(long, value_name = "TEXT", help_heading = "Expectations")]
    user_id: Option<String>,

    /// The token must be for this channel
    #[arg(long, value_name = "ARN", conflicts_with_all = PARTICIPANT_EXPECTATIONS, help_heading = "Expectations")]
    channel_arn: Option<ChannelArn>,

    /// The header `Origin` of the request for playback; without it, the request had none. It matters
    /// only for a token that strictly enforces its origins
    #[arg(long, value_name = "TEXT", conflicts_with_all = PARTICIPANT_EXPECTATIONS, help_heading = "Expectations")]
    origin: Option<String>,

    /// How far in the future the token may have been issued, such as 60s, since clocks may disagree
    #[arg(long, value_name = "DURATION", value_parser = values::duration, default_value = "60s", help_heading = "Time")]
    leeway: Duration,

    /// How long after its end a token is still accepted
    #[arg(long, value_name = "DURATION", value_parser = values::duration, default_value = "0s", help_heading = "Time")]
    expiry_leeway: Duration,
}

/// What `--kind` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Participant,
    Connection,
    Playback,
}

impl From<Kind> for TokenKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Participant => Self::Participant,
            Kind::Connection => Self::Connection,
            Kind::Playback => Self::Playback,
        }
    }
}

/// What `--json` prints of a playback token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaybackAnswer<'a> {
    #[serde(flatten)]
    good: &'a VerifiedPlayback,
    /// Whether a browser at the `--origin` that was given may play.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_allowed: Option<bool>,
}

/// What was asked for that only one kind of token can give.
pub(super) struct Wanted {
    pub(super) kind: TokenKind,
    /// What asked for it, and its verb.
    pub(super) wish: String,
    /// What to do when the token is of another kind.
    pub(super) undo: String,
}

/// What only a participant token can give.
const PARTICIPANT_EXPECTATIONS: [&str; 3] = ["stage_arn", "capability", "user_id"];

const EXAMPLES: &str = "\
The exit code is 0 if the token is valid, and 1 if it is refused. A valid token of another kind is refused with the reason WRONG_KIND: a \
connection token, which any participant may have, must not let anybody join as a participant. A refusal has the code that the official web client \
shows, such as TOKEN_EXPIRED; with --json it is {\"error\": {\"code\": .., \"reason\": .., \"message\": ..}}, and the reason names the exact fault.

A playback token does not name its key, so every given playback key is tried, and you may leave out --kid. Only a token that strictly enforces its \
origins is refused because of --origin. For any other token, the output says whether a browser at that origin may play: with --json as \
`originAllowed`, true or false.

Examples:
  ivs-token verify --public-key public.pem --kid ARN --stage-arn ARN < token
  ivs-token verify --public-key old.pem --kid OLD-ARN --public-key new.pem --kid NEW-ARN token.txt
  ivs-token verify --key-ring keys.json < token
  ivs-token verify --kind connection --public-key public.pem --kid ARN < connection-token
  ivs-token verify --key-ring keys/ --account 123456789012 --region us-west-2 < token
  ivs-token verify --public-key public.pem --kid ARN --json < token | jq .userId
  ivs-token verify --public-key playback-public.pem --channel-arn ARN \\
    --origin https://example.com < playback-token";

/// More than the library reads of a token, so that it is the one to say that a token is too long.
const MAX_TEXT: usize = 1 << 20;

pub(crate) fn run(args: &VerifyArgs, json: bool) -> Result<(), Failure> {
    check_stdin(args)?;
    let wanted = args.wanted()?;
    let (verifier, token) = if args.has_no_kid()? {
        let token = read_token(&args.token)?;
        (verifier(args, channel_without_kid(&token).as_ref())?, token)
    } else {
        (verifier(args, None)?, read_token(&args.token)?)
    };
    let refused = |error: &VerifyError| refused_as(error, &token, wanted.as_ref());
    let kind = match &wanted {
        Some(wanted) => wanted.kind,
        None => args.kind_of(&token)?,
    };
    match kind {
        TokenKind::Connection => {
            let good = verifier.verify_connection(&token).map_err(|error| refused(&error))?;
            if json { output::json(&good) } else { output::line(&describe_connection(&good)) }
        }
        TokenKind::Playback => {
            let origin = args.origin.as_deref();
            let good = match &args.channel_arn {
                Some(channel) => verifier.verify_playback_of(&token, channel, origin),
                None => verifier.verify_playback(&token, origin),
            };
            let good = good.map_err(|error| refused(&error))?;
            if !json {
                return output::line(&describe_playback(&good, origin));
            }
            let origin_allowed = origin.map(|origin| good.allows_origin(Some(origin)));
            output::json(&PlaybackAnswer { good: &good, origin_allowed })
        }
        _ => {
            let who = verifier.verify(&token).map_err(|error| refused(&error))?;
            if json { output::json(&who) } else { output::line(&describe(&who)) }
        }
    }
}

impl VerifyArgs {
    /// Whether public keys are given, and no ARN at all.
    fn has_no_kid(&self) -> Result<bool, Failure> {
        let has_key = !self.public_key.is_empty() || input::variable(keys::PUBLIC_KEY).is_some();
        Ok(has_key
            && !self.key_ring.is_given()
            && self.kid.is_empty()
            && args::kid_variable::<AnyKid>()?.is_none())
    }

    /// The kind that was asked for, if one was.
    fn wanted(&self) -> Result<Option<Wanted>, Failure> {
        let flags = |kind, flags: &[(&str, bool)]| {
            let given: Vec<&str> =
                flags.iter().filter_map(|(flag, is_given)| is_given.then_some(*flag)).collect();
            let wish = format!("{} {}", given.join(" and "), if given.len() == 1 { "is" } else { "are" });
            let undo = if given.len() == 1 { "leave it out" } else { "leave them out" };
            (!given.is_empty()).then(|| Wanted {
                kind,
                wish,
                undo: format!("{undo}, or give the right token"),
            })
        };
        let playback = flags(
            TokenKind::Playback,
            &[("--channel-arn", self.channel_arn.is_some()), ("--origin", self.origin.is_some())],
        );
        let participant = flags(
            TokenKind::Participant,
            &[
                ("--stage-arn", self.stage_arn.is_some()),
                ("--capability", !self.capability.is_empty()),
                ("--user-id", self.user_id.is_some()),
            ],
        );
        let by_flags = playback.or(participant);
        if let Some(kind) = self.kind {
            let wanted = Wanted {
                kind: kind.into(),
                wish: format!("--kind {} is", name(kind.into()).unwrap_or_default()),
                undo: "give the kind that you want, or the right token".to_owned(),
            };
            return match by_flags {
                Some(flags) if flags.kind != wanted.kind => {
                    let (one, other) = (flags.wish, name(flags.kind).unwrap_or_default());
                    Err(Failure::misuse(format!("{one} for {other} tokens, and {} not", wanted.wish)))
                }
                _ => Ok(Some(wanted)),
            };
        }
        if by_flags.is_some() {
            return Ok(by_flags);
        }
        Ok(args::stage_arn_variable()?.map(|_| Wanted {
            kind: TokenKind::Participant,
            wish: format!("the variable {} is", args::STAGE_ARN),
            undo: "unset it for this token".to_owned(),
        }))
    }
}

impl VerifyArgs {
    /// The kind of a token that nothing was said about. It looks like it, and that only decides which rules it has to keep: whoever has
    /// a connection token must not pass for a participant.
    fn kind_of(&self, token: &str) -> Result<TokenKind, Failure> {
        let found = ivs_token::inspect(token).kind;
        let is_accepted = match found {
            TokenKind::Connection => false,
            // Without a playback key it is refused anyway, and that says more.
            TokenKind::Playback => !self.has_keys_of_both_kinds()?,
            _ => true,
        };
        if is_accepted {
            return Ok(found);
        }
        let kind = name(found).unwrap_or_default();
        let wanted = Wanted {
            kind: TokenKind::Participant,
            wish: "without --kind the command is".to_owned(),
            undo: format!("give --kind {kind} to accept it"),
        };
        let error = VerifyError::WrongKind { expected: wanted.kind, found };
        Err(refused_as(&error, token, Some(&wanted)))
    }

    /// Whether keys are given for participants, and for playback as well.
    fn has_keys_of_both_kinds(&self) -> Result<bool, Failure> {
        if self.key_ring.is_given() {
            return Ok(self.key_ring.is_of_both_kinds());
        }
        let kids = match self.kid.as_slice() {
            [] => args::kid_variable()?.into_iter().collect(),
            kids => kids.to_vec(),
        };
        let playback = kids.iter().filter(|kid| matches!(kid, AnyKid::Playback(_))).count();
        Ok(playback > 0 && playback < kids.len())
    }
}

/// With a channel, the keys are playback keys without an ARN.
fn verifier(args: &VerifyArgs, channel: Option<&ChannelArn>) -> Result<Verifier, Failure> {
    // For one token, preparing a key would take longer than it saves.
    let mut builder =
        Verifier::builder().prepared_limit(0).issued_at_leeway(args.leeway).expiry_leeway(args.expiry_leeway);
    let rings = args.key_ring.read()?;
    if let Some(ring) = &rings.public {
        builder = builder.key_ring(ring);
    }
    if let Some(ring) = &rings.playback {
        builder = builder.playback_key_ring(ring);
    }
    if let Some(channel) = channel {
        for material in materials(args)? {
            builder = builder.playback_key_without_arn(channel, material.public_or_ring()?);
        }
    } else if rings.is_none() {
        for (kid, material) in held_keys(args)? {
            let key = material.public_or_ring()?;
            builder = match kid {
                AnyKid::Public(arn) => builder.key(arn, key),
                AnyKid::Playback(arn) => builder.playback_key(arn, key),
            };
        }
    }
    let stage = match &args.stage_arn {
        Some(arn) => Some(arn.clone()),
        None => args::stage_arn_variable()?,
    };
    if let Some(stage) = stage {
        builder = builder.stage(&stage);
    }
    for capability in &args.capability {
        builder = builder.capability(*capability);
    }
    if let Some(user_id) = &args.user_id {
        builder = builder.user_id(user_id);
    }
    builder.build().map_err(|error| Failure::misuse(error.to_string()))
}

/// Each public key with its ARN; a variable stands in where there is no flag at all.
fn held_keys(args: &VerifyArgs) -> Result<Vec<(AnyKid, Material)>, Failure> {
    let kids = match args.kid.as_slice() {
        [] => args::kid_variable()?.into_iter().collect(),
        kids => kids.to_vec(),
    };
    let materials = materials(args)?;
    if materials.len() != kids.len() {
        return Err(Failure::misuse(format!(
            "{} and {} were given: give a --kid (or IVS_TOKEN_KID) for each --public-key, in the same order{}",
            output::count(materials.len(), "public key"),
            output::count(kids.len(), "key ARN"),
            if kids.is_empty() { "; only a playback token is verified without one" } else { "" },
        )));
    }
    Ok(kids.into_iter().zip(materials).collect())
}

/// The public keys, of which there is at least one.
fn materials(args: &VerifyArgs) -> Result<Vec<Material>, Failure> {
    let from_variable =
        args.public_key.is_empty().then(|| Material::from_variable(keys::PUBLIC_KEY)).flatten();
    let mut materials: Vec<Material> = from_variable.into_iter().collect();
    for source in &args.public_key {
        materials.push(Material::from_source(source)?);
    }
    if materials.is_empty() {
        return Err(Failure::misuse(format!(
            "there is no public key: give --public-key FILE, the key itself in {}, or --key-ring PATH",
            keys::PUBLIC_KEY
        )));
    }
    Ok(materials)
}

fn check_stdin(args: &VerifyArgs) -> Result<(), Failure> {
    let mut sources = vec![("the token", Some(&args.token))];
    sources.extend(args.key_ring.sources());
    sources.extend(args.public_key.iter().map(|source| ("--public-key", Some(source))));
    input::one_stdin(&sources)
}

/// The channel whose account and region the keys are of, for a playback token. The signature, checked later, shows
/// whether they are.
fn channel_without_kid(token: &str) -> Option<ChannelArn> {
    let inspection = ivs_token::inspect(token);
    if inspection.kind != TokenKind::Playback {
        return None;
    }
    let claim = inspection.claims.iter().find(|claim| claim.name == "aws:channel-arn")?;
    serde_json::from_str(&claim.value).ok()
}

/// One token, without the line break that ends a file.
pub(super) fn read_token(source: &Source) -> Result<String, Failure> {
    let text = source.read("a token", MAX_TEXT)?;
    let text = String::from_utf8_lossy(&text);
    let token = text.trim_end_matches(['\n', '\r']);
    match token.lines().filter(|line| !line.trim().is_empty()).count() {
        0 | 1 => Ok(token.to_owned()),
        lines => Err(Failure::failed(format!(
            "{source}: there are {lines} lines, and exactly one token is wanted: give one at a time, without a line break \
             in it (`ivs-token inspect` says more of such a text)"
        ))),
    }
}

/// As [`refused`], and a token of another kind than the one that was asked for is told that first.
pub(super) fn refused_as(error: &VerifyError, token: &str, wanted: Option<&Wanted>) -> Failure {
    let Some(wanted) = wanted else { return refused(error) };
    // Faults that come of the wrong kind. Any other is told as it is, for the token may have it as the right kind too.
    let by_kind = matches!(
        error,
        VerifyError::WrongKind { .. }
            | VerifyError::NoKeyMatches { .. }
            | VerifyError::Header(HeaderError::KeyIdMissing | HeaderError::KeyId(_))
    );
    let (found, expected) = (ivs_token::inspect(token).kind, wanted.kind);
    match (name(found), name(expected)) {
        (Some(is), Some(wants)) if by_kind && is != wants => {
            let error = VerifyError::WrongKind { expected, found };
            Failure::Refused {
                code: error.code(),
                reason: error.reason(),
                message: format!(
                    "this looks like a {is} token, and {} for {wants} tokens: {}",
                    wanted.wish, wanted.undo
                ),
            }
        }
        _ => refused(error),
    }
}

/// What a kind is called that can be verified here.
fn name(kind: TokenKind) -> Option<&'static str> {
    match kind {
        TokenKind::Participant => Some("participant"),
        TokenKind::Connection => Some("connection"),
        TokenKind::Playback => Some("playback"),
        _ => None,
    }
}

pub(super) fn refused(error: &VerifyError) -> Failure {
    let mut message = match error {
        VerifyError::NoKeyMatches { tried: 0 } => {
            let without = match input::variable(args::KID) {
                Some(_) => {
                    format!("and unset {}, which names a key of stages, or give --kid with", args::KID)
                }
                None => "without --kid or with".to_owned(),
            };
            format!(
                "this looks like a playback token, and no playback key was given: give its public half with --public-key, \
                 {without} its ARN, such as arn:aws:ivs:us-west-2:123456789012:playback-key/abcd; or many with \
                 --playback-key-ring"
            )
        }
        error => error.to_string(),
    };
    // It may be a good token with something around it, and that is for `inspect` to find out.
    if matches!(error, VerifyError::Malformed(_)) {
        message.push_str(" (`ivs-token inspect` says more of such a text)");
    }
    Failure::Refused { code: error.code(), reason: error.reason(), message }
}

fn describe_connection(verified: &Verified<ConnectionClaims>) -> String {
    let rows = [
        ("token ID", verified.token_id().to_string()),
        ("account", verified.account_id().to_owned()),
        ("region", verified.region().to_owned()),
        ("issued", verified.issued_at().to_string()),
        ("expires", verified.expires_at().to_string()),
        ("key", verified.key_id().to_string()),
    ];
    format!("The connection token is good.\n\n{}", output::table(&rows))
}

const NO_ARN: &str = "the public key that was given, without its ARN";

/// What may be watched and by whom, in words. What the application chose is quoted and escaped.
fn describe_playback(verified: &VerifiedPlayback, origin: Option<&str>) -> String {
    let mut rows = vec![("channel", verified.channel_arn().to_string())];
    if let Some(viewer_id) = verified.viewer_id() {
        rows.push(("viewer ID", format!("{:?}", viewer_id.as_str())));
        rows.push(("session version", verified.viewer_session_version().to_string()));
    }
    if let Some(uuid) = verified.single_use_uuid() {
        rows.push(("good once as", uuid.to_string()));
    }
    if let Some(resolution) = verified.maximum_resolution() {
        rows.push(("resolution", format!("at most {resolution}")));
    }
    let origins = match verified.origins() {
        [] => "any".to_owned(),
        origins => origins.iter().map(Origin::to_string).collect::<Vec<_>>().join(", "),
    };
    let strictly = if verified.strict_origin_enforcement() { ", enforced strictly" } else { "" };
    rows.push(("origins", origins + strictly));
    if let Some(origin) = origin {
        let allowed =
            if verified.allows_origin(Some(origin)) { "allowed" } else { "not allowed in a browser" };
        rows.push(("this origin", format!("{origin:?}: {allowed}")));
    }
    rows.push(("expires", verified.expires_at().to_string()));
    let key = verified.key_id();
    rows.push(("key", if key.is_placeholder() { NO_ARN.to_owned() } else { key.to_string() }));
    format!("The playback token is good.\n\n{}", output::table(&rows))
}

/// Who it is, in words. What the participant chose is quoted and escaped.
fn describe(who: &VerifiedToken) -> String {
    let user = who.user_id().map_or_else(|| "(none)".to_owned(), |user_id| format!("{user_id:?}"));
    let mut rows = vec![
        ("user ID", user),
        ("participant ID", who.participant_id().to_string()),
        ("stage", who.stage_arn().to_string()),
        ("capabilities", who.capabilities().to_string()),
    ];
    for (name, value) in who.attributes().iter() {
        rows.push(("attribute", format!("{name:?} = {value:?}")));
    }
    rows.push(("issued", who.issued_at().to_string()));
    rows.push(("expires", who.expires_at().to_string()));
    rows.push(("key", who.key_id().to_string()));
    format!("The token is good.\n\n{}", output::table(&rows))
}
