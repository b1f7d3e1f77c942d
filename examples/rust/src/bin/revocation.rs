//! Ends tokens before their time: disconnects a participant, revokes a connection token, deletes a stage; and shows what a
//! gateway says to each token before and after.
//!
//!     cargo run -p ivs-token-examples --bin revocation -- private.pem KEY_ARN STAGE_JSON

use std::sync::Arc;

use ivs_token::{
    Connection, DisconnectReason, InMemoryRevocations, RevocationStore, SigningKey, Stage, Verifier,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, key_arn, stage_file] = arguments.as_slice() else {
        return Err("usage: revocation PRIVATE_KEY_FILE KEY_ARN STAGE_JSON_FILE".into());
    };
    let key = SigningKey::from_pem(std::fs::read(key_file)?)?.with_id(key_arn.parse()?);
    let stage = Stage::from_json(std::fs::read(stage_file)?)?;

    // One store, shared by those who revoke and those who verify. The cache spares the signature of a token that comes
    // again; what was revoked is asked every time.
    let store = Arc::new(InMemoryRevocations::new());
    let gateway = Verifier::builder()
        .key(key_arn.parse()?, key.verifying_key().clone())
        .revocations(store.clone())
        .cache(10_000)
        .build()?;

    let ana = stage.participant().user_id("ana").mint(&key)?;
    let bob = stage.participant().user_id("bob").mint(&key)?;
    let connection = Connection::new().mint(&key)?;
    let show = |when: &str| {
        let answers = gateway.verify_batch(&[ana.as_str(), bob.as_str()]);
        let codes = answers.iter().map(|answer| answer.as_ref().map_or_else(|error| error.code(), |_| "ok"));
        let codes: Vec<&str> = codes.collect();
        let connection = gateway.verify_connection(connection.as_str());
        let connection = connection.map_or_else(|error| error.code(), |_| "ok");
        println!("{when}: ana {}, bob {}, connection {connection}", codes[0], codes[1]);
    };

    show("at first");
    let reason = DisconnectReason::try_from("spam")?;
    store.disconnect_participant(stage.arn(), ana.participant_id(), Some(reason))?;
    show("ana was disconnected");
    store.revoke_connection_token(connection.token_id())?;
    show("the connection was revoked");
    store.delete_stage(stage.arn())?;
    show("the stage was deleted");
    Ok(())
}
