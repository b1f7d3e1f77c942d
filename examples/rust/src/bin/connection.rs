//! Mints a connection token, with which a client shares one network connection among many stages.
//!
//!     cargo run -p ivs-token-examples --bin connection -- private.pem KEY_ARN
//!
//! The client needs a participant token for each stage all the same.

use std::time::Duration;

use ivs_token::{Connection, SigningKey, Verifier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, key_arn] = arguments.as_slice() else {
        return Err("usage: connection PRIVATE_KEY_FILE KEY_ARN".into());
    };
    let key = SigningKey::from_pem(std::fs::read(key_file)?)?.with_id(key_arn.parse()?);

    // For the account and the region of the key, at most 4 weeks.
    let token = Connection::new().duration(Duration::from_secs(7 * 24 * 60 * 60)).mint(&key)?;
    println!("{}", token.as_str());

    // Keep the ID: RevokeConnectionToken takes it.
    eprintln!("token ID {}, until {}", token.token_id(), token.expires_at());

    // What a gateway does with it.
    let verifier = Verifier::builder().key(key_arn.parse()?, key.verifying_key().clone()).build()?;
    let verified = verifier.verify_connection(token.as_str())?;
    eprintln!("good for account {} in {}", verified.account_id(), verified.region());
    Ok(())
}
