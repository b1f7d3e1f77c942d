//! Public keys as they are loaded: from the JSON of the API, from JWK sets, from folders of PEM files.

use std::fs;
use std::path::Path;

use conformance::*;
use ivs_token::{
    ArnError, JsonError, KeyEntryError, KeyError, KeyNameError, KeyRing, KeyRingError, KeySet, KeySetError,
    PlaybackKeyArn, PublicKey, PublicKeyArn, SigningKey, TagError, Tags, Verifier, VerifyError,
};
use serde_json::{Value, json};

type Set = KeySet<PublicKeyArn>;

const REGION: &str = "us-west-2";
const ACCOUNT: &str = "123456789012";

fn answer() -> Value {
    json!({"publicKey": {
        "arn": KID, "name": "eu-1", "publicKeyMaterial": PUBLIC_PEM, "fingerprint": "98:0d:1a", "tags": {"team": "live"},
    }})
}

fn other_answer() -> Value {
    json!({"publicKey": {"arn": OTHER_KID, "publicKeyMaterial": other_key().verifying_key().to_spki_pem()}})
}

fn named() -> PublicKey {
    let tags = Tags::try_from_iter([("team", "live")]).unwrap();
    PublicKey::new(arn(KID), key().verifying_key().clone()).with_name("eu-1".parse().unwrap()).with_tags(tags)
}

fn other() -> PublicKey {
    PublicKey::new(arn(OTHER_KID), other_key().verifying_key().clone())
}

/// The public JWK of a key, with these members more or otherwise; `null` takes one away.
fn jwk(key: &es384::SigningKey, members: Value) -> Value {
    let mut jwk: Value = serde_json::from_str(&key.verifying_key().to_jwk()).unwrap();
    let Value::Object(members) = members else { unreachable!() };
    for (name, value) in members {
        if value.is_null() {
            jwk.as_object_mut().unwrap().remove(&name);
        } else {
            jwk[name] = value;
        }
    }
    jwk
}

fn entry(entry: &str, source: impl Into<KeyEntryError>) -> KeySetError {
    KeySetError::Entry { entry: entry.into(), source: source.into() }
}

#[test]
fn what_the_api_prints() {
    let one = answer().to_string();
    let bare = answer()["publicKey"].to_string();
    for json in [one.clone(), bare, format!("[{one}]"), format!("\u{feff}{one}\r\n"), format!("\n\n{one}")] {
        assert_eq!(Set::from_json(&json).unwrap().keys(), [named()], "{json}");
        assert_eq!(Set::from_any(&json).unwrap().keys(), [named()], "{json}");
    }
    let utf16: Vec<u8> = format!("\u{feff}{one}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(Set::from_json(utf16).unwrap().keys(), [named()]);
    let two = other_answer().to_string();
    for json in [
        format!("{one}{two}"),
        format!("{one}\n{two}\n"),
        format!("[{one},{two}]"),
        format!("[{one}]\n[]{two}"),
    ] {
        assert_eq!(Set::from_json(&json).unwrap().keys(), [named(), other()], "{json}");
    }
    // What is written is what is read.
    for key in [named(), other()] {
        assert_eq!(Set::from_json(serde_json::to_vec(&key).unwrap()).unwrap().keys(), [key]);
    }
    let mut plain = answer();
    plain["publicKey"]["name"] = Value::Null;
    plain["publicKey"]["tags"] = Value::Null;
    let plain = Set::from_json(plain.to_string()).unwrap();
    assert_eq!((plain.keys()[0].name(), plain.keys()[0].tags().len()), (None, 0));
    let escaped = one.replace("eu-1", "eu\\u002d1").replace(PUBLIC_PEM, PUBLIC_PEM.trim());
    assert_eq!(Set::from_json(escaped).unwrap().keys(), [named()]);
}

#[test]
fn tags_of_aws_are_kept_and_do_not_count() {
    let mut answer = answer();
    let tags: serde_json::Map<_, _> = (0..50).map(|n| (n.to_string(), "v".into())).collect();
    answer["publicKey"]["tags"] = tags.into();
    answer["publicKey"]["tags"]["aws:cloudformation:stack-name"] = "x".into();
    let ring = KeyRing::new();
    ring.import_all(Set::from_json(answer.to_string()).unwrap()).unwrap();
    assert_eq!(ring.tags(&arn(KID)).unwrap().len(), 51);
    ring.tag(&arn(KID), [("49", "w")]).unwrap();
    assert_eq!(ring.tag(&arn(KID), [("50", "v")]), Err(TagError::TooMany { limit: 50 }.into()));
    ring.untag(&arn(KID), ["49"]).unwrap();
    ring.tag(&arn(KID), [("50", "v")]).unwrap();
    answer["publicKey"]["tags"]["50"] = "v".into();
    assert_eq!(Set::from_json(answer.to_string()), Err(entry("entry 1", TagError::TooMany { limit: 50 })));
}

/// Not for ever: counting all of them for each of them would take minutes.
#[test]
fn tags_of_aws_without_number() {
    let mut answer = answer();
    let tags: serde_json::Map<_, _> = (0..200_000).map(|n| (format!("aws:{n}"), "".into())).collect();
    answer["publicKey"]["tags"] = tags.into();
    assert_eq!(Set::from_json(answer.to_string()).unwrap().keys()[0].tags().len(), 200_000);
}

#[test]
fn what_is_no_answer_of_the_api() {
    let of = |json: &str| Set::from_json(json).unwrap_err();
    let second = |change: &dyn Fn(&mut Value)| {
        let mut bad = other_answer();
        change(&mut bad["publicKey"]);
        of(&format!("{}\n{bad}", answer()))
    };
    let syntax = |json: &str| assert!(matches!(of(json), KeySetError::Json(_)), "{json}: {:?}", of(json));
    for json in ["nope", "{", "[{}", "{]", "\u{feff}\u{feff}{}", &format!("{},", answer())] {
        syntax(json);
    }
    assert!(matches!(Set::from_json(b"\xffabc"), Err(KeySetError::Json(_))));
    for json in ["", " \n", "[]", "[][]"] {
        assert!(matches!(of(json), KeySetError::Empty { .. }), "{json:?}");
    }
    for json in ["1", "null", "\"x\"", "[[]]", "[null]"] {
        assert_eq!(of(json), entry("entry 1", KeyEntryError::Json(JsonError::NotAnObject)), "{json}");
    }
    for json in ["{}", r#"{"stage":{}}"#] {
        assert_eq!(of(json), entry("entry 1", KeyEntryError::NotAnAnswer), "{json}");
    }
    assert_eq!(of(r#"{"publicKeys":[{"arn":"a"}]}"#), entry("entry 1", KeyEntryError::Listing));
    assert_eq!(of(r#"{"keys":[]}"#), entry("entry 1", KeyEntryError::JwkSet));
    for json in [r#"{"keyPair":{"arn":"a"}}"#, r#"{"keyPairs":[]}"#] {
        assert_eq!(of(json), entry("entry 1", KeyEntryError::PlaybackKeyPair));
        let error = KeySet::<PlaybackKeyArn>::from_json(json).unwrap_err();
        assert_eq!(error, entry("entry 1", KeyEntryError::PlaybackKeyPair));
    }
    let repeated = JsonError::Repeated { name: "arn".into() };
    assert_eq!(of(r#"{"publicKey":{"arn":"a","arn":"b"}}"#), entry("entry 1", KeyEntryError::Json(repeated)));
    let wrong = |member, wanted| KeyEntryError::Type { member, wanted };
    assert_eq!(of(r#"{"publicKey":[]}"#), entry("entry 1", wrong("publicKey", "an object")));
    for member in ["arn", "publicKeyMaterial"] {
        let missing = entry("entry 2", KeyEntryError::Missing { member });
        assert_eq!(second(&|key| drop(key.as_object_mut().unwrap().remove(member))), missing);
        assert_eq!(second(&|key| key[member] = 1.into()), entry("entry 2", wrong(member, "a string")));
    }
    assert_eq!(second(&|key| key["name"] = 1.into()), entry("entry 2", wrong("name", "a string")));
    for tags in [json!([]), json!("x"), json!({"a": 1}), json!({"a": null})] {
        let error = entry("entry 2", wrong("tags", "an object whose values are strings"));
        assert_eq!(second(&|key| key["tags"] = tags.clone()), error);
    }
    assert_eq!(
        second(&|key| key["arn"] = STAGE_ARN.into()),
        entry(
            "entry 2",
            KeyEntryError::Arn(ArnError::ResourceType { expected: "public-key", found: "stage".into() })
        )
    );
    let name = KeyNameError::Character { character: ' ', position: 1 };
    assert_eq!(second(&|key| key["name"] = "a b".into()), entry("entry 2", name));
    assert_eq!(second(&|key| key["tags"] = json!({"": "x"})), entry("entry 2", TagError::KeyEmpty));
    assert_eq!(
        second(&|key| key["publicKeyMaterial"] = PRIVATE_PEM.into()),
        entry("entry 2", KeyEntryError::PrivateKey)
    );
    assert_eq!(
        second(&|key| key["publicKeyMaterial"] = "x".into()),
        entry("entry 2", KeyEntryError::Key(KeyError::NotAKey))
    );
    let repeated =
        KeySetError::Repeated { arn: KID.into(), first: "entry 1".into(), second: "entry 2".into() };
    assert_eq!(second(&|key| key["arn"] = KID.into()), repeated);
    let playback = KeySet::<PlaybackKeyArn>::from_json(answer().to_string()).unwrap_err();
    assert!(matches!(playback, KeySetError::Entry { source: KeyEntryError::Arn(_), .. }), "{playback}");
}

#[test]
fn as_much_as_the_limits_say() {
    let limit = Set::MAX_LEN;
    assert_eq!(limit, 4 << 20);
    let mut json = answer().to_string();
    json.extend(std::iter::repeat_n(' ', limit - json.len()));
    assert!(Set::from_json(&json).is_ok() && Set::from_any(&json).is_ok());
    json.push(' ');
    for error in [Set::from_json(&json), Set::from_jwks(&json), Set::from_any(&json)] {
        assert_eq!(error, Err(KeySetError::TooLong { limit }));
    }
    let keys = |count: usize| {
        let keys: Vec<_> = (0..count)
            .map(|n| jwk(key(), json!({"kid": format!("arn:aws:ivs:us-west-2:1:public-key/{n}")})))
            .collect();
        json!({"keys": keys}).to_string()
    };
    assert_eq!(Set::MAX_KEYS, 1000);
    let thousand = Set::from_jwks(keys(1000)).unwrap();
    assert_eq!(thousand.keys().len(), 1000);
    assert_eq!(Set::from_jwks(keys(1001)), Err(KeySetError::TooManyKeys { limit: 1000 }));
    // The ring has its own limit, and takes none of a set that is too large.
    let ring = KeyRing::new();
    ring.import(arn(KID), key().verifying_key().clone()).unwrap();
    assert_eq!(ring.import_all(thousand), Err(KeyRingError::Full { limit: 64 }));
    assert_eq!(ring.len(), 1);
}

#[test]
fn jwk_sets_there_and_back() {
    let ring = KeyRing::new();
    ring.import_all([named(), other()]).unwrap();
    let jwks = ring.to_jwks();
    assert_eq!(
        serde_json::from_str::<Value>(&jwks).unwrap(),
        json!({"keys": [jwk(other_key(), json!({"kid": OTHER_KID})), jwk(key(), json!({"kid": KID}))]})
    );
    for set in [Set::from_jwks(&jwks).unwrap(), Set::from_any(&jwks).unwrap()] {
        assert_eq!(
            set.into_iter().map(|key| key.key().clone()).collect::<Vec<_>>(),
            [other().key().clone(), named().key().clone(),]
        );
    }
    // Not every reader knows `exp`, so that a key is there no longer than it verifies.
    ring.retire(&arn(KID), at(NOW + 60)).unwrap();
    let count = |secs: i64| Set::from_jwks(ring.to_jwks_at(at(NOW + secs))).unwrap().keys().len();
    assert_eq!((count(59), count(60)), (2, 1));
    let ending = Set::from_jwks(ring.to_jwks_at(now())).unwrap();
    assert_eq!(ending.keys()[1].retired_at(), Some(at(NOW + 60)));
    assert_eq!(ending.keys()[0].retired_at(), None);
    ring.retire(&arn(KID), at(0)).unwrap();
    assert_eq!(Set::from_jwks(ring.to_jwks()).unwrap().keys().len(), 1);
    assert_eq!(KeyRing::<PublicKeyArn>::new().to_jwks(), r#"{"keys":[]}"#);
    let playback: PlaybackKeyArn = "arn:aws:ivs:us-west-2:123456789012:playback-key/x".parse().unwrap();
    let playbacks = KeyRing::new();
    playbacks.import(playback.clone(), key().verifying_key().clone()).unwrap();
    let set: KeySet<PlaybackKeyArn> = KeySet::from_jwks(playbacks.to_jwks()).unwrap();
    assert_eq!(set.keys(), [PublicKey::new(playback, key().verifying_key().clone())]);
}

/// A server that restarts: the file says until when each key verifies.
#[test]
fn a_saved_ring_knows_when_its_keys_end() {
    let ring = KeyRing::new();
    ring.import_all([named(), other()]).unwrap();
    ring.sign_with(&arn(KID), signing_key()).unwrap();
    let token = good_token();
    ring.rotate(&arn(OTHER_KID), other_signing_key(), at(NOW + 60)).unwrap();
    for saved in [ring.to_json(), ring.to_jwks_at(now())] {
        let again = KeyRing::new();
        again.import_all(Set::from_any(&saved).unwrap()).unwrap();
        again.sign_with(&arn(OTHER_KID), other_signing_key()).unwrap();
        let verdict = |secs| {
            let verifier = Verifier::builder().key_ring(&again).clock(at(NOW + secs)).build().unwrap();
            verifier.verify(&token).map(|_| ())
        };
        assert_eq!(verdict(59), Ok(()));
        let retired_at = at(NOW + 60);
        assert_eq!(verdict(60), Err(VerifyError::RetiredKey { kid: KID.into(), retired_at }));
        let refused = KeyRingError::Retired { arn: KID.into(), retired_at };
        assert_eq!(again.sign_with(&arn(KID), signing_key()).unwrap_err(), refused);
        // What the running server loads anew ends no later than it was to.
        ring.replace(Set::from_any(&saved).unwrap()).unwrap();
        assert_eq!(ring.get(&arn(KID)).unwrap().retired_at(), Some(retired_at));
    }
    let json: Value = serde_json::from_str(&ring.to_json()).unwrap();
    assert_eq!(json[1]["publicKey"]["retiredAt"], at(NOW + 60).to_string());
    assert_eq!(json[0]["publicKey"].get("retiredAt"), None);
    let all = Set::from_json(ring.to_json()).unwrap();
    let held: Vec<PublicKey> = ring.keys().iter().map(|key| PublicKey::clone(key)).collect();
    assert_eq!(all.keys(), held);
    let playback: PlaybackKeyArn = "arn:aws:ivs:us-west-2:123456789012:playback-key/x".parse().unwrap();
    let playbacks = KeyRing::new();
    let key = PublicKey::new(playback, key().verifying_key().clone()).retiring_at(now());
    playbacks.import_public_key(key.clone()).unwrap();
    assert_eq!(KeySet::from_json(playbacks.to_json()).unwrap().keys(), [key]);
}

#[test]
fn a_time_that_is_none_is_refused() {
    for (time, api) in [
        (json!("tomorrow"), true),
        (json!(NOW), true),
        (json!(""), true),
        (json!(at(NOW).to_string()), false),
        (json!(-1), false),
        (json!(1.5), false),
        (json!(NOW * 1000), false),
    ] {
        let error = if api {
            let mut answer = serde_json::to_value(named()).unwrap();
            answer["publicKey"]["retiredAt"] = time.clone();
            Set::from_json(answer.to_string()).unwrap_err()
        } else {
            Set::from_jwks(json!({"keys": [jwk(key(), json!({"kid": KID, "exp": time}))]}).to_string())
                .unwrap_err()
        };
        let words = if api {
            "the key's `retiredAt` is not a time in ISO 8601, such as \"2026-11-21T09:17:25Z\""
        } else {
            "the key's `exp` is not a time in whole seconds since 1970"
        };
        assert!(error.to_string().ends_with(words), "{time}: {error}");
        assert_eq!(error.code(), "INVALID_KEY_SET");
    }
}

#[test]
fn keys_for_something_else_are_passed_over() {
    let good = jwk(key(), json!({"kid": KID, "use": null, "alg": null}));
    for passed in [
        json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
        json!({"kty": "oct", "k": "AQAB"}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": "AQAB", "kid": "x"}),
        json!({"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB", "d": "AQAB", "kid": KID}),
        json!({"kty": 1}),
        json!({"kid": KID}),
        jwk(other_key(), json!({"use": "enc"})),
        jwk(other_key(), json!({"alg": "ECDH-ES"})),
        jwk(other_key(), json!({"key_ops": ["deriveBits"]})),
    ] {
        let set = Set::from_jwks(json!({"keys": [passed, good], "other": 1}).to_string()).unwrap();
        assert_eq!(set.keys().iter().map(|key| key.arn().as_str()).collect::<Vec<_>>(), [KID], "{passed}");
        let none = Set::from_jwks(json!({"keys": [passed]}).to_string());
        assert!(matches!(none, Err(KeySetError::Empty { .. })), "{passed}");
    }
    let verifies = jwk(other_key(), json!({"kid": OTHER_KID, "key_ops": ["verify"], "x5c": []}));
    assert_eq!(Set::from_jwks(json!({"keys": [verifies]}).to_string()).unwrap().keys(), [other()]);
}

#[test]
fn what_is_no_jwk_set() {
    let good = jwk(key(), json!({"kid": KID}));
    let of = |json: &str| Set::from_jwks(json).unwrap_err();
    let second = |bad: Value| of(&json!({"keys": [good, bad]}).to_string());
    let entry = |source| entry("entry 2 of `keys`", source);
    assert!(matches!(of("nope"), KeySetError::Json(_)));
    for json in
        ["[]", "1", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, &good.to_string(), &answer().to_string()]
    {
        assert_eq!(of(json), KeySetError::NotAJwkSet, "{json}");
    }
    let twice = r#"{"keys":[],"keys":[]}"#;
    let repeated = KeySetError::JwkSet(JsonError::Repeated { name: "keys".into() });
    assert_eq!((of(twice), Set::from_any(twice).unwrap_err()), (repeated.clone(), repeated));
    assert!(matches!(of(r#"{"keys":[]}"#), KeySetError::Empty { .. }));
    assert_eq!(second(json!(1)), entry(KeyEntryError::Json(JsonError::NotAnObject)));
    assert_eq!(second(jwk(other_key(), json!({}))), entry(KeyEntryError::KeyIdMissing));
    let wrong = KeyEntryError::Type { member: "kid", wanted: "a string" };
    assert_eq!(second(jwk(other_key(), json!({"kid": 1}))), entry(wrong));
    let source = ArnError::NotIvs { expected: "public-key" };
    assert_eq!(
        second(jwk(other_key(), json!({"kid": "2026-11"}))),
        entry(KeyEntryError::KeyId { found: "2026-11".into(), source })
    );
    let playback = "arn:aws:ivs:us-west-2:123456789012:playback-key/x";
    let error = second(jwk(other_key(), json!({"kid": playback})));
    assert!(matches!(error, KeySetError::Entry { source: KeyEntryError::KeyId { .. }, .. }), "{error}");
    for name in [json!({"kid": OTHER_KID, "d": "AQAB"}), json!({"use": "enc", "d": "AQAB"})] {
        assert_eq!(second(jwk(other_key(), name)), entry(KeyEntryError::PrivateKey));
    }
    let missing = KeyError::JwkMemberMissing { member: "y" };
    assert_eq!(
        second(jwk(other_key(), json!({"kid": OTHER_KID, "y": null}))),
        entry(KeyEntryError::Key(missing))
    );
    assert_eq!(
        second(jwk(other_key(), json!({"kid": KID}))),
        KeySetError::Repeated {
            arn: KID.into(),
            first: "entry 1 of `keys`".into(),
            second: "entry 2 of `keys`".into()
        }
    );
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn from_folder(folder: &Path) -> Result<Set, KeySetError> {
    Set::from_folder(folder, REGION, ACCOUNT)
}

#[test]
fn folders_of_pem_files() {
    let (id, other_id) =
        (arn(KID).resource_id().to_owned() + ".pem", arn(OTHER_KID).resource_id().to_owned() + ".PEM");
    let other_pem = other_key().verifying_key().to_spki_pem();
    let folder = folder(&[
        (&id, PUBLIC_PEM),
        (&other_id, &other_pem),
        ("README.md", "not a key"),
        ("private.key", PRIVATE_PEM),
        (".hidden.pem", "not a key"),
        ("pem", "not a key"),
    ]);
    fs::create_dir(folder.path().join("below")).unwrap();
    fs::write(folder.path().join("below/x.pem"), "not a key").unwrap();
    let keys = from_folder(folder.path()).unwrap();
    assert_eq!(keys.keys(), [other(), PublicKey::new(arn(KID), key().verifying_key().clone())]);
    let playback = KeySet::<PlaybackKeyArn>::from_folder(folder.path(), REGION, ACCOUNT).unwrap();
    let arn = format!("arn:aws:ivs:us-west-2:123456789012:playback-key/{}", &id[..id.len() - 4]);
    assert_eq!(playback.keys()[1].arn().as_str(), arn);

    let ring = KeyRing::new();
    ring.import_all(keys).unwrap();
    let verifier = Verifier::builder().key_ring(&ring).clock(now()).build().unwrap();
    verifier.verify(&good_token()).unwrap();
}

#[test]
#[cfg(unix)]
fn folders_as_they_are_mounted() {
    use std::os::unix::fs::symlink;
    // Kubernetes mounts a secret like this.
    let folder = folder(&[]);
    fs::create_dir(folder.path().join("..2026")).unwrap();
    fs::write(folder.path().join("..2026/abc.pem"), PUBLIC_PEM).unwrap();
    symlink("..2026", folder.path().join("..data")).unwrap();
    symlink("..data/abc.pem", folder.path().join("abc.pem")).unwrap();
    assert_eq!(from_folder(folder.path()).unwrap().keys()[0].arn().resource_id(), "abc");
    // What is there no more.
    symlink("..data/gone.pem", folder.path().join("gone.pem")).unwrap();
    assert!(
        matches!(from_folder(folder.path()), Err(KeySetError::Read { path, .. }) if path.ends_with("/gone.pem"))
    );
}

#[test]
fn what_is_no_folder_of_keys() {
    let bad = |name: &str, content: &str| {
        let folder = folder(&[("abc.pem", PUBLIC_PEM), (name, content)]);
        let path = folder.path().join(name).to_string_lossy().into_owned();
        match from_folder(folder.path()).unwrap_err() {
            KeySetError::Entry { entry, source } => {
                assert_eq!(entry, path);
                source
            }
            other => panic!("{other}"),
        }
    };
    let encrypted = key().to_encrypted_pkcs8_pem("x").unwrap();
    for private in [PRIVATE_PEM, &key().to_pkcs8_pem(), &encrypted] {
        assert_eq!(bad("private.pem", private), KeyEntryError::PrivateKey);
    }
    assert_eq!(bad("x.pem", ""), KeyEntryError::Key(KeyError::Empty));
    let two = PUBLIC_PEM.repeat(2);
    assert_eq!(bad("x.pem", &two), KeyEntryError::Key(KeyError::MoreThanOneKey { blocks: 2 }));
    let long = format!("{PUBLIC_PEM}{}", " ".repeat(65_536 - PUBLIC_PEM.len()));
    assert!(from_folder(folder(&[("x.pem", &long)]).path()).is_ok());
    for beyond in [long.clone() + " ", long + &" ".repeat(1 << 20)] {
        let error = bad("x.pem", &beyond);
        assert!(matches!(error, KeyEntryError::Key(KeyError::TooLong { .. })), "{error}");
    }
    let source = ArnError::ResourceId { expected: "public-key" };
    let found = "arn:aws:ivs:us-west-2:123456789012:public-key/my_key".to_owned();
    assert_eq!(bad("my_key.pem", PUBLIC_PEM), KeyEntryError::FileName { found, source });

    // Account and region in each other's place, or with more in them than they have.
    let good = folder(&[("abc.pem", PUBLIC_PEM)]);
    for (region, account, expected) in [
        (ACCOUNT, REGION, ArnError::Account),
        ("", ACCOUNT, ArnError::Region),
        (REGION, "", ArnError::Account),
        ("US", ACCOUNT, ArnError::Region),
        (
            "us-west-2:1",
            ACCOUNT,
            ArnError::ResourceType { expected: "public-key", found: "123456789012:public-key".into() },
        ),
        ("us-west-2:1:public-key/x", "", ArnError::ResourceId { expected: "public-key" }),
        (REGION, "1:public-key/x", ArnError::ResourceId { expected: "public-key" }),
    ] {
        match Set::from_folder(good.path(), region, account) {
            Err(KeySetError::Entry { source: KeyEntryError::FileName { source, .. }, .. }) => {
                assert_eq!(source, expected, "{region} {account}");
            }
            other => panic!("{region} {account}: {other:?}"),
        }
    }

    let empty = folder(&[("abc.pub", PUBLIC_PEM)]);
    assert!(matches!(from_folder(empty.path()), Err(KeySetError::Empty { .. })));
    let none = empty.path().join("none");
    assert!(
        matches!(from_folder(&none), Err(KeySetError::Read { path, .. }) if path == none.to_string_lossy())
    );
    fs::create_dir(good.path().join("folder.pem")).unwrap();
    let error = from_folder(good.path()).unwrap_err();
    assert!(
        error.to_string().ends_with(
            "folder.pem: this is not a file: the name of a folder or a pipe may not end in .pem here"
        ),
        "{error}"
    );
}

#[test]
#[cfg(unix)]
fn the_name_of_a_file_is_told_without_what_a_terminal_would_obey() {
    let folder = folder(&[("a\u{1b}[2J\nb.pem", PUBLIC_PEM)]);
    let words = from_folder(folder.path()).unwrap_err().to_string();
    assert!(words.contains("public-key/a\\u{1b}[2J\\u{a}b: "), "{words}");
    assert!(!words.contains(char::is_control), "{words:?}");
}

#[test]
#[cfg(unix)]
fn a_pipe_is_not_waited_for() {
    if !require_mkfifo() {
        return;
    }
    let folder = folder(&[]);
    stdout_of(std::process::Command::new("mkfifo").arg(folder.path().join("abc.pem")));
    assert!(matches!(from_folder(folder.path()), Err(KeySetError::Read { .. })));
}

#[cfg(unix)]
fn require_mkfifo() -> bool {
    let there = std::process::Command::new("mkfifo").arg("--version").output().is_ok();
    there || skip("there is no `mkfifo` command")
}

#[test]
fn a_folder_of_too_many_keys() {
    let folder = folder(&[]);
    for n in 0..=1000 {
        fs::write(folder.path().join(format!("{n}.pem")), "").unwrap();
    }
    assert_eq!(from_folder(folder.path()), Err(KeySetError::TooManyKeys { limit: 1000 }));
}

#[test]
fn loading_is_all_or_nothing() {
    let ring = KeyRing::new();
    ring.import(arn(KID), key().verifying_key().clone()).unwrap();
    ring.sign_with(&arn(KID), SigningKey::from(key().clone())).unwrap();
    let before = ring.keys();
    // One of the two is another key under an ARN that is held.
    let stranger = PublicKey::new(arn(KID), attacker_key().verifying_key().clone());
    let set =
        Set::from_json(format!("{}{}", other_answer(), serde_json::to_string(&stranger).unwrap())).unwrap();
    assert_eq!(ring.import_all(set.clone()), Err(KeyRingError::AmbiguousArn { arn: KID.into() }));
    assert_eq!(ring.keys(), before);
    assert_eq!(ring.replace(set), Err(KeyRingError::SigningKeyMismatch { arn: KID.into() }));
    assert_eq!(ring.keys(), before);
    ring.import_all(Set::from_json(other_answer().to_string()).unwrap()).unwrap();
    assert_eq!(ring.len(), 2);
    ring.replace(Set::from_json(answer().to_string()).unwrap()).unwrap();
    assert_eq!(ring.keys().iter().map(|key| PublicKey::clone(key)).collect::<Vec<_>>(), [named()]);
}

#[test]
fn words() {
    let limit = 1000;
    for (error, code, text) in [
        (
            KeySetError::TooLong { limit: 4_194_304 },
            "KEY_SET_TOO_LONG",
            "there are more than 4194304 bytes, too many for a set of keys: check that this is the right file",
        ),
        (KeySetError::Json("WORDS".into()), "INVALID_KEY_SET", "this is not JSON: WORDS"),
        (
            KeySetError::NotAJwkSet,
            "INVALID_KEY_SET",
            "this is not a JWK set: it must be one object with an array `keys` (RFC 7517, section 5)",
        ),
        (KeySetError::JwkSet(JsonError::TooDeep), "INVALID_KEY_SET", "the JWK set is nested too deeply"),
        (
            Set::from_json("").unwrap_err(),
            "NO_KEYS",
            "there is no key in it: give what `aws ivs-realtime get-public-key` prints for each key",
        ),
        (
            Set::from_jwks(r#"{"keys":[]}"#).unwrap_err(),
            "NO_KEYS",
            "there is no key in it: of the keys in the set, none is an EC key on P-384 that verifies ES384",
        ),
        (
            from_folder(folder(&[]).path()).unwrap_err(),
            "NO_KEYS",
            "there is no key in it: the folder must hold a file for each public key, named by its ID, such as \
             f99cde61-c2b0.pem",
        ),
        (
            KeySetError::TooManyKeys { limit },
            "TOO_MANY_KEYS",
            "there are more than 1000 keys: check that this is what you meant",
        ),
        (
            KeySetError::Repeated { arn: "ARN".into(), first: "entry 1".into(), second: "entry 2".into() },
            "AMBIGUOUS_KEY",
            "entry 1 and entry 2 have the same ARN, ARN: an ARN names one key, so keep only one of them",
        ),
        (
            KeySetError::Read { path: "keys/abc.pem".into(), reason: "permission denied".into() },
            "KEY_SET_UNREADABLE",
            "keys/abc.pem: permission denied",
        ),
        (
            entry("entry 1", KeyEntryError::KeyIdMissing),
            "NO_KEY_ID",
            "entry 1: the JWK has no `kid`: a token names its key by ARN, so give the ARN of the key as `kid`",
        ),
    ] {
        assert_eq!((error.code(), error.to_string().as_str()), (code, text));
    }
    let source = ArnError::Account;
    let region = "the region in the ARN may only hold a-z, 0-9 and `-`, as in us-west-2";
    let account = "the account in the ARN may only hold digits, as in 123456789012";
    for (error, code, text) in [
        (KeyEntryError::Json(JsonError::NotAnObject), "INVALID_KEY_SET", "it is not a JSON object"),
        (
            KeyEntryError::NotAnAnswer,
            "INVALID_KEY_SET",
            "it is neither what GetPublicKey or ImportPublicKey prints nor a JWK set: give all of what `aws ivs-realtime \
             get-public-key` prints",
        ),
        (
            KeyEntryError::Listing,
            "NO_KEY_MATERIAL",
            "it is what ListPublicKeys prints, which has no key material: call `aws ivs-realtime get-public-key --arn ARN` \
             for each key in it",
        ),
        (
            KeyEntryError::PlaybackKeyPair,
            "NO_KEY_MATERIAL",
            "it is what the calls for playback key pairs print, which never have the key itself: load the public key that \
             you imported, from a folder of PEM files or a JWK set",
        ),
        (
            KeyEntryError::JwkSet,
            "INVALID_KEY_SET",
            "it is a JWK set, not what GetPublicKey or ImportPublicKey prints: load it on its own",
        ),
        (
            KeyEntryError::Missing { member: "arn" },
            "INVALID_KEY_SET",
            "the key has no `arn`: give the whole key",
        ),
        (
            KeyEntryError::Type { member: "arn", wanted: "a string" },
            "INVALID_KEY_SET",
            "the key's `arn` is not a string",
        ),
        (
            KeyEntryError::KeyId { found: "x".into(), source: source.clone() },
            "INVALID_ARN",
            &format!("the JWK's `kid` \"x\" is not the ARN of a key: {account}"),
        ),
        (KeyEntryError::Arn(ArnError::Region), "INVALID_ARN", &format!("the key's ARN: {region}")),
        (
            KeyEntryError::FileName { found: "ARN".into(), source },
            "INVALID_ARN",
            &format!("the file's name, the account and the region make the ARN ARN: {account}"),
        ),
        (
            KeyEntryError::PrivateKey,
            "KEY_PRIVATE_KEY_GIVEN",
            "this is a private key: remove it; only public keys verify",
        ),
        (
            KeyEntryError::Key(KeyError::OnlyParameters),
            "KEY_ONLY_PARAMETERS",
            "there is only an `EC PARAMETERS` block and no key after it: give the whole file",
        ),
        (
            KeyEntryError::Name(KeyNameError::TooLong { actual: 129, limit: 128 }),
            "INVALID_KEY_NAME",
            "the key's name has 129 characters: at most 128 are allowed",
        ),
        (
            KeyEntryError::Tag(TagError::KeyEmpty),
            "INVALID_TAG_KEY",
            "a tag has an empty key: give each at least one character",
        ),
    ] {
        assert_eq!((error.code(), error.to_string().as_str()), (code, text));
    }
}
