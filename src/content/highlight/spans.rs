//! Spans: which part of a block's code is of which kind, in few bytes.
//!
//! This is what is remembered of a highlighted block, within a build and
//! between builds. Measured on runbooks, spans take an eighth of a byte for
//! each byte of code, and the markup 2.2. It is made again from spans and code
//! whenever a page shows them ([`Spans::html`]).
//!
//! A run of text takes one byte, `10 × kind + length − 1`, where kind 0 is none
//! and the others stand in the order of [`Kind::ALL`]. A length of ten or more
//! is written as ten, and what it has over ten follows as a variable-length
//! integer, seven bits a byte, the lowest first.
//!
//! Invariants: the lengths of the runs of a block add up to the length of its
//! code; white space has no run of its own, as no span shows it. Spans that
//! were made from other code, or that were damaged, give plain markup: nothing
//! here trusts them.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::Kind;
use super::markup::{self, Markup};
use super::{Highlighted, Plain};

/// Lengths that fit the byte of the kind; the longest says that more follows.
const SHORT: usize = 10;

const _: () = assert!((Kind::ALL.len() + 1) * SHORT <= 256);

/// What is remembered of a highlighted block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans {
    /// The runs, as the module says; none for a block that stayed plain.
    #[serde(serialize_with = "write_bytes", deserialize_with = "read_bytes")]
    runs: Vec<u8>,
    /// Why the code stayed plain, if it did.
    plain: Option<Plain>,
}

impl Spans {
    /// A block without spans, and why.
    pub fn plain(reason: Plain) -> Self {
        Self {
            runs: Vec::new(),
            plain: Some(reason),
        }
    }

    /// The markup of the code that the spans were made from. Any other code
    /// stays plain.
    pub fn html(&self, code: &str) -> Highlighted {
        let html = match self.plain {
            Some(_) => None,
            None => self.markup(code),
        };
        Highlighted {
            html: html.unwrap_or_else(|| markup::plain(code)),
            plain: self.plain.clone(),
        }
    }

    fn markup(&self, code: &str) -> Option<String> {
        let mut markup = Markup::with_capacity(code.len());
        let mut rest = code;
        let mut runs = self.runs.as_slice();
        while let Some((kind, length)) = next(&mut runs) {
            let (text, after) = rest.split_at_checked(length)?;
            markup.push(kind?, text);
            rest = after;
        }
        (runs.is_empty() && rest.is_empty()).then(|| markup.finish())
    }
}

/// Takes the first run: its kind, unless there is no such kind, and its length.
fn next(runs: &mut &[u8]) -> Option<(Option<Option<Kind>>, usize)> {
    let (first, mut rest) = runs.split_first()?;
    let (kind, length) = (usize::from(*first) / SHORT, usize::from(*first) % SHORT + 1);
    let mut more = 0_usize;
    if length == SHORT {
        let mut shift = 0;
        loop {
            let (byte, after) = rest.split_first()?;
            rest = after;
            more |= usize::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
            if *byte < 0x80 {
                break;
            }
        }
    }
    *runs = rest;
    let kind = match kind.checked_sub(1) {
        None => Some(None),
        Some(at) => Kind::ALL.get(at).copied().map(Some),
    };
    Some((kind, length.saturating_add(more)))
}

/// Runs under construction.
#[derive(Debug, Default)]
pub(super) struct Runs {
    bytes: Vec<u8>,
    /// The run at the end, which may still grow.
    open: Option<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    kind: Option<Kind>,
    length: usize,
    /// Whether it is white space alone, which is as good as any kind.
    blank: bool,
}

impl Runs {
    /// Adds text of one kind.
    pub(super) fn push(&mut self, kind: Option<Kind>, text: &str) {
        if text.is_empty() {
            return;
        }
        let blank = text.trim_start().is_empty();
        match &mut self.open {
            Some(run) if blank || run.blank || run.kind == kind => {
                if !blank {
                    run.kind = kind;
                }
                run.length += text.len();
                run.blank &= blank;
            }
            _ => {
                self.close();
                self.open = Some(Run {
                    kind,
                    length: text.len(),
                    blank,
                });
            }
        }
    }

    /// Adds runs that were made elsewhere, up to `length` bytes of text.
    pub(super) fn append(&mut self, bytes: &[u8], length: usize) {
        self.close();
        let (mut runs, mut left) = (bytes, length);
        while let Some((Some(kind), length)) = next(&mut runs) {
            self.write(kind, length.min(left));
            left -= length.min(left);
        }
    }

    /// The runs' bytes so far.
    pub(super) fn bytes(&mut self) -> &[u8] {
        self.close();
        &self.bytes
    }

    /// Forgets all runs.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.open = None;
    }

    /// The finished spans.
    pub(super) fn finish(mut self) -> Spans {
        self.close();
        self.bytes.shrink_to_fit();
        Spans {
            runs: self.bytes,
            plain: None,
        }
    }

    fn close(&mut self) {
        if let Some(run) = self.open.take() {
            self.write(run.kind, run.length);
        }
    }

    fn write(&mut self, kind: Option<Kind>, length: usize) {
        let Some(short) = length.min(SHORT).checked_sub(1) else {
            return;
        };
        let kind = kind.map_or(0, |kind| kind as usize + 1);
        let first = u8::try_from(kind * SHORT + short).expect("the kinds fit a byte");
        self.bytes.push(first);
        if short + 1 < SHORT {
            return;
        }
        let mut more = length - SHORT;
        while more >= 0x80 {
            self.bytes.push(more as u8 & 0x7f | 0x80);
            more >>= 7;
        }
        self.bytes.push(more as u8);
    }
}

fn write_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

fn read_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    deserializer.deserialize_byte_buf(Bytes)
}

struct Bytes;

impl<'de> Visitor<'de> for Bytes {
    type Value = Vec<u8>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    // Formats without bytes, such as JSON, write them as a list.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = list.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Plain, Runs, Spans, next};

    fn spans(parts: &[(Option<Kind>, &str)]) -> Spans {
        let mut runs = Runs::default();
        for (kind, text) in parts {
            runs.push(*kind, text);
        }
        runs.finish()
    }

    fn list(spans: &Spans) -> Vec<(Option<Kind>, usize)> {
        let mut runs = spans.runs.as_slice();
        std::iter::from_fn(|| next(&mut runs))
            .map(|(kind, length)| (kind.unwrap(), length))
            .collect()
    }

    #[test]
    fn runs_of_every_kind_and_length_are_read_back() {
        let lengths = [1, 2, 9, 10, 11, 137, 138, 139, 16_393, 16_394, 200_000];
        let kinds = || {
            [None]
                .into_iter()
                .chain(Kind::ALL.iter().copied().map(Some))
        };
        for length in lengths {
            let text = "x".repeat(length);
            let parts: Vec<_> = kinds().map(|kind| (kind, text.as_str())).collect();
            let expected: Vec<_> = kinds().map(|kind| (kind, length)).collect();
            assert_eq!(list(&spans(&parts)), expected);
        }
    }

    #[test]
    fn white_space_has_no_run_of_its_own() {
        let (string, key) = (Some(Kind::String), Some(Kind::Key));
        let parts = [
            (None, "  "),
            (key, "a"),
            (None, " "),
            (key, "b"),
            (string, "\u{a0}"),
            (string, "c"),
            (None, "\n"),
        ];
        let spans = spans(&parts);
        assert_eq!(list(&spans), [(key, 7), (string, 2)]);
        assert_eq!(
            spans.html("  a b\u{a0}c\n").html,
            "  <span class=y>a b</span>\u{a0}<span class=s>c</span>\n"
        );
    }

    #[test]
    fn appended_runs_end_where_the_text_does() {
        let parts = [(Some(Kind::Key), "abc"), (None, ": some more text\n")];
        let line = spans(&parts);
        let clipped = |length| {
            let mut runs = Runs::default();
            runs.push(Some(Kind::Prompt), "$ ");
            runs.append(&line.runs, length);
            list(&runs.finish())
        };
        let prompt = (Some(Kind::Prompt), 2);
        let key = (Some(Kind::Key), 3);
        assert_eq!(clipped(20), [prompt, key, (None, 17)]);
        assert_eq!(clipped(19), [prompt, key, (None, 16)]);
        assert_eq!(clipped(3), [prompt, key]);
        assert_eq!(clipped(0), [prompt]);
    }

    #[test]
    fn spans_that_do_not_fit_the_code_leave_it_plain() {
        let whole = spans(&[(Some(Kind::Key), "aé"), (Some(Kind::String), "b<")]);
        assert!(whole.html("aéb<").html.contains("<span"));
        for other in ["", "aé", "aéb", "aéb<<", "abé<", "abcdefgh"] {
            assert!(!whole.html(other).html.contains("<span"), "{other}");
        }
        let damaged: [&[u8]; 6] = [
            &[],
            &[255],
            &[9],
            &[9, 0x80],
            &[9, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
            &[9, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
        ];
        for runs in damaged {
            let spans = Spans {
                runs: runs.to_vec(),
                plain: None,
            };
            assert_eq!(spans.html("a<b").html, "a&lt;b", "{runs:?}");
        }
    }

    #[test]
    fn spans_are_stored_as_bytes() {
        let spans = spans(&[(Some(Kind::Key), "abc"), (None, ": "), (None, "d")]);
        let bytes = postcard::to_allocvec(&spans).unwrap();
        assert_eq!(bytes.len(), 4);
        assert_eq!(postcard::from_bytes::<Spans>(&bytes).unwrap(), spans);
        let json = serde_json::to_string(&spans).unwrap();
        assert_eq!(serde_json::from_str::<Spans>(&json).unwrap(), spans);
        let plain = Spans::plain(Plain::UnknownLanguage(Some("yaml".into())));
        let bytes = postcard::to_allocvec(&plain).unwrap();
        let back: Spans = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back.html("a<b"), plain.html("a<b"));
    }
}
