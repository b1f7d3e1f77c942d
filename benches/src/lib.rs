//! What is measured: minting and verifying one token, by us, by aws-lc-rs alone, and by other libraries. Every key is
//! parsed before, every token has the same 587 bytes of payload.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ivs_token::{
    InMemoryRevocations, Participant, ParticipantId, PublicKeyArn, Revocation, RevocationStore, SigningKey,
    Stage, Subject, Verifier, VerifierBuilder, VerifyingKey,
};
use serde_json::{Map, Value};

/// Bytes of the payload that every token here has: all claims of a participant, three attributes.
pub const PAYLOAD_LEN: usize = 587;

/// The name of a case in a table.
pub type Name = &'static str;

/// Something that mints a token, or verifies the one of this number, when it is called.
pub type Case = (Name, Box<dyn Fn(usize) + Send + Sync>);

/// How many tokens there are. A processor that sees the same signature again and again learns its way through it, and
/// how long a verification takes depends on the signature: so each case goes through the same many.
pub const TOKENS: usize = 64;

/// How many revocations the store holds.
pub const REVOCATIONS: usize = 1_000_000;

/// How many tokens the verify cache has room for.
const CACHED: usize = 10_000;

/// Keys, a stage, and tokens, as every case uses them.
pub struct Sample {
    key: SigningKey,
    public: VerifyingKey,
    pkcs8: Vec<u8>,
    arn: PublicKeyArn,
    stage: Stage,
    tokens: Vec<String>,
}

impl Sample {
    /// A fresh key and [`TOKENS`] tokens of [`PAYLOAD_LEN`] bytes of payload.
    ///
    /// # Panics
    ///
    /// When the payload has another length: the sample must be mended then.
    pub fn new() -> Self {
        let arn: PublicKeyArn =
            "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a"
                .parse()
                .expect("a key ARN");
        let private = es384::SigningKey::generate().expect("a key");
        let pkcs8 = private.to_pkcs8_der().to_vec();
        let key = SigningKey::from(private).with_id(arn.clone());
        let stage = Stage::new(
            "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse().expect("a stage ARN"),
            "https://453fdfd2ad24df.global-bm.whip.live-video.net",
        )
        .expect("a stage");
        let public = key.verifying_key().clone();
        let mut sample = Self { key, public, pkcs8, arn, stage, tokens: Vec::new() };
        let mint = || sample.participant().mint(&sample.key).expect("a token").into_string();
        sample.tokens = (0..TOKENS).map(|_| mint()).collect();
        assert_eq!(sample.payload().len(), PAYLOAD_LEN, "the sample's payload");
        sample
    }

    /// What an application knows about someone who joins.
    pub fn participant(&self) -> Participant {
        self.stage
            .participant()
            .user_id("2f3c1a9e-7b64-4c1d-9f0a-5d8e6b7a4c21")
            .attribute("displayName", "Ana Sofia Hernandez")
            .attribute("avatar", "https://cdn.example.com/avatars/2f3c1a9e-7b64-4c1d-9f0a-5d8e6b7a4c21/profile/large@2x.png?size=512x512&v=42")
            .attribute("role", "presenter")
            .duration(Duration::from_secs(900))
    }

    /// Minting, the raw signature first.
    pub fn minting(&self) -> Vec<Case> {
        let pair = self.key_pair();
        let random = SystemRandom::new();
        let signed = self.signed(0);
        let (key, participant) = (self.key.clone(), self.participant());
        let jwt_key = jsonwebtoken::EncodingKey::from_ec_der(&self.pkcs8);
        let jwt_header = jsonwebtoken::Header {
            kid: Some(self.arn.to_string()),
            ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES384)
        };
        let claims: Map<String, Value> = serde_json::from_slice(&self.payload()).expect("claims");
        vec![
            (
                "aws-lc-rs, raw signature",
                Box::new(move |_| {
                    black_box(pair.sign(&random, &signed).expect("a signature"));
                }),
            ),
            (
                "ivs-token",
                Box::new(move |_| {
                    let _ = black_box(participant.clone().mint(&key).expect("a token"));
                }),
            ),
            (
                "jsonwebtoken (aws-lc-rs)",
                Box::new(move |_| {
                    black_box(jsonwebtoken::encode(&jwt_header, &claims, &jwt_key).expect("a token"));
                }),
            ),
        ]
    }

    /// Verifying, the raw signature first.
    pub fn verifying(&self) -> Vec<Case> {
        let parsed =
            ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, self.public.to_sec1_point()).expect("a key");
        let signatures: Vec<_> = (0..TOKENS).map(|i| (self.signed(i), self.signature(i))).collect();
        let jwt_key = jsonwebtoken::DecodingKey::from_ec_der(&self.public.to_sec1_point());
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES384);
        validation.validate_aud = false;
        let jwt_tokens = self.tokens.clone();
        vec![
            (
                "aws-lc-rs, raw signature",
                Box::new(move |i| {
                    let (signed, signature) = &signatures[i % TOKENS];
                    parsed.verify_sig(signed, signature).expect("a good signature");
                }),
            ),
            ("ivs-token", self.verify_with(self.verifier())),
            (
                "jsonwebtoken (aws-lc-rs)",
                Box::new(move |i| {
                    let token = &jwt_tokens[i % TOKENS];
                    let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &jwt_key, &validation);
                    black_box(decoded.expect("a good token"));
                }),
            ),
        ]
    }

    /// Verifying without a store of revocations, and with one.
    pub fn revoking(&self, store: Arc<InMemoryRevocations>) -> Vec<Case> {
        let with = self.builder().revocations(store).build().expect("a verifier");
        vec![
            ("ivs-token", self.verify_with(self.verifier())),
            ("with a million revocations", self.verify_with(with)),
        ]
    }

    /// Verifying, and finding what was verified before.
    pub fn caching(&self) -> Vec<Case> {
        let with = |builder: VerifierBuilder| builder.cache(CACHED).build().expect("a verifier");
        let store = Arc::new(self.revocations());
        vec![
            ("ivs-token", self.verify_with(self.verifier())),
            ("a hit in the verify cache", self.verify_with(with(self.builder()))),
            ("and a million revocations", self.verify_with(with(self.builder().revocations(store)))),
        ]
    }

    /// A store in which [`REVOCATIONS`] participants of the stage are disconnected, none of them with a token here.
    pub fn revocations(&self) -> InMemoryRevocations {
        let store = InMemoryRevocations::new();
        for _ in 0..REVOCATIONS {
            let (stage, participant_id) = (self.stage.arn().clone(), random_id());
            let revocation = Revocation::Participant { stage, participant_id, reason: None };
            store.revoke(&revocation).expect("a store in memory");
        }
        assert_eq!(store.len(), REVOCATIONS);
        store
    }

    /// Asking a store alone: each time about another participant, so that no cache of the processor knows the answer.
    pub fn checking(&self, store: Arc<InMemoryRevocations>) -> Vec<Case> {
        let stage = self.stage.arn().clone();
        let ids: Vec<ParticipantId> = (0..1 << 16).map(|_| random_id()).collect();
        let next = AtomicUsize::new(0);
        vec![(
            "a check alone",
            Box::new(move |_| {
                let participant_id = &ids[next.fetch_add(1, Ordering::Relaxed) % ids.len()];
                let subject = Subject::Participant { stage: &stage, participant_id };
                black_box(store.check(&subject)).expect("a store in memory").expect("no such revocation");
            }),
        )]
    }

    fn verify_with(&self, verifier: Verifier) -> Box<dyn Fn(usize) + Send + Sync> {
        let tokens = self.tokens.clone();
        Box::new(move |i| {
            black_box(verifier.verify(&tokens[i % TOKENS]).expect("a good token"));
        })
    }

    fn verifier(&self) -> Verifier {
        self.builder().build().expect("a verifier")
    }

    fn builder(&self) -> VerifierBuilder {
        Verifier::builder().key(self.arn.clone(), self.public.clone()).stage(self.stage.arn())
    }

    fn key_pair(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &self.pkcs8).expect("a key pair")
    }

    /// What the signature of this token is over.
    fn signed(&self, i: usize) -> Vec<u8> {
        self.tokens[i].rsplit_once('.').expect("a token").0.as_bytes().to_vec()
    }

    fn signature(&self, i: usize) -> Vec<u8> {
        let (_, signature) = self.tokens[i].rsplit_once('.').expect("a token");
        URL_SAFE_NO_PAD.decode(signature).expect("a signature")
    }

    fn payload(&self) -> Vec<u8> {
        let inspection = ivs_token::inspect(&self.tokens[0]);
        let members: Vec<String> = inspection
            .claims
            .iter()
            .map(|member| format!("{}:{}", Value::from(member.name.as_str()), member.value))
            .collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    }
}

fn random_id() -> ParticipantId {
    ParticipantId::random().expect("randomness")
}

impl Default for Sample {
    fn default() -> Self {
        Self::new()
    }
}
