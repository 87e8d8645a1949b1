//! Console sessions: what is a prompt, what was typed and what was printed.

/// A line of a session.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'c> {
    /// A prompt, which may be empty, and what was typed behind it.
    Typed(&'c str, &'c str),
    /// What was printed.
    Printed(&'c str),
}

/// The lines of a session, each with its line break; `None` where no line has
/// a prompt, so that it cannot be told what was typed.
pub(super) fn lines(code: &str) -> Option<Vec<Line<'_>>> {
    let all = || code.split_inclusive('\n');
    // In a session that types behind `$`, a line with `#` is a comment.
    let user = all().any(|line| prompt(line, false).is_some_and(|p| !p.starts_with("> ")));
    let mut found = false;
    let mut continued = false;
    let mut lines = Vec::new();
    for line in all() {
        let length = match prompt(line, !user) {
            // `> ` goes on with a command, or is a prompt where none else is.
            Some(prompt) if prompt.starts_with('>') => (continued || !user).then_some(prompt.len()),
            Some(prompt) => Some(prompt.len()),
            None if continued => Some(0),
            None if user && line.starts_with("# ") => Some(0),
            None => None,
        };
        let Some(length) = length else {
            continued = false;
            lines.push(Line::Printed(line));
            continue;
        };
        let (prompt, typed) = line.split_at(length);
        found |= length > 0;
        continued = typed.trim_end().ends_with('\\')
            || (prompt.starts_with('>') && continued && typed.trim_end().ends_with(['|', '&']));
        lines.push(Line::Typed(prompt, typed));
    }
    found.then_some(lines)
}

/// The prompt at the start of a line, with the space behind it.
fn prompt(line: &str, root: bool) -> Option<&str> {
    let line = line.trim_end_matches(['\n', '\r']);
    for sign in ["$", ">"].into_iter().chain(root.then_some("#")) {
        if line
            .strip_prefix(sign)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        {
            return Some(&line[..line.len().min(sign.len() + 1)]);
        }
    }
    if line.starts_with("PS ") {
        return line.find("> ").map(|end| &line[..end + 2]);
    }
    // `user@host:~$ `, `[root@host ~]# `, `sh-4.4# `, `(venv) $ `
    let end = line.find("$ ").into_iter().chain(line.find("# ")).min()?;
    let name = &line[..end];
    let shell = ["sh-", "bash-", "zsh-"]
        .iter()
        .any(|shell| name.starts_with(shell));
    let enclosed = (name.starts_with('[') && name.ends_with(']'))
        || (name.starts_with('(') && name.trim_end().ends_with(')'));
    let host = name.contains('@') && !name.contains(char::is_whitespace);
    (name.len() <= 80 && (shell || host || enclosed)).then(|| &line[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::{
        Line::{Printed, Typed},
        lines,
    };

    #[test]
    fn prompts_are_told_from_output() {
        assert_eq!(
            lines("# check\n$ ls \\\n    -l\na # b\n$ x\n").unwrap(),
            [
                Typed("", "# check\n"),
                Typed("$ ", "ls \\\n"),
                Typed("", "    -l\n"),
                Printed("a # b\n"),
                Typed("$ ", "x\n"),
            ]
        );
        assert_eq!(
            lines("# dmesg\n[ 0.0] x\n").unwrap(),
            [Typed("# ", "dmesg\n"), Printed("[ 0.0] x\n")]
        );
    }

    #[test]
    fn prompts_have_many_forms() {
        for prompt in [
            "user@host:~$ ",
            "[root@host ~]# ",
            "sh-4.4# ",
            "PS C:\\Users> ",
            "(venv) $ ",
            "$ ",
            "> ",
        ] {
            let line = format!("{prompt}ls");
            assert_eq!(lines(&line).unwrap(), [Typed(prompt, "ls")], "{prompt}");
        }
    }

    #[test]
    fn without_a_prompt_nothing_can_be_told() {
        assert_eq!(lines("oc get pods\nNAME\n"), None);
        assert_eq!(lines(""), None);
    }
}
