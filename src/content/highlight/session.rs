//! Console sessions: prompts, the commands after them, and what they print.
//!
//! Only commands are read with the shell's grammar. Output stays plain: an
//! apostrophe in it would turn the rest of the block into one string.

use syntect::parsing::SyntaxReference;

use super::grammar::Failed;
use super::kind::Kind;
use super::line_memo::LineMemo;
use super::reader::Reader;
use super::spans::Runs;
use crate::ground::digest::Digest;

/// Reads a session. Without a single prompt the block is a list of commands.
pub(super) fn read(
    shell: &'static SyntaxReference,
    code: &str,
    root_prompts: bool,
    memo: &LineMemo,
    runs: &mut Runs,
) -> Result<(), Failed> {
    let idle = idle(shell, memo)?;
    let commands_only = !code
        .lines()
        .any(|line| prompt(line, root_prompts).is_some());
    let mut reader = Reader::new(shell, memo);
    let mut open = commands_only;
    for line in code.split_inclusive('\n') {
        let command = match prompt(line.trim_end_matches('\n'), root_prompts) {
            Some(length) => {
                runs.push(Some(Kind::Prompt), &line[..length]);
                // A new command: whatever the last one left open is over.
                reader = Reader::new(shell, memo);
                &line[length..]
            }
            None if open => line,
            None => {
                // In `bash` a comment is no output.
                let comment = !root_prompts && line.trim_start().starts_with('#');
                runs.push(comment.then_some(Kind::Comment), line);
                continue;
            }
        };
        reader.line(command, runs)?;
        open = commands_only || command.trim_end().ends_with('\\') || reader.state() != idle;
    }
    Ok(())
}

/// The state of the shell between two commands.
fn idle(shell: &'static SyntaxReference, memo: &LineMemo) -> Result<Digest, Failed> {
    let mut reader = Reader::new(shell, memo);
    reader.line("true\n", &mut Runs::default())?;
    Ok(reader.state())
}

/// The length of a line's prompt with the blank after it: `$ `, `% `, `> `
/// after a host or path, `# ` where root's prompts are expected, each alone or
/// after `[user@host dir]`, `user@host:dir`, `(venv)`, `sh-5.1` or a like word.
pub(super) fn prompt(line: &str, root_prompts: bool) -> Option<usize> {
    let indent = line.len() - line.trim_start().len();
    let text = &line[indent..];
    let mut at = 0;
    // `(venv) ` or `[user@host dir]` before the sign.
    for (open, close) in [('(', ')'), ('[', ']')] {
        if text[at..].starts_with(open) {
            at += text[at..].find(close)? + 1;
            at += text[at..].len() - text[at..].trim_start_matches(' ').len();
        }
    }
    let word = text[at..].find(['$', '#', '%', '>'])?;
    let name = &text[at..at + word];
    let is_host = name.contains('@') || name.starts_with("sh-") || name.starts_with("bash-");
    let plausible = !name.contains(char::is_whitespace) || name.starts_with("PS ");
    if !plausible || !(name.is_empty() || is_host || name.starts_with("PS ")) {
        return None;
    }
    let sign = text.as_bytes()[at + word];
    let rest = &text[at + word + 1..];
    let expected = match sign {
        b'$' => true,
        b'#' => root_prompts || is_host || at > 0,
        b'%' => is_host || name.is_empty(),
        _ => name.starts_with("PS ") || is_host,
    };
    let ends = rest.is_empty() || rest.starts_with(' ');
    (expected && ends).then(|| indent + at + word + 1 + usize::from(!rest.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::prompt;

    #[test]
    fn prompts_are_told_from_output() {
        let cases = [
            ("$ ls", Some("$ ")),
            ("  $ ls", Some("  $ ")),
            ("$", Some("$")),
            ("# reboot", Some("# ")),
            ("[root@node1 ~]# uptime", Some("[root@node1 ~]# ")),
            ("user@host:~/src$ make", Some("user@host:~/src$ ")),
            ("(venv) $ pip list", Some("(venv) $ ")),
            ("sh-5.1# lsof", Some("sh-5.1# ")),
            (r"PS C:\Users> dir", Some(r"PS C:\Users> ")),
            ("NAME   READY > 3", None),
            ("$HOME is here", None),
            ("total 5% used", None),
            ("[info] done", None),
            ("> quoted", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let found = prompt(line, true).map(|length| &line[..length]);
            assert_eq!(found, expected, "{line}");
        }
        assert_eq!(prompt("# a comment", false), None);
    }
}
