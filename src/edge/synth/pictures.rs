//! The pictures that all guides share: drawings as SVG, and some as PNG.

use std::fmt::Write as _;

use super::random::Random;

/// Pictures there are.
pub(super) const COUNT: usize = 20;
/// How many of them are PNG.
const PIXELS: usize = 6;

const WIDTH: usize = 480;
const HEIGHT: usize = 252;

/// The file name of a picture.
pub(super) fn name(index: usize) -> String {
    let kind = if index < PIXELS { "png" } else { "svg" };
    format!("figure-{:02}.{kind}", index + 1)
}

/// The bytes of a picture.
pub(super) fn bytes(seed: u64, index: usize) -> Vec<u8> {
    // Number 0 is no guide's, so the stream is no guide's either.
    let mut random = Random::of(seed, 0, index as u64);
    let bars: Vec<usize> = (0..24).map(|_| random.between(20, HEIGHT - 40)).collect();
    if index < PIXELS {
        png(&bars)
    } else {
        svg(&bars).into_bytes()
    }
}

fn svg(bars: &[usize]) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#f4f1ea\"/>\n"
    );
    for (at, height) in bars.iter().enumerate() {
        let _ = writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"14\" height=\"{height}\" fill=\"#3b6ea5\"/>",
            at * 20 + 3,
            HEIGHT - height,
        );
    }
    out.push_str("</svg>\n");
    out
}

/// A grey picture of one bit a pixel, not compressed: small enough as it is.
fn png(bars: &[usize]) -> Vec<u8> {
    let row = WIDTH / 8;
    let mut pixels = Vec::with_capacity(HEIGHT * (row + 1));
    for y in 0..HEIGHT {
        pixels.push(0);
        for byte in 0..row {
            let bits = (0..8).fold(0_u8, |bits, bit| {
                let x = byte * 8 + bit;
                let bar = x % 20 >= 3 && x % 20 < 17 && y >= HEIGHT - bars[x / 20];
                bits << 1 | u8::from(!bar)
            });
            pixels.push(bits);
        }
    }
    let mut header = Vec::new();
    for side in [WIDTH, HEIGHT] {
        header.extend(u32::try_from(side).unwrap_or(0).to_be_bytes());
    }
    header.extend([1, 0, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(*b"IHDR", &header, &mut out);
    chunk(*b"IDAT", &stored(&pixels), &mut out);
    chunk(*b"IEND", &[], &mut out);
    out
}

fn chunk(kind: [u8; 4], data: &[u8], out: &mut Vec<u8>) {
    out.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let sum = crc32(&out[start..]);
    out.extend(sum.to_be_bytes());
}

/// A zlib stream that holds bytes as they are; at most 65,535 of them.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut out = vec![0x78, 0x01, 1];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(bytes);
    let (mut one, mut two) = (1_u32, 0_u32);
    for byte in bytes {
        one = (one + u32::from(*byte)) % 65_521;
        two = (two + one) % 65_521;
    }
    out.extend((two << 16 | one).to_be_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_known_ones() {
        // The check value of CRC-32, and the Adler-32 of `Wikipedia`.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(stored(b"Wikipedia")[16..], [0x11, 0xe6, 0x03, 0x98]);
    }

    #[test]
    fn every_picture_has_its_size() {
        for index in 0..COUNT {
            let bytes = bytes(3, index);
            assert!(bytes.len() < 20_000);
            if index < PIXELS {
                let size = imagesize::blob_size(&bytes).unwrap();
                assert_eq!((size.width, size.height), (WIDTH, HEIGHT));
            } else {
                let text = String::from_utf8(bytes).unwrap();
                assert!(text.contains(&format!("width=\"{WIDTH}\" height=\"{HEIGHT}\"")));
            }
        }
    }
}
