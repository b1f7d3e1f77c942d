//! SHA-384 (FIPS 180-4, sections 4.1.3, 5 and 6.4) of eight messages side by side.

use super::lanes::{Lanes, Task, eight};
use crate::backend::{Active, Backend};

/// Bytes of a block.
const BLOCK: usize = 128;

/// Fewer than so many are faster one by one: they would leave too many lanes without work.
const FEW: usize = 4;

/// The digest of each message.
pub(super) fn sha384_all<L: Lanes>(lanes: L, messages: &[&[u8]]) -> Vec<[u8; 48]> {
    let mut digests = vec![[0; 48]; messages.len()];
    // The longest of eight says how long they take: those of about the same length go together.
    let mut places: Vec<usize> = (0..messages.len()).collect();
    places.sort_by_key(|place| messages[*place].len());
    for places in places.chunks(8) {
        if places.len() < FEW {
            for place in places {
                digests[*place] = Active::sha384(messages[*place]);
            }
        } else {
            let eight =
                std::array::from_fn(|lane| places.get(lane).map_or(&[][..], |place| messages[*place]));
            for (place, digest) in places.iter().zip(sha384(lanes, eight)) {
                digests[*place] = digest;
            }
        }
    }
    digests
}

/// The digests of eight messages of any lengths.
fn sha384<L: Lanes>(lanes: L, messages: [&[u8]; 8]) -> [[u8; 48]; 8] {
    let padded = messages.map(Padded::new);
    let state = lanes.run(Digest { lanes, messages: &padded });
    std::array::from_fn(|lane| {
        let mut digest = [0; 48];
        for (bytes, words) in digest.chunks_mut(8).zip(&state) {
            bytes.copy_from_slice(&words[lane].to_be_bytes());
        }
        digest
    })
}

/// A message in blocks, the last one or two of them with what comes behind its end (section 5.1.2).
struct Padded<'a> {
    whole: &'a [[u8; BLOCK]],
    tail: [[u8; BLOCK]; 2],
    tail_blocks: usize,
}

impl<'a> Padded<'a> {
    fn new(message: &'a [u8]) -> Self {
        let (whole, rest) = message.as_chunks();
        let mut tail = [[0; BLOCK]; 2];
        tail[0][..rest.len()].copy_from_slice(rest);
        tail[0][rest.len()] = 0x80;
        // The length in bits takes sixteen bytes.
        let tail_blocks = if rest.len() < BLOCK - 16 { 1 } else { 2 };
        let bits = 8 * message.len() as u128;
        tail[tail_blocks - 1][BLOCK - 16..].copy_from_slice(&bits.to_be_bytes());
        Self { whole, tail, tail_blocks }
    }

    fn blocks(&self) -> usize {
        self.whole.len() + self.tail_blocks
    }

    /// The words of a block, and of no block in particular behind the last one.
    #[inline(always)]
    fn words(&self, block: usize) -> [[u64; 8]; 2] {
        let block = match block.checked_sub(self.whole.len()) {
            None => &self.whole[block],
            Some(behind) => &self.tail[behind & 1],
        };
        let (words, _) = block.as_chunks();
        std::array::from_fn(|half| std::array::from_fn(|i| u64::from_be_bytes(words[8 * half + i])))
    }
}

struct Digest<'a, L> {
    lanes: L,
    messages: &'a [Padded<'a>; 8],
}

impl<L: Lanes> Task<L> for Digest<'_, L> {
    type Output = [[u64; 8]; 8];

    #[inline(always)]
    fn run(self) -> [[u64; 8]; 8] {
        let Self { lanes, messages } = self;
        let mut state = eight!(i => lanes.splat(INITIAL[i]));
        let blocks = messages.iter().map(Padded::blocks).max().unwrap_or_default();
        for block in 0..blocks {
            let mut words = [[[0; 8]; 2]; 8];
            let mut ended = 0;
            for lane in 0..8 {
                words[lane] = messages[lane].words(block);
                ended |= u8::from(block >= messages[lane].blocks()) << lane;
            }
            let first = lanes.transpose(eight!(lane => &words[lane][0]));
            let second = lanes.transpose(eight!(lane => &words[lane][1]));
            let next = compress(lanes, state, first, second);
            state = eight!(i => next[i].blend(ended, state[i]));
        }
        eight!(i => state[i].store())
    }
}

/// Section 6.4.2, with the words of the block in two halves.
#[inline(always)]
fn compress<L: Lanes>(lanes: L, state: [L; 8], mut first: [L; 8], mut second: [L; 8]) -> [L; 8] {
    let mut s = state;
    for sixteen in 0..5 {
        if sixteen > 0 {
            schedule(&mut first, &second);
            // What was just made of the first half is behind the second one.
            schedule(&mut second, &first);
        }
        let constants = &ROUND_CONSTANTS[16 * sixteen..16 * sixteen + 16];
        let _: [(); 8] = eight!(i => s = round(s, lanes.splat(constants[i]), first[i]));
        let _: [(); 8] = eight!(i => s = round(s, lanes.splat(constants[8 + i]), second[i]));
    }
    eight!(i => state[i].add(s[i]))
}

/// Puts the words sixteen further on in the place of eight, whose next eight are given.
#[inline(always)]
fn schedule<L: Lanes>(words: &mut [L; 8], next: &[L; 8]) {
    let _: [(); 8] = eight!(i => {
        let (after_1, before_7, before_2) = (
            if i < 7 { words[(i + 1) % 8] } else { next[0] },
            if i < 7 { next[(i + 1) % 8] } else { words[0] },
            if i < 2 { next[(i + 6) % 8] } else { words[(i + 6) % 8] },
        );
        let sigma_0 = after_1.rotate::<1>().xor3(after_1.rotate::<8>(), after_1.shr::<7>());
        let sigma_1 = before_2.rotate::<19>().xor3(before_2.rotate::<61>(), before_2.shr::<6>());
        words[i] = words[i].add(sigma_0).add(before_7).add(sigma_1);
    });
}

#[inline(always)]
fn round<L: Lanes>([a, b, c, d, e, f, g, h]: [L; 8], constant: L, word: L) -> [L; 8] {
    let sum_1 = e.rotate::<14>().xor3(e.rotate::<18>(), e.rotate::<41>());
    let one = h.add(word.add(constant)).add(e.choose(f, g)).add(sum_1);
    let sum_0 = a.rotate::<28>().xor3(a.rotate::<34>(), a.rotate::<39>());
    let two = sum_0.add(a.majority(b, c));
    [one.add(two), a, b, c, d.add(one), e, f, g]
}

/// Section 5.3.4.
const INITIAL: [u64; 8] = [
    0xcbbb_9d5d_c105_9ed8,
    0x629a_292a_367c_d507,
    0x9159_015a_3070_dd17,
    0x152f_ecd8_f70e_5939,
    0x6733_2667_ffc0_0b31,
    0x8eb4_4a87_6858_1511,
    0xdb0c_2e0d_64f9_8fa7,
    0x47b5_481d_befa_4fa4,
];

/// Section 4.2.3.
const ROUND_CONSTANTS: [u64; 80] = [
    0x428a_2f98_d728_ae22,
    0x7137_4491_23ef_65cd,
    0xb5c0_fbcf_ec4d_3b2f,
    0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538,
    0x59f1_11f1_b605_d019,
    0x923f_82a4_af19_4f9b,
    0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242,
    0x1283_5b01_4570_6fbe,
    0x2431_85be_4ee4_b28c,
    0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f,
    0x80de_b1fe_3b16_96b1,
    0x9bdc_06a7_25c7_1235,
    0xc19b_f174_cf69_2694,
    0xe49b_69c1_9ef1_4ad2,
    0xefbe_4786_384f_25e3,
    0x0fc1_9dc6_8b8c_d5b5,
    0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275,
    0x4a74_84aa_6ea6_e483,
    0x5cb0_a9dc_bd41_fbd4,
    0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab,
    0xa831_c66d_2db4_3210,
    0xb003_27c8_98fb_213f,
    0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2,
    0xd5a7_9147_930a_a725,
    0x06ca_6351_e003_826f,
    0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc,
    0x2e1b_2138_5c26_c926,
    0x4d2c_6dfc_5ac4_2aed,
    0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de,
    0x766a_0abb_3c77_b2a8,
    0x81c2_c92e_47ed_aee6,
    0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364,
    0xa81a_664b_bc42_3001,
    0xc24b_8b70_d0f8_9791,
    0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218,
    0xd699_0624_5565_a910,
    0xf40e_3585_5771_202a,
    0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8,
    0x1e37_6c08_5141_ab53,
    0x2748_774c_df8e_eb99,
    0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63,
    0x4ed8_aa4a_e341_8acb,
    0x5b9c_ca4f_7763_e373,
    0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc,
    0x78a5_636f_4317_2f60,
    0x84c8_7814_a1f0_ab72,
    0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28,
    0xa450_6ceb_de82_bde9,
    0xbef9_a3f7_b2c6_7915,
    0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c,
    0xd186_b8c7_21c0_c207,
    0xeada_7dd6_cde0_eb1e,
    0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba,
    0x0a63_7dc5_a2c8_98a6,
    0x113f_9804_bef9_0dae,
    0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84,
    0x32ca_ab7b_40c7_2493,
    0x3c9e_be0a_15c9_bebc,
    0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6,
    0x597f_299c_fc65_7e2a,
    0x5fcb_6fab_3ad6_faec,
    0x6c44_198c_4a47_5817,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{lanes::Model, tests::Random};

    /// The digests of these messages, by every implementation of the lanes.
    fn check(messages: [&[u8]; 8], expected: &[[u8; 48]; 8]) {
        assert_eq!(&sha384(Model::ZERO, messages), expected);
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = crate::engine::lanes::Ifma::detect() {
            assert_eq!(&sha384(lanes, messages), expected);
        }
    }

    /// FIPS 180-4's own examples ("abc", and the one of two blocks), and the empty message.
    #[test]
    fn published_examples() {
        let two_blocks = b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
        let hex = |text: &str| -> [u8; 48] {
            std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
        };
        let [abc, long, empty] = [
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
            "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
        ]
        .map(hex);
        check(
            [b"abc", two_blocks, b"", b"abc", b"", b"", two_blocks, b"abc"],
            &[abc, long, empty, abc, empty, empty, long, abc],
        );
    }

    /// Every length around the ends of blocks, beside every other, in every lane.
    #[test]
    fn as_the_backend_has_it() {
        let mut random = Random::new(8);
        let bytes: [u8; 2000] = random.bytes();
        for length in 0..600 {
            let messages: [&[u8]; 8] = std::array::from_fn(|lane| {
                let start = random.below(100);
                let length = if lane == length % 8 { length } else { random.below(1200) };
                &bytes[start..start + length]
            });
            check(messages, &messages.map(Active::sha384));
        }
    }

    #[test]
    fn any_number_of_any_lengths() {
        let mut random = Random::new(9);
        let bytes: [u8; 2000] = random.bytes();
        for count in 0..40 {
            let messages: Vec<&[u8]> = (0..count).map(|_| &bytes[..random.below(1500)]).collect();
            let expected: Vec<[u8; 48]> = messages.iter().map(|message| Active::sha384(message)).collect();
            assert_eq!(sha384_all(Model::ZERO, &messages), expected);
            assert_eq!(crate::engine::sha384(&messages), expected);
        }
    }
}
