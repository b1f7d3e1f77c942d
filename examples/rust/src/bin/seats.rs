//! Mints a token for each seat of a room and verifies them all, many at a time.
//!
//!     cargo run --release -p ivs-token-examples --bin seats -- private.pem KEY_ARN stage.json 500

use std::time::Instant;

use ivs_token::{SigningKey, Stage, Token, Verifier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, key_arn, stage_file, count] = arguments.as_slice() else {
        return Err("usage: seats PRIVATE_KEY_FILE KEY_ARN STAGE_JSON_FILE COUNT".into());
    };
    let key = SigningKey::from_pem(std::fs::read(key_file)?)?.with_id(key_arn.parse()?);
    let stage = Stage::from_json(std::fs::read(stage_file)?)?;
    let count: usize = count.parse()?;

    // Once, when the server starts. Signing with the engine is a choice; verifying with it is not, since it has no secrets.
    key.accelerate();
    let public_key = key.verifying_key().clone();
    let verifier = Verifier::builder().key(key_arn.parse()?, public_key).stage(stage.arn()).build()?;

    let start = Instant::now();
    let participants = (1..=count).map(|seat| stage.participant().user_id(format!("seat-{seat}")));
    let tokens: Vec<Token> = key.mint_batch(participants).into_iter().collect::<Result<_, _>>()?;
    let minted = start.elapsed();

    let start = Instant::now();
    let texts: Vec<&str> = tokens.iter().map(Token::as_str).collect();
    let good = verifier.verify_batch(&texts).into_iter().filter(Result::is_ok).count();
    let verified = start.elapsed();

    println!("{} tokens minted, {good} verified", tokens.len());
    eprintln!("minted in {minted:.1?}, accelerated: {}; verified in {verified:.1?}", key.is_accelerated());
    Ok(())
}
