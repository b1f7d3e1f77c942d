//! Makes a speaker of a viewer who stays on the stage: verifies the viewer's token on standard input, and prints one to
//! exchange it for.
//!
//!     cargo run -p ivs-token-examples --bin promote -- private.pem KEY_ARN < token

use std::io::Read;

use ivs_token::{Capabilities, SigningKey, Verifier, check_exchange};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, key_arn] = arguments.as_slice() else {
        return Err("usage: promote PRIVATE_KEY_FILE KEY_ARN < token".into());
    };
    let key = SigningKey::from_pem(std::fs::read(key_file)?)?.with_id(key_arn.parse()?);
    let verifier = Verifier::builder().key(key_arn.parse()?, key.verifying_key().clone()).build()?;

    let mut token = String::new();
    std::io::stdin().read_to_string(&mut token)?;
    let viewer = verifier.verify(token.trim())?;

    // The participant, the stage and all else that IVS compares stay as they were, and so does the end.
    let speaker =
        viewer.exchange().attribute("role", "speaker").capabilities(Capabilities::ALL).mint(&key)?;
    check_exchange(&viewer, &speaker)?;
    println!("{}", speaker.as_str());
    Ok(())
}
