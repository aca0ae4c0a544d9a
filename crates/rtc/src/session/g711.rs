//! G.711 µ-law (ITU-T G.711, November 1988): eight bits for fourteen, logarithmically.

/// Added before the logarithm so that every segment starts at a power of two.
const BIAS: i32 = 0x84;

/// The largest magnitude that can be coded.
const CLIP: i32 = 32_635;

/// The µ-law byte for one sample.
pub(crate) fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(CLIP) + BIAS;
    // The highest set bit is between 7 and 14.
    let segment = 24 - magnitude.leading_zeros();
    let step = (magnitude >> (segment + 3)) & 0x0f;
    !(sign | ((segment as u8) << 4) | step as u8)
}

/// The sample one µ-law byte stands for.
pub(crate) fn decode(byte: u8) -> i16 {
    const TABLE: [i16; 256] = table();
    TABLE[byte as usize]
}

const fn table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let bits = !(byte as u8);
        let segment = (bits >> 4) & 0x07;
        let step = (bits & 0x0f) as i32;
        let magnitude = (((step << 3) + BIAS) << segment) - BIAS;
        table[byte] = if bits & 0x80 == 0 {
            magnitude as i16
        } else {
            -magnitude as i16
        };
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_the_values_the_standard_names() {
        // Table 2 of G.711, scaled from 14 to 16 bits: both ends and the middle.
        assert_eq!(encode(0), 0xff);
        assert_eq!(encode(i16::MAX), 0x80);
        assert_eq!(encode(i16::MIN), 0x00);
        assert_eq!(decode(0x80), 32_124);
        assert_eq!(decode(0x00), -32_124);
        assert_eq!(decode(0xff), 0);
        assert_eq!(decode(0x7f), 0);
        assert_eq!(decode(0xf0), 120);
        assert_eq!(decode(0xef), 132);
    }

    #[test]
    fn codes_every_byte_back_to_itself() {
        for byte in 0..=u8::MAX {
            // 0x7f is minus zero, which comes back as zero.
            let expected = if byte == 0x7f { 0xff } else { byte };
            assert_eq!(encode(decode(byte)), expected);
        }
    }

    #[test]
    fn stays_within_half_a_step_of_every_sample() {
        for sample in i16::MIN..=i16::MAX {
            let error = (i32::from(decode(encode(sample))) - i32::from(sample)).abs();
            let magnitude = i32::from(sample).abs();
            let allowed = if magnitude > CLIP {
                magnitude - 32_124
            } else {
                (magnitude + BIAS) / 32 + 1
            };
            assert!(error <= allowed, "{sample}: off by {error}");
        }
    }
}
