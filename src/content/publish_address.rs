//! Addresses of targets that are no bucket and no folder: a branch of a git
//! repository, and a folder on a host that is reached by SSH.
//!
//! Pure text. Invariant: nothing that is taken here can be mistaken for an
//! option or a command by `git`, `ssh`, `rsync` or a shell, and no error
//! repeats what was written.

use serde::Serialize;

/// A branch of a repository: `git+URL#BRANCH`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GitAddress {
    /// The repository, as `git` takes it.
    pub url: String,
    /// The branch.
    pub branch: String,
}

/// A folder on a host: `ssh://USER@HOST:PORT/PATH`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SshAddress {
    /// Whom to log in as; else as SSH's own settings say.
    pub user: Option<String>,
    /// The host, without brackets.
    pub host: String,
    /// The port; else as SSH's own settings say.
    pub port: Option<u16>,
    /// The folder: absolute, or below the user's own one.
    pub folder: String,
}

/// Either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum HostAddress {
    /// A branch.
    Git(GitAddress),
    /// A folder on a host.
    Ssh(SshAddress),
}

/// Why an address is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAddress {
    /// It holds what should be secret.
    Credentials,
    /// It cannot be used, and how it is written.
    Form(&'static str),
}

/// The branch where none is named.
const BRANCH: &str = "gh-pages";

const GIT: &str = "write `git+ssh://git@HOST/PATH.git#BRANCH`, `git+https://HOST/PATH.git#BRANCH` \
                   or `git+file:///PATH.git#BRANCH`";
const SSH: &str = "write `ssh://USER@HOST:PORT/PATH`, or `ssh://HOST/~/PATH` for a folder below \
                   the user's own; the path has letters, digits, spaces and `._-+@=,~` in it";

/// Reads an address; `None` where it is of another kind.
///
/// # Errors
///
/// It is of this kind, and cannot be used.
pub fn read(text: &str) -> Option<Result<HostAddress, BadAddress>> {
    if let Some(url) = text.strip_prefix("git+") {
        return Some(git(url).map(HostAddress::Git));
    }
    if let Some(rest) = text.strip_prefix("ssh://") {
        return Some(ssh(rest).map(HostAddress::Ssh));
    }
    // `git@host:path`, as `git` itself would take it: no folder is meant.
    let (before, after) = text.split_once(':')?;
    let meant = before.contains('@') && !before.contains('/') && !after.starts_with("//");
    meant.then_some(Err(BadAddress::Form(GIT)))
}

fn git(text: &str) -> Result<GitAddress, BadAddress> {
    let form = BadAddress::Form(GIT);
    let (url, branch) = text.split_once('#').unwrap_or((text, BRANCH));
    let (scheme, rest) = url.split_once("://").ok_or(form)?;
    let (authority, path) = rest.split_once('/').ok_or(form)?;
    if rest.contains('?') {
        return Err(BadAddress::Credentials);
    }
    let (user, host) = split_user(authority);
    let good = match scheme {
        "file" => authority.is_empty(),
        "ssh" => {
            let (name, _) = host_and_port(host).ok_or(form)?;
            user_is_plain(user)? && is_host(name)
        }
        "https" => {
            // A user there is a token as often as not.
            if user.is_some() {
                return Err(BadAddress::Credentials);
            }
            host_and_port(host).is_some_and(|(name, _)| is_host(name))
        }
        _ => return Err(form),
    };
    if !good || path.is_empty() || !is_branch(branch) || url.chars().any(char::is_control) {
        return Err(form);
    }
    Ok(GitAddress {
        url: url.to_owned(),
        branch: branch.to_owned(),
    })
}

fn ssh(rest: &str) -> Result<SshAddress, BadAddress> {
    let form = BadAddress::Form(SSH);
    let (authority, path) = rest.split_once('/').ok_or(form)?;
    let (user, host) = split_user(authority);
    let (host, port) = host_and_port(host).ok_or(form)?;
    let is_safe = |c: char| c.is_alphanumeric() || "/ ._-+@=,~".contains(c);
    let good = user_is_plain(user)? && is_host(host) && path.chars().all(is_safe);
    let own = path.strip_prefix("~/");
    let path = own.unwrap_or(path).trim_matches('/');
    let steps = |step: &str| matches!(step, "" | "." | "..");
    // Never a whole disk, nor a user's whole folder.
    if !good || path.split('/').any(steps) {
        return Err(form);
    }
    Ok(SshAddress {
        user: user.map(str::to_owned),
        host: host.to_owned(),
        port,
        folder: match own {
            Some(_) => format!("./{path}"),
            None => format!("/{path}"),
        },
    })
}

fn split_user(authority: &str) -> (Option<&str>, &str) {
    match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    }
}

fn user_is_plain(user: Option<&str>) -> Result<bool, BadAddress> {
    match user {
        Some(user) if user.contains([':', '%']) => Err(BadAddress::Credentials),
        Some(user) => Ok(is_name(user)),
        None => Ok(true),
    }
}

fn is_name(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !text.is_empty() && !text.starts_with(['-', '.']) && text.bytes().all(good)
}

fn is_host(text: &str) -> bool {
    is_name(text) || text.parse::<std::net::Ipv6Addr>().is_ok()
}

fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let port = match rest.strip_prefix(':') {
        Some(port) => Some(port.parse().ok()?),
        None if rest.is_empty() => None,
        None => return None,
    };
    Some((host, port))
}

/// As `git check-ref-format` has it, and a little narrower.
fn is_branch(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+/".contains(&byte);
    let step = |step: &str| !step.is_empty() && !step.starts_with('.') && !step.ends_with(".lock");
    text.bytes().all(good)
        && !text.starts_with('-')
        && !text.ends_with('.')
        && !text.contains("..")
        && text.split('/').all(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_and_folders_are_read() {
        for (text, url, branch) in [
            (
                "git+ssh://git@example.org/a/b.git#pages",
                "ssh://git@example.org/a/b.git",
                "pages",
            ),
            (
                "git+https://example.org:8443/a.git",
                "https://example.org:8443/a.git",
                BRANCH,
            ),
            (
                "git+file:///srv/a b.git#a/b-c",
                "file:///srv/a b.git",
                "a/b-c",
            ),
        ] {
            let (url, branch) = (url.to_owned(), branch.to_owned());
            let wanted = HostAddress::Git(GitAddress { url, branch });
            assert_eq!(read(text), Some(Ok(wanted)), "{text}");
        }
        for (text, user, host, port, folder) in [
            (
                "ssh://web@example.org:22/srv/www/",
                Some("web"),
                "example.org",
                Some(22),
                "/srv/www",
            ),
            (
                "ssh://example.org/~/w w",
                None,
                "example.org",
                None,
                "./w w",
            ),
            ("ssh://[::1]:2222/x", None, "::1", Some(2222), "/x"),
        ] {
            let wanted = HostAddress::Ssh(SshAddress {
                user: user.map(str::to_owned),
                host: host.to_owned(),
                port,
                folder: folder.to_owned(),
            });
            assert_eq!(read(text), Some(Ok(wanted)), "{text}");
        }
        for other in ["../next", "s3://bucket/a", "C:/x", "a/b@c:d"] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn nothing_passes_for_an_option_or_a_command_and_credentials_are_told() {
        for text in [
            "git+https://token@example.org/a.git",
            "git+https://u:p@example.org/a.git",
            "git+ssh://u:p@example.org/a.git",
            "git+https://example.org/a.git?token=x",
            "ssh://u:p@example.org/a",
        ] {
            assert_eq!(read(text), Some(Err(BadAddress::Credentials)), "{text}");
        }
        for text in [
            "git+http://example.org/a.git",
            "git+ext::sh -c x",
            "git+ssh://-oProxyCommand=x/a.git",
            "git+ssh://git@-x/a.git",
            "git+file://host/a.git",
            "git+file:///a.git#-x",
            "git+file:///a.git#a..b",
            "git+file:///a.git#a b",
            "git+file:///a.git#",
            "git@example.org:a.git#pages",
            "ssh://example.org",
            "ssh://example.org/",
            "ssh://example.org/~/",
            "ssh://-oProxyCommand=x/a",
            "ssh://-x@example.org/a",
            "ssh://example.org/a/../b",
            "ssh://example.org/a;b",
            "ssh://example.org/a'b",
            "ssh://example.org/$(x)",
            "ssh://example.org:x/a",
        ] {
            assert!(
                matches!(read(text), Some(Err(BadAddress::Form(_)))),
                "{text}"
            );
        }
    }
}
