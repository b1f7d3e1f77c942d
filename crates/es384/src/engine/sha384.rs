//! SHA-384 (FIPS 180-4) of eight messages side by side, one in each lane.

use super::lanes::{Lanes, Task, eight};

/// The length of a block in bytes.
pub(super) const BLOCK: usize = 128;
/// The shortest padding in bytes: one byte that marks the end of the message, and its length in bits.
pub(super) const PADDING: usize = 17;

/// The state after some blocks.
pub(super) type State = [u64; 8];

/// The digests of many messages, in their order. They are computed eight at a time if that is faster than `one`,
/// which computes a single digest.
pub(crate) fn digests<L: Lanes>(
    lanes: L,
    messages: &[&[u8]],
    one: impl Fn(&[u8]) -> [u8; 48],
) -> Vec<[u8; 48]> {
    let mut digests = vec![[0; 48]; messages.len()];
    for group in by_length(messages).chunks(8) {
        let lengths = || group.iter().map(|place| blocks(messages[*place].len()));
        if worthwhile(lengths().sum(), lengths().max().unwrap_or(0)) {
            // Lanes without a message repeat the first.
            let of_lanes =
                digest_8(lanes, &std::array::from_fn(|lane| messages[*group.get(lane).unwrap_or(&group[0])]));
            for (place, digest) in group.iter().zip(of_lanes) {
                digests[*place] = digest;
            }
        } else {
            for place in group {
                digests[*place] = one(messages[*place]);
            }
        }
    }
    digests
}

/// The places of the messages, ordered so that messages of similar length are together, because a lane whose message
/// has ended waits for the others. They are sorted into buckets; the sort of the standard library would add 13 KB of
/// code.
fn by_length(messages: &[&[u8]]) -> Vec<usize> {
    const BUCKETS: usize = 64;
    let bucket = |message: &&[u8]| blocks(message.len()).min(BUCKETS - 1);
    // First where the next bucket begins, then where each bucket continues.
    let mut next = [0; BUCKETS + 1];
    for message in messages {
        next[bucket(message) + 1] += 1;
    }
    for i in 1..=BUCKETS {
        next[i] += next[i - 1];
    }
    let mut order = vec![0; messages.len()];
    for (place, message) in messages.iter().enumerate() {
        let at = &mut next[bucket(message)];
        order[*at] = place;
        *at += 1;
    }
    order
}

/// Whether lanes are faster for messages with `all` blocks in total, of which the longest has `longest`. A block in
/// eight lanes takes less time than two blocks one by one.
fn worthwhile(all: usize, longest: usize) -> bool {
    all > 2 * longest
}

/// The digests of eight messages of any lengths. The time depends on the lengths.
pub(crate) fn digest_8<L: Lanes>(lanes: L, messages: &[&[u8]; 8]) -> [[u8; 48]; 8] {
    finish(lanes, eight!(i => lanes.splat(INITIAL[i])), &messages.map(|message| Input::new(message, 0)))
}

/// [`digest_8`] of messages before which each lane had a block that led to its state.
pub(super) fn digest_8_after<L: Lanes>(
    lanes: L,
    states: [&State; 8],
    messages: &[&[u8]; 8],
) -> [[u8; 48]; 8] {
    let mut bytes = [[0; 64]; 8];
    for (bytes, state) in bytes.iter_mut().zip(states) {
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
    }
    let state = lanes.run(Load { lanes, states: &bytes });
    super::secret::overwrite(&mut bytes, [0; 64]);
    finish(lanes, state, &messages.map(|message| Input::new(message, BLOCK)))
}

/// Works all blocks into the state.
fn finish<L: Lanes>(lanes: L, mut state: [L; 8], inputs: &[Input<'_>; 8]) -> [[u8; 48]; 8] {
    for number in 0..inputs.iter().map(|input| input.blocks).max().unwrap_or(0) {
        let active = (0..8).fold(0, |mask, lane| mask | u8::from(number < inputs[lane].blocks) << lane);
        lanes.run(Compress {
            lanes,
            state: &mut state,
            blocks: eight!(lane => inputs[lane].block(number)),
            active,
        });
    }
    let words = lanes.run(Store(&state));
    std::array::from_fn(|lane| {
        let mut digest = [0; 48];
        let (chunks, _) = digest.as_chunks_mut::<8>();
        for (chunk, words) in chunks.iter_mut().zip(&words) {
            *chunk = words[lane].to_be_bytes();
        }
        digest
    })
}

/// How many blocks a message of this length has.
fn blocks(length: usize) -> usize {
    (length + PADDING).div_ceil(BLOCK)
}

/// A message, and its end with the padding, which is one block or two.
struct Input<'a> {
    whole: &'a [[u8; BLOCK]],
    end: [[u8; BLOCK]; 2],
    blocks: usize,
}

impl<'a> Input<'a> {
    /// With so many bytes before the message.
    fn new(message: &'a [u8], before: usize) -> Self {
        let (whole, rest) = message.as_chunks();
        let blocks = blocks(message.len());
        let mut end = [[0; BLOCK]; 2];
        end[0][..rest.len()].copy_from_slice(rest);
        end[0][rest.len()] = 0x80;
        let bits = 8 * (before + message.len()) as u128;
        end[blocks - whole.len() - 1][BLOCK - 16..].copy_from_slice(&bits.to_be_bytes());
        Self { whole, end, blocks }
    }

    /// A block of the message. Beyond its end, any block.
    fn block(&self, number: usize) -> &[u8; BLOCK] {
        self.whole.get(number).unwrap_or_else(|| &self.end[(number - self.whole.len()).min(1)])
    }
}

impl Drop for Input<'_> {
    fn drop(&mut self) {
        // The message may be the input of a keyed hash.
        super::secret::overwrite(&mut self.end, [0; BLOCK]);
    }
}

/// Works a block into the state of each active lane.
struct Compress<'a, L> {
    lanes: L,
    state: &'a mut [L; 8],
    blocks: [&'a [u8; BLOCK]; 8],
    active: u8,
}

impl<L: Lanes> Task<L> for Compress<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let halves = eight!(lane => self.blocks[lane].as_chunks::<64>().0);
        let mut words = [self.lanes.splat(0); 16];
        for half in 0..2 {
            let rows = eight!(lane => self.lanes.load_bytes(&halves[lane][half]));
            words[8 * half..8 * half + 8].copy_from_slice(&L::transpose(rows));
        }
        let mut state = *self.state;
        for (number, constants) in CONSTANTS.as_chunks::<16>().0.iter().enumerate() {
            if number > 0 {
                expand(&mut words);
            }
            for i in 0..16 {
                round(&mut state, words[i].add(words[i].splat(constants[i])));
            }
        }
        *self.state = eight!(i => self.state[i].blend(self.active, self.state[i].add(state[i])));
    }
}

/// The next sixteen words of the message schedule (FIPS 180-4, section 6.4.2).
#[inline(always)]
fn expand<L: Lanes>(words: &mut [L; 16]) {
    for i in 0..16 {
        let (early, late) = (words[(i + 1) % 16], words[(i + 14) % 16]);
        let early = early.ror::<1>().xor3(early.ror::<8>(), early.shr::<7>());
        let late = late.ror::<19>().xor3(late.ror::<61>(), late.shr::<6>());
        words[i] = words[i].add(early).add(words[(i + 9) % 16]).add(late);
    }
}

#[inline(always)]
fn round<L: Lanes>(state: &mut [L; 8], word: L) {
    let [a, b, c, d, e, f, g, h] = *state;
    let upper = e.ror::<14>().xor3(e.ror::<18>(), e.ror::<41>());
    let first = h.add(word).add(e.choose(f, g)).add(upper);
    let second = a.ror::<28>().xor3(a.ror::<34>(), a.ror::<39>()).add(a.majority(b, c));
    *state = [first.add(second), a, b, c, d.add(first), e, f, g];
}

/// A state for each lane, its words the most significant byte first.
struct Load<'a, L> {
    lanes: L,
    states: &'a [[u8; 64]; 8],
}

impl<L: Lanes> Task<L> for Load<'_, L> {
    type Output = [L; 8];

    #[inline(always)]
    fn run(self) -> [L; 8] {
        L::transpose(eight!(lane => self.lanes.load_bytes(&self.states[lane])))
    }
}

struct Store<'a, L>(&'a [L; 8]);

impl<L: Lanes> Task<L> for Store<'_, L> {
    type Output = [[u64; 8]; 8];

    #[inline(always)]
    fn run(self) -> Self::Output {
        eight!(i => self.0[i].store())
    }
}

/// FIPS 180-4, section 5.3.4.
pub(super) const INITIAL: State = [
    0xCBBB_9D5D_C105_9ED8,
    0x629A_292A_367C_D507,
    0x9159_015A_3070_DD17,
    0x152F_ECD8_F70E_5939,
    0x6733_2667_FFC0_0B31,
    0x8EB4_4A87_6858_1511,
    0xDB0C_2E0D_64F9_8FA7,
    0x47B5_481D_BEFA_4FA4,
];

/// FIPS 180-4, section 4.2.3.
const CONSTANTS: [u64; 80] = [
    0x428A_2F98_D728_AE22,
    0x7137_4491_23EF_65CD,
    0xB5C0_FBCF_EC4D_3B2F,
    0xE9B5_DBA5_8189_DBBC,
    0x3956_C25B_F348_B538,
    0x59F1_11F1_B605_D019,
    0x923F_82A4_AF19_4F9B,
    0xAB1C_5ED5_DA6D_8118,
    0xD807_AA98_A303_0242,
    0x1283_5B01_4570_6FBE,
    0x2431_85BE_4EE4_B28C,
    0x550C_7DC3_D5FF_B4E2,
    0x72BE_5D74_F27B_896F,
    0x80DE_B1FE_3B16_96B1,
    0x9BDC_06A7_25C7_1235,
    0xC19B_F174_CF69_2694,
    0xE49B_69C1_9EF1_4AD2,
    0xEFBE_4786_384F_25E3,
    0x0FC1_9DC6_8B8C_D5B5,
    0x240C_A1CC_77AC_9C65,
    0x2DE9_2C6F_592B_0275,
    0x4A74_84AA_6EA6_E483,
    0x5CB0_A9DC_BD41_FBD4,
    0x76F9_88DA_8311_53B5,
    0x983E_5152_EE66_DFAB,
    0xA831_C66D_2DB4_3210,
    0xB003_27C8_98FB_213F,
    0xBF59_7FC7_BEEF_0EE4,
    0xC6E0_0BF3_3DA8_8FC2,
    0xD5A7_9147_930A_A725,
    0x06CA_6351_E003_826F,
    0x1429_2967_0A0E_6E70,
    0x27B7_0A85_46D2_2FFC,
    0x2E1B_2138_5C26_C926,
    0x4D2C_6DFC_5AC4_2AED,
    0x5338_0D13_9D95_B3DF,
    0x650A_7354_8BAF_63DE,
    0x766A_0ABB_3C77_B2A8,
    0x81C2_C92E_47ED_AEE6,
    0x9272_2C85_1482_353B,
    0xA2BF_E8A1_4CF1_0364,
    0xA81A_664B_BC42_3001,
    0xC24B_8B70_D0F8_9791,
    0xC76C_51A3_0654_BE30,
    0xD192_E819_D6EF_5218,
    0xD699_0624_5565_A910,
    0xF40E_3585_5771_202A,
    0x106A_A070_32BB_D1B8,
    0x19A4_C116_B8D2_D0C8,
    0x1E37_6C08_5141_AB53,
    0x2748_774C_DF8E_EB99,
    0x34B0_BCB5_E19B_48A8,
    0x391C_0CB3_C5C9_5A63,
    0x4ED8_AA4A_E341_8ACB,
    0x5B9C_CA4F_7763_E373,
    0x682E_6FF3_D6B2_B8A3,
    0x748F_82EE_5DEF_B2FC,
    0x78A5_636F_4317_2F60,
    0x84C8_7814_A1F0_AB72,
    0x8CC7_0208_1A64_39EC,
    0x90BE_FFFA_2363_1E28,
    0xA450_6CEB_DE82_BDE9,
    0xBEF9_A3F7_B2C6_7915,
    0xC671_78F2_E372_532B,
    0xCA27_3ECE_EA26_619C,
    0xD186_B8C7_21C0_C207,
    0xEADA_7DD6_CDE0_EB1E,
    0xF57D_4F7F_EE6E_D178,
    0x06F0_67AA_7217_6FBA,
    0x0A63_7DC5_A2C8_98A6,
    0x113F_9804_BEF9_0DAE,
    0x1B71_0B35_131C_471B,
    0x28DB_77F5_2304_7D84,
    0x32CA_AB7B_40C7_2493,
    0x3C9E_BE0A_15C9_BEBC,
    0x431D_67C4_9C10_0D4C,
    0x4CC5_D4BE_CB3E_42B6,
    0x597F_299C_FC65_7E2A,
    0x5FCB_6FAB_3AD6_FAEC,
    0x6C44_198C_4A47_5817,
];
