//! Mints a token for one user, and prints it as the `CreateParticipantToken` API would answer.
//!
//!     cargo run -p ivs-token-examples --bin mint -- private.pem KEY_ARN stage.json ana
//!
//! `stage.json` is what `aws ivs-realtime get-stage` prints.

use std::time::Duration;

use ivs_token::{SigningKey, Stage};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, key_arn, stage_file, user] = arguments.as_slice() else {
        return Err("usage: mint PRIVATE_KEY_FILE KEY_ARN STAGE_JSON_FILE USER".into());
    };

    // Once, when the server starts.
    let key = SigningKey::from_pem(std::fs::read(key_file)?)?.with_id(key_arn.parse()?);
    let stage = Stage::from_json(std::fs::read(stage_file)?)?;

    // For each join.
    let token = stage
        .participant()
        .user_id(user.as_str())
        .attribute("displayName", user)
        .duration(Duration::from_secs(15 * 60))
        .mint(&key)?;
    println!("{}", serde_json::json!({ "participantToken": token }));
    Ok(())
}
