//! Two verifiers on two machines, so to speak, and one server.

use std::sync::Arc;

use ivs_token::{
    Connection, DisconnectReason, Playback, PlaybackKeyArn, PublicKeyArn, RevocationStore, SigningKey, Stage,
    Verifier, VerifyError,
};
use ivs_token_redis::RedisStore;

use crate::support::{Proxy, STAGE, Server, channel, stage};

pub struct Issuer {
    key: SigningKey,
    arn: PublicKeyArn,
    stage: Stage,
}

impl Issuer {
    pub fn new() -> Self {
        let arn: PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse().unwrap();
        let key = SigningKey::generate().unwrap().with_id(arn.clone());
        let stage = Stage::new(STAGE.parse().unwrap(), "https://w.example").unwrap();
        Self { key, arn, stage }
    }

    pub fn participant(&self, id: &str) -> String {
        self.stage.participant().participant_id(id).mint(&self.key).unwrap().into_string()
    }

    pub fn connection(&self) -> (ivs_token::TokenId, String) {
        let token = Connection::new().mint(&self.key).unwrap();
        (token.claims().token_id().clone(), token.into_string())
    }

    pub fn verifier(&self, store: RedisStore) -> (Arc<RedisStore>, Verifier) {
        let store = Arc::new(store);
        let key = self.key.verifying_key().clone();
        let verifier = Verifier::builder().key(self.arn.clone(), key).revocations(store.clone());
        (store, verifier.build().unwrap())
    }
}

pub fn code(result: Result<impl Sized, VerifyError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "good")
}

#[test]
fn what_is_revoked_on_one_is_refused_on_the_other_within_one_round_trip() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::before(&server);
    let issuer = Issuer::new();
    let (here, _) = issuer.verifier(server.store());
    let (_, there) = issuer.verifier(proxy.store());
    let (ana, ben) = (issuer.participant("ana"), issuer.participant("ben"));
    let (connection_id, connection) = issuer.connection();
    assert_eq!(code(there.verify(&ana)), "good");
    assert_eq!(code(there.verify_connection(&connection)), "good");

    let reason = DisconnectReason::try_from("spam").unwrap();
    here.disconnect_participant(&stage(), &"ana".parse().unwrap(), Some(reason)).unwrap();
    here.revoke_connection_token(&connection_id).unwrap();
    let trips = proxy.trips(|| {
        let error = there.verify(&ana).unwrap_err();
        assert_eq!(error.code(), "PARTICIPANT_DISCONNECTED");
        assert!(error.to_string().contains("(\"spam\")"), "{error}");
    });
    assert_eq!(trips, 1);
    assert_eq!(code(there.verify_connection(&connection)), "CONNECTION_TOKEN_REVOKED");
    assert_eq!(code(there.verify(&ben)), "good");
    here.delete_stage(&stage()).unwrap();
    assert_eq!(proxy.trips(|| assert_eq!(code(there.verify(&ben)), "STAGE_DELETED")), 1);
    assert_eq!(proxy.trips(|| assert_eq!(code(there.verify("nonsense")), "TOKEN_INVALID")), 0);
}

#[test]
fn a_playback_token_that_is_good_once_is_good_once_on_both() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::before(&server);
    let arn: PlaybackKeyArn = "arn:aws:ivs:us-west-2:123456789012:playback-key/abc".parse().unwrap();
    let key = SigningKey::generate().unwrap();
    let player = |store: Arc<RedisStore>| {
        let builder = Verifier::builder().playback_key(arn.clone(), key.verifying_key().clone());
        builder.revocations(store).build().unwrap()
    };
    let store = Arc::new(server.store());
    let (here, there) = (player(store.clone()), player(Arc::new(proxy.store())));
    let once = Playback::new(channel()).viewer("ana").single_use().mint(&key).unwrap().into_string();
    let elsewhere = "https://evil.example";
    let strict = Playback::new(channel()).origin("https://example.com").strict_origin_enforcement(true);
    let strict = strict.single_use().mint(&key).unwrap().into_string();

    let other = Playback::new(channel()).single_use().mint(&key).unwrap().into_string();
    assert_eq!(code(there.verify_playback(&other, None)), "good");
    assert_eq!(code(here.verify_playback(&once, None)), "good");
    assert_eq!(proxy.trips(|| assert_eq!(code(there.verify_playback(&once, None)), "TOKEN_ALREADY_USED")), 1);
    // A request that is refused for its origin spends nothing, and asks nothing.
    let refused = || assert_eq!(code(there.verify_playback(&strict, Some(elsewhere))), "TOKEN_INVALID");
    assert_eq!(proxy.trips(refused), 0);
    assert_eq!(code(there.verify_playback(&strict, Some("https://example.com"))), "good");

    store.revoke_viewer_sessions(&channel(), &"ana".parse().unwrap(), 0).unwrap();
    let again = Playback::new(channel()).viewer("ana").mint(&key).unwrap().into_string();
    assert_eq!(code(there.verify_playback(&again, None)), "VIEWER_SESSION_REVOKED");
    let higher = Playback::new(channel()).viewer("ana").viewer_session_version(1).mint(&key).unwrap();
    assert_eq!(code(there.verify_playback(higher.as_str(), None)), "good");
}
