//! How many heap allocations one mint and one verification make. Alone in its binary, for it counts all of them.

use conformance::heap::{Counting, counted, held};
use conformance::{key, signing_key, stage, verifier_of};
use es384::Path;
use ivs_token::{SigningKey, Timestamp, UserId, Verifier};

const MINT_LIMIT: usize = 4;
const VERIFY_LIMIT: usize = 12;
/// Bytes that the table of a prepared key may take.
const TABLE_LIMIT: usize = 512 * 1024;
/// What the claims own: the user ID, the attributes and where each of them stands.
const HIT_LIMIT: usize = 3;

#[global_allocator]
static HEAP: Counting = Counting;

/// In proportion to the keys: where each was imported on its own, a copy of all before it was made each time, and four times the
/// keys took sixteen times the work.
#[test]
fn a_verifier_is_built_in_proportion_to_its_keys() {
    let public = key().verifying_key();
    let built = |keys: usize| {
        let mut builder = Verifier::builder().prepared_limit(0);
        for number in 0..keys {
            let arn =
                conformance::arn(&format!("arn:aws:ivs:us-west-2:123456789012:public-key/k{number:05}"));
            builder = builder.key(arn, public.clone());
        }
        counted(|| builder.build().unwrap()).1
    };
    let (few, many) = (built(250), built(1000));
    println!("{few} allocations for 250 keys, {many} for 1000");
    assert!(few >= 250, "{few}: it copies what it keeps");
    assert!(many <= 6 * few, "{many} for four times the keys, and {few}");
}

#[test]
fn few() {
    assert_eq!(counted(|| Box::new(1)).1, 1, "the counter counts");
    let (key, verifier) = (signing_key(), verifier_of(key().verifying_key().clone()));
    let now = conformance::now();
    let participant = |user_id: &str| {
        stage()
            .participant()
            .user_id(UserId::try_from(user_id).unwrap())
            .attribute("displayName", "Ana")
            .attribute("seat", "12")
            .attribute("team", "blue")
    };
    // What a backend or the library sets up once is not the price of each call.
    drop(verifier.verify(participant("x").mint_at(&key, now).unwrap().as_str()).unwrap());

    let bare = conformance::key();
    let (signature, signing) = counted(|| bare.sign(&[0; 800]).unwrap());
    let checking = counted(|| bare.verifying_key().verify(&[0; 800], &signature).unwrap()).1;
    println!("{}: {signing} of them in the signature alone, {checking} in checking it", es384::BACKEND);

    let mut most = (0, 0);
    for user_id in
        ["ana", "José 😀", "a name of rather more characters, as long as a user ID is ever likely to be"]
    {
        let built = participant(user_id);
        let (token, minting) = counted(|| built.mint_at(&key, now));
        let token = token.unwrap().into_string();
        let (verified, verifying) = counted(|| verifier.verify(&token));
        println!(
            "{}: {minting} allocations to mint, {verifying} to verify, {} characters, user_id {user_id:?}",
            es384::BACKEND,
            token.len(),
        );
        assert_eq!(verified.unwrap().attributes().len(), 3);
        most = (most.0.max(minting), most.1.max(verifying));
    }
    let template = participant("ana");
    let (text, from_template) = counted(|| template.mint_text_at(&key, now));
    assert_eq!(verifier.verify(&text.unwrap()).unwrap().attributes().len(), 3);
    println!("{from_template} to mint the text from a template");
    most.0 = most.0.max(from_template);
    let built = participant("ana").participant_id("p");
    println!("{} to mint with a given participant ID", counted(|| built.mint(&key)).1);
    let public = conformance::key().verifying_key().clone();
    let caching = Verifier::builder().key(conformance::arn(conformance::KID), public).clock(now).cache(10);
    let caching = caching.build().unwrap();
    let token = participant("ana").mint_at(&key, now).unwrap();
    drop(caching.verify(token.as_str()).unwrap());
    let (hit, hitting) = counted(|| caching.verify(token.as_str()));
    println!("{hitting} for a hit in the verify cache");
    assert_eq!(hit.unwrap().claims(), token.claims());
    assert_eq!(counted(Timestamp::now).1, 0, "to ask for the time");
    assert!(most.0 <= MINT_LIMIT, "{} to mint", most.0);
    assert!(most.1 <= VERIFY_LIMIT, "{} to verify", most.1);
    assert!(hitting <= HIT_LIMIT, "{hitting} for a hit");
}

#[test]
fn few_on_every_path() {
    // A key of its own: prepared twice, one key has one table, and the other test prepares the common one.
    let private = SigningKey::from(es384::SigningKey::generate().unwrap());
    let private = private.with_id(conformance::arn(conformance::KID));
    let built = stage().participant().user_id("ana").attribute("displayName", "Ana");
    let token = built.mint_at(&private, conformance::now()).unwrap();
    // It makes the table that all keys of a path share; so does the first verification of a process.
    let prepared = |path| {
        let public = private.verifying_key().unprepared();
        public.prepare_on(path);
        public
    };
    for path in Path::all() {
        let first = prepared(path);
        let verifier = verifier_of(first.clone());
        drop(verifier.verify(token.as_str()).unwrap());
        let (verified, verifying) = counted(|| verifier.verify(token.as_str()));
        drop(verified.unwrap());
        drop((verifier, first));
        let before = held();
        let second = prepared(path);
        let taken = held().wrapping_sub(before);
        println!("{path:?}: {verifying} allocations to verify, {taken} bytes of a prepared key");
        assert!(verifying <= VERIFY_LIMIT, "{path:?}: {verifying} to verify");
        if second.is_prepared() {
            // With the table there is little else: the cell of the key, and that of its clones.
            assert!(taken > 300 * 1024, "{path:?}: a table of {taken} bytes was not measured");
            assert!(taken <= TABLE_LIMIT, "{path:?}: {taken} bytes");
        }
    }
}
