//! Mints a playback token, and prints the URL with which one viewer can watch one private channel.
//!
//!     cargo run -p ivs-token-examples --bin playback -- playback.pem KEY_ARN CHANNEL_ARN PLAYBACK_URL VIEWER_ID
//!
//! Then it does what an origin server in front of the video does with the request.

use std::time::Duration;

use ivs_token::{Playback, SigningKey, Verifier, playback_url};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, key_arn, channel, base, viewer] = arguments.as_slice() else {
        return Err("usage: playback PRIVATE_KEY_FILE KEY_ARN CHANNEL_ARN PLAYBACK_URL VIEWER_ID".into());
    };
    let key = SigningKey::from_pem(std::fs::read(key_file)?)?; // a playback token does not name its key
    let channel: ivs_token::ChannelArn = channel.parse()?;

    let token = Playback::new(channel.clone())
        .viewer(viewer) // so that the viewer's sessions can be revoked
        .single_use() // whoever copies the URL finds it spent
        .origins(["https://example.com", "https://*.example.com"])
        .duration(Duration::from_secs(60)) // to begin to watch; at most 10 minutes with a viewer or a single use
        .mint(&key)?;
    println!("{}", playback_url(base, &token)?);

    // With a store of revocations, `revocations(..)`, the token would be spent here.
    let verifier = Verifier::builder().playback_key(key_arn.parse()?, key.verifying_key().clone()).build()?;
    for origin in ["https://www.example.com", "https://evil.example"] {
        let verified = verifier.verify_playback_of(token.as_str(), &channel, Some(origin))?;
        let answer = if verified.allows_origin(Some(origin)) { origin } else { "(none)" };
        eprintln!("Access-Control-Allow-Origin for a page on {origin}: {answer}");
    }
    Ok(())
}
