//! Parts of a regular expression, and what they say of where a match begins.
//!
//! This adds up what [`super::first`] reads; it knows nothing of the syntax.

use super::first_class::Bytes;

/// What is known of a part of the expression.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The bytes of which one comes next, if the part says so.
    pub(super) bytes: Bytes,
    /// Whether the end may come next.
    pub(super) end: bool,
    /// Whether the part may match without a word on what comes next.
    pub(super) open: bool,
    /// Whether it matches no text, and only looks at it.
    pub(super) looks: bool,
    pub(super) edge: bool,
    pub(super) start: bool,
}

impl Part {
    /// A part that looks at something that is not followed.
    pub(super) const LOOKS: Self = Self {
        bytes: [false; 256],
        end: false,
        open: true,
        looks: true,
        edge: false,
        start: false,
    };

    /// Some text, or none.
    pub(super) const UNKNOWN: Self = Self {
        bytes: [true; 256],
        end: true,
        looks: false,
        ..Self::LOOKS
    };

    pub(super) fn one_of(bytes: Bytes) -> Self {
        Self {
            bytes,
            open: false,
            looks: false,
            ..Self::LOOKS
        }
    }

    /// The end of a line, or of the text.
    pub(super) fn line_end(newline: bool) -> Self {
        let mut bytes = [false; 256];
        bytes[usize::from(b'\n')] = newline;
        Self {
            bytes,
            end: true,
            open: false,
            ..Self::LOOKS
        }
    }

    pub(super) fn or(mut self, other: &Self) -> Self {
        unite(&mut self.bytes, &other.bytes);
        self.end |= other.end;
        self.open |= other.open;
        self.looks &= other.looks;
        self.edge &= other.edge;
        self.start &= other.start;
        self
    }

    /// The part, if it may also be missing.
    pub(super) fn optional(mut self) -> Self {
        self.open = true;
        self.edge = false;
        self.start = false;
        self
    }
}

fn unite(bytes: &mut Bytes, others: &Bytes) {
    for (byte, other) in bytes.iter_mut().zip(others) {
        *byte |= other;
    }
}

/// Parts one after the other.
pub(super) struct Sequence {
    found: Part,
    /// What parts that only look say of the place where the sequence begins.
    within: Bytes,
    within_end: bool,
    narrowed: bool,
    /// Whether no part so far may have matched text.
    at_start: bool,
}

impl Sequence {
    pub(super) fn new() -> Self {
        Self {
            found: Part::LOOKS,
            within: [true; 256],
            within_end: true,
            narrowed: false,
            at_start: true,
        }
    }

    pub(super) fn add(&mut self, part: &Part) {
        if self.at_start {
            self.found.edge |= part.edge;
            self.found.start |= part.start;
            if part.looks {
                if !part.open {
                    for (byte, other) in self.within.iter_mut().zip(&part.bytes) {
                        *byte &= other;
                    }
                    self.within_end &= part.end;
                    self.narrowed = true;
                }
                return;
            }
        }
        self.at_start = false;
        self.found.looks &= part.looks;
        if self.found.open {
            unite(&mut self.found.bytes, &part.bytes);
            self.found.end |= part.end;
            self.found.open = part.open;
        }
    }

    pub(super) fn finish(mut self) -> Part {
        if self.found.open && self.narrowed {
            self.found.bytes = self.within;
            self.found.end = self.within_end;
            self.found.open = false;
        } else if !self.found.open {
            for (byte, other) in self.found.bytes.iter_mut().zip(&self.within) {
                *byte &= other;
            }
            self.found.end &= self.within_end;
        }
        self.found
    }
}
