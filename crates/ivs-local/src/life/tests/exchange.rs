//! Who exchanges their token, and has offered media with the old one.

use ivs_token::{Capabilities, SigningKey, Stage, StageArn, Timestamp, Token};
use serde_json::json;

use super::{BEGIN, World};
use crate::door::Visitor;

/// A stage, and a key pair whose public half was imported.
struct Minting {
    world: World,
    key: SigningKey,
    stage: Stage,
}

impl Minting {
    fn new() -> Self {
        let world = World::new();
        let key = SigningKey::generate().unwrap();
        let pem = key.verifying_key().to_spki_pem();
        let id = world.make("ImportPublicKey", "publicKey", &json!({ "publicKeyMaterial": pem }));
        let arn = StageArn::try_from(world.stage().as_str()).unwrap();
        let stage = Stage::with_endpoints(arn, "http://localhost:1", "ws://localhost:1").unwrap();
        Self { world, key: key.with_id(id.try_into().unwrap()), stage }
    }

    fn mint(&self) -> Token {
        let now = Timestamp::from_secs(BEGIN / 1000).unwrap();
        self.stage.participant().participant_id("ana").user_id("Ana").mint_at(&self.key, now).unwrap()
    }
}

#[test]
fn an_offer_made_before_is_one_of_the_new_token() {
    let minting = Minting::new();
    let (live, now) = (minting.world.0.live(), Timestamp::from_secs(BEGIN / 1000).unwrap());
    let old = minting.mint();
    let who = live.gate.participant(old.as_str()).unwrap();
    let _place = live.join(&who, &Visitor::default()).unwrap();
    let exchange = |to: ivs_token::Exchange| {
        live.exchange(&who, to.mint_at(&minting.key, now).unwrap().as_str()).unwrap();
    };

    // The connection is made at the same moment, so that it could not be ended before.
    exchange(old.exchange().capabilities(Capabilities::SUBSCRIBE));
    assert!(!live.publish(&who, live.number(), &Visitor::default()), "they may publish no longer");

    exchange(old.exchange().user_id("Anna"));
    assert!(live.publish(&who, live.number(), &Visitor::default()));
    let arn = minting.stage.arn().as_str();
    let session = minting.world.session_of(arn).unwrap();
    let of_ana = json!({ "stageArn": arn, "sessionId": session, "participantId": "ana" });
    let shown = minting.world.call("GetParticipant", &of_ana);
    assert_eq!(shown["participant"]["userId"], "Anna", "what the old token said does not come back");
    let expected = ["JOINED", "TOKEN_EXCHANGED", "TOKEN_EXCHANGED", "PUBLISH_STARTED"];
    assert_eq!(minting.world.events_of(arn, &session, "ana"), expected);
}
