//! A new key takes over from an old one, and no token is refused for it.
//!
//!     cargo run -p ivs-token-examples --bin rotation -- OLD_PRIVATE_KEY_FILE OLD_ARN NEW_PRIVATE_KEY_FILE NEW_ARN STAGE_ARN
//!
//! Register the new public key with `aws ivs-realtime import-public-key` first, as IVS takes no token of a key it does not
//! know.

use std::time::Duration;

use ivs_token::{KeyRing, PublicKeyArn, SigningKey, Stage, Timestamp, Token, Verifier};

/// The longest that this server mints for: so long the old key is needed after its last token.
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [old_file, old_arn, new_file, new_arn, stage_arn] = arguments.as_slice() else {
        return Err(
            "usage: rotation OLD_PRIVATE_KEY_FILE OLD_ARN NEW_PRIVATE_KEY_FILE NEW_ARN STAGE_ARN".into()
        );
    };
    let old_arn: PublicKeyArn = old_arn.parse()?;
    let new_arn: PublicKeyArn = new_arn.parse()?;
    let stage = Stage::new(stage_arn.parse()?, "https://453fdfd2ad24df.global-bm.whip.live-video.net")?;

    // When the server starts. One ring is behind both: whoever mints asks it for the key, whoever verifies holds it.
    let ring = KeyRing::new();
    let old_key = SigningKey::from_pem(std::fs::read(old_file)?)?;
    ring.import(old_arn.clone(), old_key.verifying_key().clone())?;
    ring.sign_with(&old_arn, old_key)?;
    let verifier = Verifier::builder().key_ring(&ring).build()?;
    let before = mint(&ring, &stage)?;

    // 1. The new key is known, here and wherever tokens are verified. Nothing is signed with it yet.
    let new_key = SigningKey::from_pem(std::fs::read(new_file)?)?;
    ring.import(new_arn.clone(), new_key.verifying_key().clone())?;

    // 2. It signs. The old one verifies until the last of its tokens has expired.
    let until = Timestamp::now().saturating_add(LONGEST);
    ring.rotate(&new_arn, new_key, until)?;
    let after = mint(&ring, &stage)?;
    for token in [&before, &after] {
        println!("good, signed with {}", verifier.verify(token.as_str())?.key_id().resource_id());
    }

    // 3. A day later: what has been retired is deleted. Then call DeletePublicKey, and destroy the private key.
    for retired in ring.delete_retired(until) {
        println!("deleted {}", retired.resource_id());
    }
    println!(
        "refused: {}",
        verifier.verify(before.as_str()).err().ok_or("the old key still verifies")?.reason()
    );
    println!("good, signed with {}", verifier.verify(after.as_str())?.key_id().resource_id());

    // For verifiers elsewhere, that load it with `KeySet::from_jwks` and `replace` what they held.
    println!("{}", ring.to_jwks());
    Ok(())
}

/// Asks the ring each time, and so signs with the new key from the moment at which it rotates.
fn mint(ring: &KeyRing, stage: &Stage) -> Result<Token, Box<dyn std::error::Error>> {
    let key = ring.signing_key().ok_or("no key is marked for signing")?;
    Ok(stage.participant().duration(LONGEST).mint(&key)?)
}
