//! The size of an image in CSS pixels, from its bytes.
//!
//! Raster formats are measured by `imagesize`; SVG by its root element. Nothing
//! here decodes a picture. Invariant: whatever the bytes, an answer is two
//! positive numbers or none.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The width and height of an image; `None` where it does not say or is none.
pub fn image_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match imagesize::blob_size(bytes) {
        Ok(size) => Some((
            u32::try_from(size.width).ok().filter(|side| *side > 0)?,
            u32::try_from(size.height).ok().filter(|side| *side > 0)?,
        )),
        Err(_) => svg(std::str::from_utf8(bytes).ok()?),
    }
}

fn svg(text: &str) -> Option<(u32, u32)> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    loop {
        match reader.read_event().ok()? {
            Event::Start(root) | Event::Empty(root) => {
                return (root.local_name().as_ref() == "svg")
                    .then(|| root_size(&root))
                    .flatten();
            }
            Event::Eof => return None,
            // The declaration, the document type, comments and white space.
            _ => {}
        }
    }
}

/// As in CSS: each side that the root gives wins, the view box gives the rest.
fn root_size(root: &BytesStart<'_>) -> Option<(u32, u32)> {
    let attribute = |name: &str| {
        let found = root.try_get_attribute(name).ok()??;
        let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.into_owned())
    };
    let width = attribute("width").and_then(|text| length(&text));
    let height = attribute("height").and_then(|text| length(&text));
    let view = attribute("viewBox").and_then(|text| view_box(&text));
    let (width, height) = match (width, height, view) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width * h / w),
        (None, Some(height), Some((w, h))) => (height * w / h, height),
        (None, None, Some(view)) => view,
        _ => return None,
    };
    Some((whole(width)?, whole(height)?))
}

/// An absolute length in CSS pixels; `None` for shares such as `100%`.
fn length(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text
        .find(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E') || c == '%')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let pixels = match unit.trim() {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        _ => return None,
    };
    positive(number.trim().parse().ok()?).map(|number| number * pixels)
}

fn view_box(text: &str) -> Option<(f64, f64)> {
    let numbers: Option<Vec<f64>> = text
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    let &[_, _, width, height] = numbers?.as_slice() else {
        return None;
    };
    Some((positive(width)?, positive(height)?))
}

fn positive(number: f64) -> Option<f64> {
    (number.is_finite() && number > 0.0).then_some(number)
}

fn whole(number: f64) -> Option<u32> {
    let rounded = number.round().max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    (rounded <= f64::from(u32::MAX)).then_some(rounded as u32)
}

#[cfg(test)]
mod tests {
    use super::image_size;

    fn svg(root: &str) -> Option<(u32, u32)> {
        image_size(root.as_bytes())
    }

    #[test]
    fn a_root_that_gives_both_sides_is_believed() {
        assert_eq!(svg("<svg width='640' height='480'/>"), Some((640, 480)));
        assert_eq!(
            svg("<svg width=\" 12.6px \" height='1e2' viewBox='0 0 1 1'>"),
            Some((13, 100))
        );
        assert_eq!(svg("<svg width='72pt' height='1in'/>"), Some((96, 96)));
    }

    #[test]
    fn the_view_box_gives_what_the_root_leaves_out() {
        assert_eq!(svg("<svg viewBox='0 0 300 200'/>"), Some((300, 200)));
        assert_eq!(svg("<svg viewBox='0,0,30.0,20'/>"), Some((30, 20)));
        assert_eq!(
            svg("<svg width='600' viewBox='0 0 300 200'/>"),
            Some((600, 400))
        );
        assert_eq!(
            svg("<svg height='100' viewBox='-5 -5 300 200'/>"),
            Some((150, 100))
        );
        assert_eq!(
            svg("<svg width='100%' height='100%' viewBox='0 0 30 20'/>"),
            Some((30, 20))
        );
    }

    #[test]
    fn what_comes_before_the_root_is_passed_over() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<!DOCTYPE svg PUBLIC \"a\" \"b\">\n\
                    <!-- <svg width='1' height='1'> -->\n\
                    <s:svg xmlns:s='http://www.w3.org/2000/svg' width='8' height='9'/>";
        assert_eq!(svg(text), Some((8, 9)));
    }

    #[test]
    fn what_gives_no_size_or_is_no_image_has_none() {
        for text in [
            "",
            "plain text",
            "<html><svg width='1' height='1'/></html>",
            "<svg/>",
            "<svg width='100%' height='5em'/>",
            "<svg width='0' height='10'/>",
            "<svg width='-1' height='10'/>",
            "<svg width='inf' height='NaN'/>",
            "<svg viewBox='0 0 0 10'/>",
            "<svg viewBox='0 0 10'/>",
            "<svg width='10'/>",
            "<svg width='1e300' height='1'/>",
            "<svg width='10' height='10",
        ] {
            assert_eq!(svg(text), None, "{text}");
        }
        assert_eq!(image_size(b"\xff\xfe<svg/>"), None);
    }

    #[test]
    fn raster_images_are_measured() {
        let gif = b"GIF89a\x03\x00\x02\x00\x00\x00\x00;";
        assert_eq!(image_size(gif), Some((3, 2)));
    }
}
