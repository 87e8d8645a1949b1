//! Colours and their contrast, by the formulas of WCAG 2.
//!
//! Themes are made for editors, and many of their colours are too faint to be
//! read on a page. [`readable`] moves such a colour the least way that helps.

use syntect::highlighting::Color;

/// The contrast that every token has: WCAG's level AA for text.
pub(super) const ENOUGH: f64 = 4.5;

/// How near a colour comes to black or white in one step.
const STEP: f64 = 0.02;

/// The contrast ratio of two opaque colours, 1 to 21.
pub(super) fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The colour that `above`, with its alpha, makes on an opaque ground.
pub(super) fn over(above: Color, ground: Color) -> Color {
    mix(ground, above, f64::from(above.a) / 255.0)
}

/// A part of `other`, 0 to 1, mixed into a colour.
pub(super) fn mix(colour: Color, other: Color, part: f64) -> Color {
    let channel = |from: u8, to: u8| {
        let mixed = f64::from(from) + (f64::from(to) - f64::from(from)) * part;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a value between two bytes is a byte"
        )]
        let byte = mixed.round() as u8;
        byte
    };
    Color {
        r: channel(colour.r, other.r),
        g: channel(colour.g, other.g),
        b: channel(colour.b, other.b),
        a: 255,
    }
}

/// The colour itself if it has [`ENOUGH`] contrast on every one of `grounds`;
/// otherwise the first one that has, mixed with black or white (whichever
/// stands out more from the first ground) in steps of 2 per cent.
pub(super) fn readable(colour: Color, grounds: &[Color]) -> Color {
    let ends = [Color::BLACK, Color::WHITE];
    let least = |colour: Color| {
        grounds
            .iter()
            .map(|ground| contrast(colour, *ground))
            .fold(f64::INFINITY, f64::min)
    };
    let end = if least(ends[0]) >= least(ends[1]) {
        ends[0]
    } else {
        ends[1]
    };
    (0..=50)
        .map(|step| mix(colour, end, f64::from(step) * STEP))
        .find(|colour| least(*colour) >= ENOUGH)
        .unwrap_or(end)
}

/// `#rrggbb`.
pub(super) fn hex(colour: Color) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b)
}

fn luminance(colour: Color) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)
}

#[cfg(test)]
mod tests {
    use super::{Color, ENOUGH, contrast, readable};

    const GREY: Color = Color {
        r: 0x77,
        g: 0x77,
        b: 0x77,
        a: 255,
    };

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((contrast(Color::BLACK, Color::WHITE) - 21.0).abs() < 1e-9);
        // The well-known grey that just fails.
        assert!((contrast(GREY, Color::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn a_faint_colour_moves_the_least_way_and_a_strong_one_stays() {
        let moved = readable(GREY, &[Color::WHITE]);
        assert!(contrast(moved, Color::WHITE) >= ENOUGH);
        assert!(contrast(moved, Color::WHITE) < 5.0);
        assert_eq!(readable(Color::BLACK, &[Color::WHITE]), Color::BLACK);
    }
}
