//! Digests in lanes against the published ones and against another implementation.

use super::{
    super::{
        lanes::Lanes,
        sha384::{digest_8, digests},
    },
    Random, hex, sha384,
    ways::on_all_lanes,
};

/// NIST's examples for FIPS 180-4: the empty message, one block, two blocks, and a million times "a".
const PUBLISHED: [(&str, usize, &str); 4] = [
    (
        "",
        1,
        "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
    ),
    (
        "abc",
        1,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        1,
        "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
    ),
    (
        "a",
        1_000_000,
        "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985",
    ),
];

on_all_lanes!(published, every_length, mixed_lengths);

fn published<L: Lanes>(lanes: L) {
    let messages = PUBLISHED.map(|(text, times, _)| text.repeat(times));
    // Each in every lane, beside the others.
    for turn in 0..8 {
        let found = digest_8(lanes, &std::array::from_fn(|lane| messages[(lane + turn) % 4].as_bytes()));
        for (lane, digest) in found.iter().enumerate() {
            assert_eq!(*digest, hex(PUBLISHED[(lane + turn) % 4].2), "lane {lane}");
        }
    }
}

fn every_length<L: Lanes>(lanes: L) {
    let mut random = Random::new(50);
    for length in 0..=400 {
        let messages: [Vec<u8>; 8] = std::array::from_fn(|_| random.bytes::<400>()[..length].to_vec());
        let found = digest_8(lanes, &messages.each_ref().map(Vec::as_slice));
        assert_eq!(found, messages.map(|message| sha384(&message)), "{length} bytes");
    }
}

fn mixed_lengths<L: Lanes>(lanes: L) {
    let mut random = Random::new(51);
    for _ in 0..300 {
        let messages: Vec<Vec<u8>> = (0..random.below(30))
            .map(|_| {
                // The ends of blocks are where padding goes wrong, so short ones are common.
                let limit = [1, 2, 120, 130, 260, 1000, 5000][random.below(7)];
                (0..random.below(limit)).map(|_| random.bytes::<1>()[0]).collect()
            })
            .collect();
        let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        let wanted: Vec<[u8; 48]> = messages.iter().map(|message| sha384(message)).collect();
        assert_eq!(digests(lanes, &messages, sha384), wanted);
        if let Some(eight) = messages.first_chunk::<8>() {
            assert_eq!(digest_8(lanes, eight), wanted[..8]);
        }
    }
}
