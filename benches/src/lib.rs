//! What is measured: minting and verifying one token, by us, by aws-lc-rs alone, and by other libraries. Every key is
//! parsed before, every token has the same 587 bytes of payload.

use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
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
    InMemoryRevocations, KeyRing, Participant, ParticipantId, PublicKeyArn, Revocation, RevocationStore,
    SigningKey, Stage, Subject, Verifier, VerifierBuilder, VerifyingKey,
};
use serde_json::{Map, Value};

/// Bytes of the payload that every token here has: all claims of a participant, three attributes.
pub const PAYLOAD_LEN: usize = 587;

/// The name of a case in a table.
pub type Name = &'static str;

/// Something that is measured.
pub struct Case {
    pub name: Name,
    /// How many tokens one call is about.
    pub tokens: usize,
    /// Mints, or verifies the token of this number and those after it.
    pub call: Call,
}

type Call = Box<dyn Fn(usize) + Send + Sync>;

impl Case {
    fn new(name: Name, call: impl Fn(usize) + Send + Sync + 'static) -> Self {
        Self { name, tokens: 1, call: Box::new(call) }
    }

    /// All tokens in one call.
    fn batch(name: Name, call: impl Fn() + Send + Sync + 'static) -> Self {
        Self { name, tokens: TOKENS, call: Box::new(move |_| call()) }
    }
}

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
        let jwt_key = jsonwebtoken::EncodingKey::from_ec_der(&self.pkcs8);
        let jwt_header = jsonwebtoken::Header {
            kid: Some(self.arn.to_string()),
            ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES384)
        };
        let claims: Map<String, Value> = serde_json::from_slice(&self.payload()).expect("claims");
        vec![
            Case::new("aws-lc-rs, raw signature", move |_| {
                black_box(pair.sign(&random, &signed).expect("a signature"));
            }),
            self.mint(),
            self.mint_accelerated(),
            self.mint_batch(),
            Case::new("jsonwebtoken (aws-lc-rs)", move |_| {
                black_box(jsonwebtoken::encode(&jwt_header, &claims, &jwt_key).expect("a token"));
            }),
        ]
    }

    /// Minting with a key as it is read.
    pub fn mint(&self) -> Case {
        Case::new("ivs-token", self.mint_with(&self.key))
    }

    /// Minting with an accelerated key.
    pub fn mint_accelerated(&self) -> Case {
        Case::new("ivs-token, accelerated", self.mint_with(&self.accelerated()))
    }

    /// Minting many tokens in one call, with an accelerated key.
    pub fn mint_batch(&self) -> Case {
        let (key, participants) = (self.accelerated(), vec![self.participant(); TOKENS]);
        Case::batch("the same, batch of 64", move || {
            assert!(black_box(key.mint_batch(participants.iter().cloned())).iter().all(Result::is_ok));
        })
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
            Case::new("aws-lc-rs, raw signature", move |i| {
                let (signed, signature) = &signatures[i % TOKENS];
                parsed.verify_sig(signed, signature).expect("a good signature");
            }),
            self.verify(),
            self.verify_batch(),
            self.verify_unprepared(),
            Case::new("jsonwebtoken (aws-lc-rs)", move |i| {
                let token = &jwt_tokens[i % TOKENS];
                let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &jwt_key, &validation);
                black_box(decoded.expect("a good token"));
            }),
        ]
    }

    /// Verifying one token.
    pub fn verify(&self) -> Case {
        Case::new("ivs-token", self.verify_with(self.verifier()))
    }

    /// Verifying many tokens in one call.
    pub fn verify_batch(&self) -> Case {
        Case::batch("the same, batch of 64", verify_all(self.verifier(), self.tokens.clone()))
    }

    /// Verifying without a table for the key: by the backend.
    pub fn verify_unprepared(&self) -> Case {
        let unprepared = self.builder().prepared_limit(0).build().expect("a verifier");
        Case::new("ivs-token, not prepared", self.verify_with(unprepared))
    }

    /// Finding a token that was verified before.
    pub fn verify_cached(&self) -> Case {
        let cached = self.builder().cache(CACHED).build().expect("a verifier");
        Case::new("a hit in the verify cache", self.verify_with(cached))
    }

    /// Verifying tokens of one key, and of so many keys in turn that their tables do not fit into the second-level cache.
    pub fn many_keys(&self) -> Vec<Case> {
        let ring = KeyRing::new();
        let tokens: Vec<String> = (0..TOKENS)
            .map(|n| {
                let id = format!("{n:036}");
                let arn: PublicKeyArn =
                    format!("arn:aws:ivs:us-west-2:123456789012:public-key/{id}").parse().expect("an ARN");
                let key = SigningKey::generate().expect("a key").with_id(arn.clone());
                ring.import(arn, key.verifying_key().clone()).expect("room");
                self.participant().mint(&key).expect("a token").into_string()
            })
            .collect();
        assert_eq!(ring.prepared_keys(), if cfg!(feature = "engine") { TOKENS } else { 0 });
        let verifier =
            Verifier::builder().key_ring(&ring).stage(self.stage.arn()).build().expect("a verifier");
        vec![
            Case::new("one key", self.verify_with(self.verifier())),
            Case::batch("one key, batch of 64", verify_all(self.verifier(), self.tokens.clone())),
            Case::new("64 keys in turn", verify_each(verifier.clone(), tokens.clone())),
            Case::batch("64 keys in turn, batch of 64", verify_all(verifier, tokens)),
        ]
    }

    /// Verifying without a store of revocations, and with one.
    pub fn revoking(&self, store: Arc<InMemoryRevocations>) -> Vec<Case> {
        let with = self.builder().revocations(store).build().expect("a verifier");
        vec![
            Case::new("ivs-token", self.verify_with(self.verifier())),
            Case::new("with a million revocations", self.verify_with(with)),
        ]
    }

    /// Verifying, and finding what was verified before.
    pub fn caching(&self) -> Vec<Case> {
        let revoking = self.builder().revocations(Arc::new(self.revocations()));
        let revoking = revoking.cache(CACHED).build().expect("a verifier");
        vec![
            self.verify(),
            self.verify_cached(),
            Case::new("and a million revocations", self.verify_with(revoking)),
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
        vec![Case::new("a check alone", move |_| {
            let participant_id = &ids[next.fetch_add(1, Ordering::Relaxed) % ids.len()];
            let subject = Subject::Participant { stage: &stage, participant_id };
            black_box(store.check(&subject)).expect("a store in memory").expect("no such revocation");
        })]
    }

    /// Writes what a peer needs to do the same: the key pair in PEM, its ID, the claims, and the tokens, one a line.
    ///
    /// # Errors
    ///
    /// When a file can not be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let key = es384::SigningKey::from_der(&self.pkcs8).expect("a key");
        fs::write(folder.join("private.pem"), key.to_pkcs8_pem().as_bytes())?;
        fs::write(folder.join("public.pem"), self.public.to_spki_pem())?;
        fs::write(folder.join("kid.txt"), self.arn.to_string())?;
        fs::write(folder.join("claims.json"), self.payload())?;
        fs::write(folder.join("tokens.txt"), self.tokens.join("\n"))
    }

    fn accelerated(&self) -> SigningKey {
        let key = SigningKey::from_any(&self.pkcs8, None).expect("a key").with_id(self.arn.clone());
        key.accelerate();
        key
    }

    fn mint_with(&self, key: &SigningKey) -> impl Fn(usize) + Send + Sync + 'static {
        let (key, participant) = (key.clone(), self.participant());
        move |_| {
            let _ = black_box(participant.clone().mint(&key).expect("a token"));
        }
    }

    fn verify_with(&self, verifier: Verifier) -> impl Fn(usize) + Send + Sync + 'static {
        verify_each(verifier, self.tokens.clone())
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

fn verify_each(verifier: Verifier, tokens: Vec<String>) -> impl Fn(usize) + Send + Sync + 'static {
    move |i| {
        black_box(verifier.verify(&tokens[i % TOKENS]).expect("a good token"));
    }
}

fn verify_all(verifier: Verifier, tokens: Vec<String>) -> impl Fn() + Send + Sync + 'static {
    move || assert!(black_box(verifier.verify_batch(&tokens)).iter().all(Result::is_ok))
}

fn random_id() -> ParticipantId {
    ParticipantId::random().expect("randomness")
}

impl Default for Sample {
    fn default() -> Self {
        Self::new()
    }
}

/// The library that signs and verifies where the engine does not.
pub fn backend() -> &'static str {
    es384::BACKEND
}

/// The path of the engine that keys here are prepared for.
pub fn path() -> String {
    format!("{:?}", es384::Path::best())
}
