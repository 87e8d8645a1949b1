//! What a host is told by SSH: small scripts for any POSIX shell.
//!
//! Invariant: no path of a site is ever part of a command. Paths go through
//! standard input, each ended by a zero byte, and reach programs as arguments
//! that begin with `./`. What is part of a command is the target's folder and
//! words of our own, both of which have no sign in them that a shell reads.
//! The scripts have neither quotes nor backslashes nor exclamation marks, so
//! that every login shell hands them on as they are.

/// There is no such folder.
pub(super) const NO_FOLDER: i32 = 44;
/// Somebody holds the claim, or took it over.
pub(super) const HELD: i32 = 46;
/// Somebody was faster.
pub(super) const FASTER: i32 = 47;

/// Prints each document: its length in a line, and its bytes.
pub(super) const READ: &str = r#"[ -e "$1" ] || exit 44; cd "$1" || exit 45; shift; for f do if [ -f "$f" ]; then wc -c < "$f" && cat "$f" || exit 45; else echo -; fi; done"#;

/// Prints files, then a mark, then what is neither file nor folder.
pub(super) const LIST: &str = r#"[ -e "$1" ] || exit 44; cd "$1" || exit 45; find . -type f -print0 && find /dev/null -print0 && find . -type d -o -type f -o -print0"#;

/// Between the two.
pub(super) const MARK: &[u8] = b"/dev/null";

/// Claims: folder, token, now, until. A folder is made by one or by nobody.
pub(super) const CLAIM: &str = r#"mkdir -p "$1/.guidepost" && cd "$1/.guidepost" || exit 45; if mkdir claim 2>/dev/null; then echo "$2 $4" > claim/new && mv claim/new claim/holder && exit 0; exit 45; fi; [ -d claim ] || exit 45; [ -s claim/holder ] || sleep 2; t=; e=; [ -f claim/holder ] && read t e < claim/holder; [ "$t" = "$2" ] && exit 0; if [ "${e:-0}" -gt "$3" ]; then echo "$e"; exit 46; fi; mv claim "claim.$2" || exit 47; s=; [ -f "claim.$2/holder" ] && read s x < "claim.$2/holder"; if [ "$s" = "$t" ]; then rm -rf "claim.$2"; else [ -e claim ] || mv "claim.$2" claim; exit 47; fi; mkdir claim 2>/dev/null || exit 47; echo "$2 $4" > claim/new && mv claim/new claim/holder || exit 45"#;

/// Makes room for the work: folder, token.
pub(super) const BEGIN: &str =
    r#"cd "$1/.guidepost" || exit 45; rm -rf tmp && mkdir -p tmp objects publications || exit 45"#;

/// Makes a claim hold anew, if it is still held: folder, token, until.
pub(super) const HOLD: &str = r#"cd "$1/.guidepost" || exit 45; [ -f claim/holder ] || exit 46; t=; read t e < claim/holder; [ "$t" = "$2" ] || exit 46; echo "$2 $3" > claim/new && mv claim/new claim/holder || exit 45"#;

/// Gives a claim up, if it is still held, and what was of use for the work
/// alone: folder, token.
pub(super) const RELEASE: &str = r#"cd "$1/.guidepost" || exit 45; t=; [ -f claim/holder ] && read t e < claim/holder; [ "$t" = "$2" ] || exit 46; rm -rf tmp; rmdir objects publications 2>/dev/null; rm -rf claim; cd .. && rmdir .guidepost 2>/dev/null; exit 0"#;

/// Does something with paths: folder, length of the list, what to do with up to
/// 20 of them. A list that did not come whole is not begun.
pub(super) const EACH: &str = r#"cd "$1" || exit 45; cat > .guidepost/tmp/list || exit 45; n=$(wc -c < .guidepost/tmp/list); [ "$n" -eq "$2" ] || exit 48; xargs -0 -n 20 -x sh -c "$3" sh < .guidepost/tmp/list || exit 49"#;

/// Puts each first of two aside as the second: a link where there can be one,
/// since no file is ever written over in its place.
pub(super) const SAVE: &str = r#"while [ $# -gt 1 ]; do [ -e "$2" ] || ln "$1" "$2" 2>/dev/null || { cp "$1" .guidepost/tmp/one && mv -f .guidepost/tmp/one "$2"; } || exit 1; shift 2; done"#;

/// Copies each first of two to the second.
pub(super) const RESTORE: &str = r#"while [ $# -gt 1 ]; do d=$(dirname "$2"); mkdir -p "$d" && cp "$1" .guidepost/tmp/one && chmod 644 .guidepost/tmp/one && mv -f .guidepost/tmp/one "$2" || exit 1; shift 2; done"#;

/// Deletes files, and folders that are empty then.
pub(super) const DELETE: &str = r#"rm -f "$@" || exit 1; for f do d=$(dirname "$f"); [ "$d" = . ] || rmdir -p "$d" 2>/dev/null; done; exit 0"#;

/// A command line: a script and its arguments; `None` where one of them has a
/// sign in it that a shell might read.
pub(super) fn command(script: &str, arguments: &[&str]) -> Option<String> {
    let safe = |text: &&str| !text.contains(['\'', '\\', '!', '\n', '\0']);
    let all = [&[script, "guidepost"], arguments].concat();
    let quoted: Vec<String> = all
        .iter()
        .filter(|text| safe(text))
        .map(|text| format!("'{text}'"))
        .collect();
    (quoted.len() == all.len()).then(|| format!("sh -c {}", quoted.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_can_be_quoted_and_nothing_else_that_ends_a_quote() {
        for script in [
            READ, LIST, CLAIM, BEGIN, HOLD, RELEASE, EACH, SAVE, RESTORE, DELETE,
        ] {
            assert!(command(script, &[script]).is_some(), "{script}");
        }
        for bad in ["a'b", "a\\", "a\nb", "!x"] {
            assert!(command(READ, &[bad]).is_none(), "{bad}");
        }
    }
}
