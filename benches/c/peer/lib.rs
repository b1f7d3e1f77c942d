//! The same calls in Rust, for `benches/c/bench.c`. What is called in a loop there does what a program in Rust would do.

use std::ffi::{c_char, c_int};
use std::sync::OnceLock;

use ivs_token::{Participant, PublicKeyArn, SigningKey, Stage, Verifier};

struct World {
    key: SigningKey,
    participant: Participant,
    verifier: Verifier,
}

static WORLD: OnceLock<World> = OnceLock::new();

/// Parses the key and makes the verifier; 1 when it went well.
///
/// # Safety
///
/// `pem_len` bytes can be read at `pem`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn peer_setup(pem: *const c_char, pem_len: usize) -> c_int {
    // SAFETY: as the caller promises.
    let pem = unsafe { std::slice::from_raw_parts(pem.cast::<u8>(), pem_len) };
    c_int::from(world(pem).is_ok_and(|world| WORLD.set(world).is_ok()))
}

/// Mints a token; 1 when it went well.
#[unsafe(no_mangle)]
pub extern "C" fn peer_mint() -> c_int {
    let minted = WORLD.get().and_then(|world| world.participant.mint_text(&world.key).ok());
    c_int::from(minted.is_some())
}

/// Verifies a token; 1 when it went well.
///
/// # Safety
///
/// `token_len` bytes can be read at `token`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn peer_verify(token: *const c_char, token_len: usize) -> c_int {
    // SAFETY: as the caller promises.
    let token = unsafe { std::slice::from_raw_parts(token.cast::<u8>(), token_len) };
    let verified = std::str::from_utf8(token).ok().and_then(|token| WORLD.get()?.verifier.verify(token).ok());
    c_int::from(verified.is_some())
}

fn world(pem: &[u8]) -> Result<World, Box<dyn std::error::Error>> {
    let kid: PublicKeyArn =
        "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a".parse()?;
    let arn = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse()?;
    let stage = Stage::new(arn, "https://453fdfd2ad24df.global-bm.whip.live-video.net")?;
    let key = SigningKey::from_pem(pem)?.with_id(kid.clone());
    let participant = stage.participant().user_id("ana").attribute("displayName", "Ana");
    Ok(World {
        participant: participant.attribute("seat", "12").attribute("team", "blue"),
        verifier: Verifier::builder().key(kid, key.verifying_key().clone()).build()?,
        key,
    })
}
