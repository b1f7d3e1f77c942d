//! Reads tokens on standard input, one a line, and says who may publish on a stage, and why not.
//!
//!     cargo run -p ivs-token-examples --bin join_gate -- public.pem KEY_ARN STAGE_ARN < tokens

use std::io::BufRead;

use ivs_token::{Capability, StageArn, Verifier, VerifyError, VerifyingKey};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, key_arn, stage_arn] = arguments.as_slice() else {
        return Err("usage: join_gate PUBLIC_KEY_FILE KEY_ARN STAGE_ARN < tokens".into());
    };
    let stage: StageArn = stage_arn.parse()?;
    let verifier = Verifier::builder()
        .key(key_arn.parse()?, VerifyingKey::from_pem(std::fs::read(key_file)?)?)
        .stage(&stage)
        .capability(Capability::Publish)
        .build()?;

    for line in std::io::stdin().lock().lines() {
        match verifier.verify(line?.trim()) {
            Ok(who) => println!("join  {}", who.user_id().unwrap_or(who.participant_id().as_str())),
            // Some refusals are worth a word of their own.
            Err(VerifyError::Expired { expired_at, .. }) => println!("wait  the token ended at {expired_at}"),
            Err(error) => println!("stop  {}: {error}", error.code()),
        }
    }
    Ok(())
}
