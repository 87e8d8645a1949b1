//! What a block may cost at worst, known before it is read.
//!
//! Grammars try dozens of patterns at every place of a line, and some patterns
//! look ahead to its end: a line can cost the square of its length, and three
//! shapes of it cost more (each was found by feeding every grammar with lines
//! of repeated scraps): a run of one character, which is dearest in INI files
//! (spaces, to the third power) and Markdown (backquotes), and a word with many
//! hyphens in SCSS (to the fourth power of their number). The regular expressions' own limits are too wide to help, and a
//! time limit would make the output depend on the machine; so the worst case is
//! estimated from the text, and a block that could stall stays plain.
//!
//! One unit is some 20 nanoseconds of an unoptimised build.

/// A block with a line of more bytes stays plain.
pub const LONGEST_LINE: usize = 2_000;

/// A block of more bytes stays plain.
pub const LARGEST_BLOCK: usize = 200_000;

/// The most that a block may cost, in units.
const MOST: u64 = 30_000_000;

/// Runs of one character up to this length cost nothing of their own.
const SHORT_RUN: u64 = 100;

/// Whether a block could take too long.
pub(super) fn exceeds(code: &str) -> bool {
    if code.len() > LARGEST_BLOCK {
        return true;
    }
    let mut spent = 0_u64;
    code.lines().any(|line| {
        if line.len() > LONGEST_LINE {
            return true;
        }
        spent = spent.saturating_add(cost(line));
        spent > MOST
    })
}

fn cost(line: &str) -> u64 {
    let length = line.len() as u64;
    let mut cost = length * length;
    let mut run = 0_u64;
    let mut before = None;
    let mut hyphens = 0_u64;
    // The last turn, without a byte, ends what is still open.
    for byte in line.bytes().map(Some).chain([None]) {
        if byte == before {
            run += 1;
        } else {
            if run > SHORT_RUN {
                cost = cost.saturating_add(10 * run * run + run * run * run / 20);
            }
            (run, before) = (1, byte);
        }
        match byte {
            // A run of hyphens is a ruled line.
            Some(b'-') => hyphens += u64::from(run == 1),
            Some(byte) if byte == b'_' || byte.is_ascii_alphanumeric() => {}
            _ => {
                cost = cost.saturating_add(hyphens.saturating_pow(4).saturating_mul(3));
                hyphens = 0;
            }
        }
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_BLOCK, LONGEST_LINE, exceeds};

    #[test]
    fn ordinary_code_is_within_the_budget_whatever_its_width() {
        assert!(!exceeds(
            &"let x = call(a, b); // and a word more\n".repeat(3_000)
        ));
        assert!(!exceeds(
            &("token: ".to_owned() + &"LS0tLS1CRUdJTi".repeat(120))
        ));
        assert!(!exceeds(&format!("{}\n", "=".repeat(100)).repeat(100)));
        assert!(!exceeds(&format!("{}x\n", " ".repeat(80)).repeat(500)));
    }

    #[test]
    fn what_could_stall_is_over_it() {
        assert!(exceeds(&"a".repeat(LONGEST_LINE + 1)));
        assert!(exceeds(&"a\n".repeat(LARGEST_BLOCK)));
        assert!(exceeds(&" ".repeat(1_500)));
        assert!(exceeds(&"a-".repeat(60)));
        assert!(!exceeds(&"a-".repeat(20)));
        assert!(exceeds(&format!("{}\n", "x(".repeat(900)).repeat(20)));
    }
}
