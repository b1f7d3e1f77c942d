//! Keys that sign elsewhere: what they sign, what is taken from them, and what a failure says.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use conformance::*;
use ivs_token::{
    AsyncSigner, Connection, MintError, Playback, PublicKeyArn, Signer, SignerError, SigningInput, Unsigned,
    Verifier, VerifyingKey, assemble, mint_batch_with, mint_batch_with_async,
};

/// A vault: it answers DER, and counts how many sign at once.
struct Vault {
    key: &'static es384::SigningKey,
    kid: Option<PublicKeyArn>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    expected: usize,
    /// Fails for the participant of this ID.
    refuses: Option<&'static str>,
}

impl Vault {
    fn new(key: &'static es384::SigningKey) -> Self {
        Self {
            key,
            kid: Some(arn(KID)),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            expected: 1,
            refuses: None,
        }
    }

    fn answer(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError> {
        let payload = payload_of(&format!("{}.", input.as_str()));
        if self.refuses.is_some_and(|id| payload["jti"] == id) {
            return Err(SignerError::new("ThrottlingException: slow down"));
        }
        assert_eq!(input.digest(), es384::sha384(input.as_bytes()));
        Ok(to_der(&self.key.sign(input.as_bytes()).unwrap()))
    }
}

impl Signer for Vault {
    fn kid(&self) -> Option<&PublicKeyArn> {
        self.kid.as_ref()
    }

    fn verifying_key(&self) -> &VerifyingKey {
        key().verifying_key()
    }

    fn sign(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError> {
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        // Until so many sign at once as are expected to, or it is plain that they never will.
        let began = Instant::now();
        while self.most_at_once.load(Ordering::SeqCst) < self.expected
            && began.elapsed() < Duration::from_secs(20)
        {
            thread::yield_now();
        }
        let answer = self.answer(input);
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}

impl AsyncSigner for Vault {
    fn kid(&self) -> Option<&PublicKeyArn> {
        self.kid.as_ref()
    }

    fn verifying_key(&self) -> &VerifyingKey {
        key().verifying_key()
    }

    async fn sign(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError> {
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        Yield(false).await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        self.answer(input)
    }
}

/// Gives way once.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The smallest of all runtimes.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

/// SEQUENCE of the INTEGERs r and s (RFC 3279, section 2.2.3).
fn to_der(signature: &[u8; 96]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let start = number.iter().position(|byte| *byte != 0).unwrap();
        let mut bytes = number[start..].to_vec();
        if bytes[0] >= 0x80 {
            bytes.insert(0, 0);
        }
        [&[2, u8::try_from(bytes.len()).unwrap()], &bytes[..]].concat()
    };
    let body = [integer(&signature[..48]), integer(&signature[48..])].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat()
}

fn unsigned() -> Unsigned {
    participant().unsigned_at(&arn(KID), now()).unwrap()
}

#[test]
fn either_form_of_a_signature_makes_the_token_that_the_key_would_have_minted() {
    let signature = key().sign(unsigned().signing_input().as_bytes()).unwrap();
    assert_eq!(unsigned().digest(), es384::sha384(unsigned().signing_input().as_bytes()));
    for form in [signature.to_vec(), to_der(&signature)] {
        let token = unsigned().with_signature(&form, key().verifying_key()).unwrap();
        assert_eq!(token.claims(), unsigned().claims());
        assert_eq!(verifier().verify(token.as_str()).unwrap().claims(), token.claims());
        let again = assemble(unsigned().signing_input(), &form, key().verifying_key()).unwrap();
        assert_eq!(again, token.as_str());
    }
    // Header and payload are to the byte those of a key at hand.
    let minted = participant().mint_at(&signing_key(), now()).unwrap();
    assert_eq!(minted.as_str().rsplit_once('.').unwrap().0, unsigned().signing_input());
}

#[test]
fn what_is_no_signature_of_this_token_under_this_key_is_refused() {
    let text = unsigned().signing_input().to_owned();
    let signature = key().sign(text.as_bytes()).unwrap();
    let of_another = other_key().sign(text.as_bytes()).unwrap();
    let of_the_digest = key().sign(&unsigned().digest()).unwrap();
    let mut flipped = signature;
    flipped[95] ^= 1;
    for wrong in [of_another, of_the_digest, flipped, [0; 96]] {
        let refused =
            |signature: &[u8]| unsigned().with_signature(signature, key().verifying_key()).unwrap_err();
        assert_eq!(refused(&wrong), MintError::WrongSignature);
        if wrong != [0; 96] {
            assert_eq!(refused(&to_der(&wrong)), MintError::WrongSignature);
        }
        assert_eq!(assemble(&text, wrong, key().verifying_key()), Err(MintError::WrongSignature));
    }
    // By the right key, which is not the one that was meant.
    let error = unsigned().with_signature(signature, other_key().verifying_key()).unwrap_err();
    assert_eq!(error.code(), "WRONG_SIGNATURE");
    for actual in [0, 1, 95, 97, 104] {
        let error = unsigned().with_signature(vec![0x30; actual], key().verifying_key()).unwrap_err();
        assert_eq!(error, MintError::MalformedSignature { actual });
    }
    let mut longer = to_der(&signature);
    longer.push(0);
    let actual = longer.len();
    let error = unsigned().with_signature(longer, key().verifying_key()).unwrap_err();
    assert_eq!(error, MintError::MalformedSignature { actual });
}

#[test]
fn only_what_is_signed_of_a_token_is_completed() {
    for text in ["", ".", "e30", "e30.", ".e30", "e30.e30.e30", "e30.e3 0", "é.e30", "e30=.e30"] {
        let signature = key().sign(text.as_bytes()).unwrap();
        assert_eq!(
            assemble(text, signature, key().verifying_key()),
            Err(MintError::NotASigningInput),
            "{text}"
        );
    }
    let long = format!("e30.{}", "A".repeat(16 * 1024));
    let signature = key().sign(long.as_bytes()).unwrap();
    assert_eq!(assemble(&long, signature, key().verifying_key()), Err(MintError::NotASigningInput));
}

/// What `mint` reports, `unsigned` does: nothing is signed that no token may say.
#[test]
fn what_can_not_be_minted_is_not_prepared() {
    let foreign = arn(OTHER_ACCOUNT_KID);
    assert!(matches!(participant().unsigned(&foreign), Err(MintError::ForeignKey { .. })));
    let beyond = participant().attribute("a", "x".repeat(2000));
    assert!(matches!(beyond.clone().unsigned(&arn(KID)), Err(MintError::Claim(_))));
    assert!(matches!(beyond.mint_with(&Vault::new(key())), Err(MintError::Claim(_))));
    let nameless = Vault { kid: None, ..Vault::new(key()) };
    assert_eq!(participant().mint_with(&nameless).unwrap_err(), MintError::NoKeyId);
    assert_eq!(Connection::new().mint_with(&nameless).unwrap_err(), MintError::NoKeyId);
    let ended = participant().mint_at(&signing_key(), at(1_000_000)).unwrap().exchange();
    assert!(matches!(ended.mint_with(&Vault::new(key())), Err(MintError::OldTokenEnded { .. })));
}

#[test]
fn every_kind_is_minted_by_a_signer() {
    let vault = Vault::new(key());
    let channel = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh".parse().unwrap();
    let playback = Playback::new(channel);
    let playback_arn = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
    let verifier = Verifier::builder()
        .key(arn(KID), key().verifying_key().clone())
        .playback_key(playback_arn.parse().unwrap(), key().verifying_key().clone())
        .build()
        .unwrap();

    let token = participant().mint_with(&vault).unwrap();
    assert_eq!(verifier.verify(token.as_str()).unwrap().claims(), token.claims());
    let exchanged = token.exchange().mint_with(&vault).unwrap();
    assert_eq!(verifier.verify(exchanged.as_str()).unwrap().participant_id(), token.participant_id());
    let connection = Connection::new().mint_with(&vault).unwrap();
    assert_eq!(verifier.verify_connection(connection.as_str()).unwrap().claims(), connection.claims());
    let nameless = Vault { kid: None, ..Vault::new(key()) };
    let playback_token = playback.clone().mint_with(&nameless).unwrap();
    assert!(verifier.verify_playback(playback_token.as_str(), None).is_ok());

    let token = block_on(participant().mint_with_async(&vault)).unwrap();
    assert!(verifier.verify(token.as_str()).is_ok());
    assert!(verifier.verify(block_on(token.exchange().mint_with_async(&vault)).unwrap().as_str()).is_ok());
    let connection = block_on(Connection::new().mint_with_async(&vault)).unwrap();
    assert!(verifier.verify_connection(connection.as_str()).is_ok());
    assert!(
        verifier
            .verify_playback(block_on(playback.mint_with_async(&nameless)).unwrap().as_str(), None)
            .is_ok()
    );
    // A key at hand is a signer as well.
    assert!(verifier.verify(participant().mint_with(&signing_key()).unwrap().as_str()).is_ok());
}

#[test]
fn a_batch_signs_so_many_at_once_and_names_what_failed() {
    let ids: Vec<String> = (0..40).map(|number| format!("p{number:021}")).collect();
    let crowd = || ids.iter().map(|id| participant().participant_id(id.as_str()));
    let vault = Vault { refuses: Some("p000000000000000000007"), expected: 5, ..Vault::new(key()) };
    let of_threads = mint_batch_with(&vault, crowd(), NonZeroUsize::new(5).unwrap());
    assert_eq!(vault.most_at_once.load(Ordering::SeqCst), 5);
    vault.most_at_once.store(0, Ordering::SeqCst);
    let of_futures = block_on(mint_batch_with_async(&vault, crowd(), NonZeroUsize::new(5).unwrap()));
    assert_eq!(vault.most_at_once.load(Ordering::SeqCst), 5);
    for tokens in [of_threads, of_futures] {
        assert_eq!(tokens.len(), 40);
        for (place, (token, id)) in tokens.into_iter().zip(&ids).enumerate() {
            if place == 7 {
                let text = token.unwrap_err().to_string();
                assert_eq!(
                    text,
                    "the token of participant p000000000000000000007 could not be signed: ThrottlingException: slow down"
                );
                continue;
            }
            let token = token.unwrap();
            assert_eq!(token.participant_id().as_str(), id);
            assert!(
                Verifier::builder()
                    .key(arn(KID), key().verifying_key().clone())
                    .build()
                    .unwrap()
                    .verify(token.as_str())
                    .is_ok()
            );
        }
    }
    assert!(mint_batch_with(&vault, Vec::<Connection>::new(), NonZeroUsize::MIN).is_empty());
}

/// A signer with a key of its own must not mint under the name of another.
#[test]
fn a_signer_with_the_wrong_key_mints_nothing() {
    let impostor = Vault::new(attacker_key());
    assert_eq!(participant().mint_with(&impostor).unwrap_err(), MintError::WrongSignature);
    assert_eq!(block_on(participant().mint_with_async(&impostor)).unwrap_err(), MintError::WrongSignature);
    let tokens = mint_batch_with(&impostor, [participant(), participant()], NonZeroUsize::MIN);
    assert!(tokens.iter().all(|token| matches!(token, Err(MintError::WrongSignature))));
}

/// A signer that prints what it is given.
struct Printing(std::cell::RefCell<String>);

impl Signer for Printing {
    fn kid(&self) -> Option<&PublicKeyArn> {
        None
    }

    fn verifying_key(&self) -> &VerifyingKey {
        key().verifying_key()
    }

    fn sign(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError> {
        *self.0.borrow_mut() = format!("{input:?}");
        Err(SignerError::new("away"))
    }
}

/// Neither the text to be signed, nor its digest, nor a signature is in what is printed.
#[test]
fn nothing_of_a_token_is_printed() {
    let unsigned = unsigned();
    let text = format!("{unsigned:?}");
    assert!(text.contains("participant_id") && !text.contains(unsigned.signing_input()), "{text}");
    let printing = Printing(String::new().into());
    let channel = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh".parse().unwrap();
    let error = Playback::new(channel).mint_with(&printing).unwrap_err();
    assert_eq!(printing.0.into_inner(), "SigningInput { .. }");
    assert_eq!(
        error.to_string(),
        "the token for channel arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh could not be signed: away"
    );
}
