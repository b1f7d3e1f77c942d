//! What a verifier must not be talked into.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use ivs_token::{
    ChannelArn, InMemoryRevocations, PublicKeyArn, RevocationStore, SigningKey, SingleUse, Stage, Subject,
    Verifier,
};

/// A text that is another each time it is asked for.
struct Shifty<'t>(Cell<usize>, [&'t str; 3]);

impl AsRef<str> for Shifty<'_> {
    fn as_ref(&self) -> &str {
        let time = self.0.get();
        self.0.set(time + 1);
        self.1[time.min(2)]
    }
}

#[test]
fn a_batch_asks_for_each_text_once() {
    let arn: PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse().unwrap();
    let key = SigningKey::generate().unwrap().with_id(arn.clone());
    let stage: Stage = Stage::new(
        "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse().unwrap(),
        "https://w.example",
    )
    .unwrap();
    let good = stage.participant().mint(&key).unwrap().into_string();
    let verifier = Verifier::builder().key(arn, key.verifying_key().clone()).cache(8).build().unwrap();
    let forged = "x.y.z";
    for texts in [[&*good, forged, forged], [&*good, &*good, forged]] {
        let shifty = Shifty(Cell::new(0), texts);
        assert!(verifier.verify_batch(std::slice::from_ref(&shifty))[0].is_ok());
        assert_eq!(shifty.0.get(), 1);
        assert!(verifier.verify(forged).is_err(), "it was never verified");
    }
}

/// Who may sign for one channel cannot spend the tokens of another.
#[test]
fn a_uuid_is_spent_for_its_channel_alone() {
    let store: Arc<dyn RevocationStore> = Arc::new(InMemoryRevocations::new());
    let channels: [ChannelArn; 2] =
        ["A", "B"].map(|id| format!("arn:aws:ivs:us-west-2:123456789012:channel/{id}").parse().unwrap());
    let spend = |channel| {
        let single_use = Some(SingleUse::new(uuid::Uuid::from_u128(1), Duration::from_secs(60)));
        store.check(&Subject::Playback { channel, viewer: None, single_use }).unwrap().is_ok()
    };
    assert!(spend(&channels[1]) && spend(&channels[0]));
    assert!(!spend(&channels[0]) && !spend(&channels[1]));
}
