//! Everything at work in one go, for somebody who sees it for the first time.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use ivs_token::es384::{BACKEND, Path};
use ivs_token::{
    Inspection, SigningKey, Stage, StageArn, Timestamp, Token, VerifiedToken, Verifier, VerifyError,
};
use serde::Serialize;

use super::key;
use crate::failure::Failure;
use crate::output;

pub(super) const KID: &str =
    "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
pub(super) const STAGE: &str = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
const OTHER_STAGE: &str = "arn:aws:ivs:us-west-2:123456789012:stage/aDiFfErEnTOnE";
pub(super) const WHIP_URL: &str = "https://453fdfd2ad24df.global-bm.whip.live-video.net";

/// How often minting and verifying are measured.
const ROUNDS: usize = 300;

pub(crate) fn run(json: bool) -> Result<(), Failure> {
    let demo = Demo::play().map_err(|error| Failure::failed(error.to_string()))?;
    if json { output::json(&demo) } else { output::line(&demo.to_string()) }
}

/// What happened.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Demo {
    #[serde(rename = "fingerprintSha256")]
    fingerprint: String,
    participant_token: Token,
    inspection: Inspection,
    verified: VerifiedToken,
    refusals: Vec<Refusal>,
    mint_micros: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    accelerated_mint_micros: Option<f64>,
    verify_micros: f64,
    backend: &'static str,
    /// What the engine calculates with on this processor, where it is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    arithmetic: Option<&'static str>,
}

/// A token that is not good, and what the verifier says of it.
#[derive(Serialize)]
struct Refusal {
    token: &'static str,
    code: &'static str,
    message: String,
}

impl Demo {
    fn play() -> Result<Self, Box<dyn Error>> {
        let key = SigningKey::generate()?.with_id(KID.parse()?);
        let stage = Stage::new(STAGE.parse()?, WHIP_URL)?;
        let participant = |stage: &Stage| {
            let minutes = Duration::from_secs(15 * 60);
            stage.participant().user_id("ana").attribute("displayName", "Ana").duration(minutes)
        };
        let token = participant(&stage).mint(&key)?;

        let public_key = key.verifying_key().clone();
        let verifier = Verifier::builder().key(KID.parse()?, public_key).stage(stage.arn()).build()?;
        let who = verifier.verify(token.as_str())?;

        let an_hour_ago = Timestamp::from_secs(Timestamp::now().as_secs() - 3600).unwrap_or(Timestamp::MIN);
        let expired = participant(&stage).mint_at(&key, an_hour_ago)?;
        let other_stage = Stage::new(OTHER_STAGE.parse::<StageArn>()?, WHIP_URL)?;
        let elsewhere = participant(&other_stage).mint(&key)?;
        let refusals = [
            ("tampered with", verifier.verify(&tampered(token.as_str()))),
            ("expired", verifier.verify(expired.as_str())),
            ("for another stage", verifier.verify(elsewhere.as_str())),
        ];

        Ok(Self {
            fingerprint: key::fingerprint(key.verifying_key()),
            inspection: ivs_token::inspect(token.as_str()),
            verified: who,
            refusals: refusals.into_iter().map(Refusal::of).collect::<Result<_, _>>()?,
            mint_micros: median_micros(|| participant(&stage).mint(&key).map(drop))?,
            verify_micros: median_micros(|| verifier.verify(token.as_str()).map(drop))?,
            accelerated_mint_micros: accelerated_micros(&key, || participant(&stage).mint(&key).map(drop))?,
            participant_token: token,
            backend: BACKEND,
            arithmetic: (verifier.prepared_keys() > 0).then(arithmetic),
        })
    }
}

impl Refusal {
    fn of((token, answer): (&'static str, Result<VerifiedToken, VerifyError>)) -> Result<Self, String> {
        match answer {
            Err(error) => Ok(Self { token, code: error.code(), message: error.to_string() }),
            Ok(_) => Err(format!("a token that is {token} was accepted: do not use this program")),
        }
    }
}

impl fmt::Display for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "1. A new P-384 key (`ivs-token key generate`), whose public half IVS would have to know."
        )?;
        writeln!(f, "   SHA-256 of the public key: {}...\n", &self.fingerprint[..23])?;

        writeln!(
            f,
            "2. A token for \"ana\", for 15 minutes on an example stage, minted here without an API call:"
        )?;
        writeln!(f, "{}\n", self.participant_token.as_str())?;

        writeln!(f, "3. The same, decoded and not yet believed:")?;
        for line in self.inspection.to_string().lines().filter(|line| !line.is_empty()) {
            writeln!(f, "   {line}")?;
        }

        writeln!(f, "\n4. Verified with the public key alone:")?;
        let who = &self.verified;
        let user_id = who.user_id().unwrap_or("nobody");
        writeln!(f, "   It is {user_id}, who may {} until {}.\n", who.capabilities(), who.expires_at())?;

        writeln!(f, "5. And what is refused:")?;
        for Refusal { token, code, message } in &self.refusals {
            writeln!(f, "   A token that is {token}: {code}\n     {message}")?;
        }

        let Self { mint_micros, verify_micros, backend, arithmetic, .. } = self;
        writeln!(f, "\n6. How long it takes on this machine, one thread: the median of {ROUNDS} rounds")?;
        writeln!(f, "   one mint           {mint_micros:>8.1} µs, signed by {backend}")?;
        let by_engine = arithmetic.map(|arithmetic| format!("the engine, with {arithmetic}"));
        if let (Some(micros), Some(engine)) = (self.accelerated_mint_micros, &by_engine) {
            writeln!(
                f,
                "   one mint           {micros:>8.1} µs, signed by {engine}, which is your choice (`accelerate`)"
            )?;
        }
        writeln!(
            f,
            "   one verification   {verify_micros:>8.1} µs, by {}",
            by_engine.as_deref().unwrap_or(backend)
        )?;
        write!(
            f,
            "   Figures depend on the processor: the engine is fastest with AVX-512 IFMA, then with AVX2."
        )
    }
}

/// What the engine calculates with on this processor, in words.
pub(super) fn arithmetic() -> &'static str {
    match format!("{:?}", Path::best()).as_str() {
        "Ifma" => "AVX-512 IFMA",
        "Avx2" => "AVX2",
        "Neon" => "NEON",
        _ => "words of 64 bits",
    }
}

/// The token with one character of its payload changed.
fn tampered(token: &str) -> String {
    let at = token.find('.').map_or(0, |dot| dot + 20);
    let other = if token[at..].starts_with('A') { "B" } else { "A" };
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}

/// What one call takes once the key is accelerated; none where that does nothing.
fn accelerated_micros<E>(key: &SigningKey, call: impl FnMut() -> Result<(), E>) -> Result<Option<f64>, E> {
    key.accelerate();
    key.is_accelerated().then(|| median_micros(call)).transpose()
}

/// What one call takes, in microseconds: the median of many.
fn median_micros<E>(mut call: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        call()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok((times[ROUNDS / 2].as_secs_f64() * 10_000_000.0).round() / 10.0)
}
