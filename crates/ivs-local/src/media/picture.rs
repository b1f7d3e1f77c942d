//! Reads the size and the type of a picture from the head of its frame. Nothing is decoded.

use h264_reader::nal::sps::{SeqParameterSet, SpsError};
use h264_reader::nal::{Nal, NalHeader, RefNal, UnitType};
use h264_reader::rbsp::BitRead;
use str0m::format::Codec;

/// How many units of an H.264 frame are read. Encoders send three or four before the first slice.
const UNITS: usize = 16;

/// What the head of a frame tells about its picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Picture {
    /// Width and height in pixels. Only keyframes contain them.
    pub(super) size: Option<(u32, u32)>,
    /// Whether it is a B-frame.
    pub(super) is_b: bool,
}

impl Picture {
    pub(super) fn of(codec: Codec, frame: &[u8]) -> Self {
        match codec {
            Codec::Vp8 => Self { size: vp8(frame), is_b: false },
            Codec::H264 => h264(frame),
            _ => Self::default(),
        }
    }
}

/// The size in the head of a keyframe (RFC 6386, section 9.1).
fn vp8(frame: &[u8]) -> Option<(u32, u32)> {
    let head: &[u8; 10] = frame.first_chunk()?;
    let is_whole = head[0] & 1 == 0 && head[3..6] == [0x9d, 0x01, 0x2a];
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    is_whole.then(|| (side(head[6], head[7]), side(head[8], head[9])))
}

/// The size in the parameters before the first slice, and the type of that slice (ITU-T H.264, sections 7.3.2.1 and
/// 7.3.3).
fn h264(frame: &[u8]) -> Picture {
    let mut picture = Picture::default();
    for unit in units(frame).take(UNITS) {
        let nal = RefNal::new(unit, &[], true);
        match nal.header().map(NalHeader::nal_unit_type) {
            Ok(UnitType::SeqParameterSet) => {
                picture.size = parameters(unit).or(picture.size);
            }
            Ok(
                UnitType::SliceLayerWithoutPartitioningNonIdr
                | UnitType::SliceLayerWithoutPartitioningIdr
                | UnitType::SliceDataPartitionALayer,
            ) => {
                let mut bits = nal.rbsp_bits();
                let kind = bits.read_ue("first_mb_in_slice").and_then(|_| bits.read_ue("slice_type"));
                // Types from 5 on mean that all slices of the picture have the type less 5 (table 7-6).
                picture.is_b = kind.is_ok_and(|kind| kind % 5 == 1);
                return picture;
            }
            _ => {}
        }
    }
    picture
}

/// The size in the parameters of a sequence. A size beyond all levels is returned as the greatest possible size.
fn parameters(unit: &[u8]) -> Option<(u32, u32)> {
    /// The highest level, 6.2. Some encoders state a level that is too low for their pictures, which the reader would
    /// refuse.
    const LEVEL: u8 = 62;
    let mut unit = unit.to_vec();
    *unit.get_mut(3)? = LEVEL;
    let read = SeqParameterSet::from_bits(RefNal::new(&unit, &[], true).rbsp_bits());
    match read.and_then(|parameters| parameters.pixel_dimensions()) {
        Ok(size) => Some(size),
        Err(SpsError::FieldValueTooLarge { name: "pic_size_in_map_units", .. }) => Some((u32::MAX, u32::MAX)),
        Err(_) => None,
    }
}

/// The units of a byte stream (ITU-T H.264, annex B), without empty ones.
fn units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    const START: [u8; 3] = [0, 0, 1];
    let next = |stream: &[u8]| stream.windows(START.len()).position(|bytes| bytes == START);
    let mut rest = next(stream).map(|at| &stream[at + START.len()..]);
    let all = std::iter::from_fn(move || {
        let unit = rest?;
        let end = next(unit);
        rest = end.map(|end| &unit[end + START.len()..]);
        Some(&unit[..end.unwrap_or(unit.len())])
    });
    all.filter(|unit| !unit.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What x264 sent for 640 by 360: the parameters of the sequence, the parameters of the pictures, and the head of
    /// a keyframe.
    const PARAMETERS: [u8; 41] = [
        0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x16, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x61, 0x00, 0x00, 0x03, 0x00, 0x01,
        0x00, 0x00, 0x03, 0x00, 0x1e, 0x8f, 0x16, 0x2e, 0x48, 0, 0, 0, 1, 0x68, 0xcb, 0x83, 0xcb, 0x20, 0, 0,
        1, 0x65,
    ];

    #[test]
    fn the_size_of_vp8_is_that_of_a_whole_picture() {
        let mut frame = [0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01, 7, 7];
        assert_eq!(Picture::of(Codec::Vp8, &frame).size, Some((640, 360)));
        // The two highest bits are the scaling.
        frame[7] |= 0xc0;
        assert_eq!(Picture::of(Codec::Vp8, &frame).size, Some((640, 360)));
        assert_eq!(Picture::of(Codec::Vp8, &frame[..9]), Picture::default());
        frame[0] = 1;
        assert_eq!(Picture::of(Codec::Vp8, &frame), Picture::default());
    }

    #[test]
    fn the_size_of_h264_is_that_of_its_parameters() {
        assert_eq!(Picture::of(Codec::H264, &PARAMETERS), Picture { size: Some((640, 360)), is_b: false });
        assert_eq!(Picture::of(Codec::H264, &PARAMETERS[..10]), Picture::default(), "they are cut");
        let mut too_low = PARAMETERS;
        too_low[7] = 10;
        assert_eq!(Picture::of(Codec::H264, &too_low).size, Some((640, 360)), "a level for 176 by 144");
        // This picture is a million blocks wide.
        let beyond = [0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x00, 0x00, 0x0f, 0x42, 0x41, 0x59];
        assert_eq!(Picture::of(Codec::H264, &beyond).size, Some((u32::MAX, u32::MAX)));
        assert_eq!(Picture::of(Codec::H265, &PARAMETERS), Picture::default());
    }

    #[test]
    fn the_type_of_the_first_slice_says_whether_it_is_a_b_frame() {
        let slice =
            |header: u8, kind: u8| Picture::of(Codec::H264, &[0, 0, 0, 1, 9, 16, 0, 0, 1, header, kind]);
        // A bit for the first macroblock, then the type: 0 is P, 1 is B, 2 is I; 5 to 7 are the same.
        for (bits, is_b) in [
            (0b1100_0000, false),
            (0b1010_0000, true),
            (0b1011_0000, false),
            (0b1001_1000, false),
            (0b1001_1100, true),
            (0b1000_1000, false),
        ] {
            assert_eq!(slice(0x01, bits).is_b, is_b, "{bits:b}");
            assert!(!slice(0x06, bits).is_b, "a unit that is not a slice");
        }
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(0x67), any::<u8>()], 0..200)) {
            for codec in [Codec::Vp8, Codec::H264] {
                Picture::of(codec, &bytes);
                Picture::of(codec, &[&PARAMETERS[..8], &bytes].concat());
            }
        }
    }
}
