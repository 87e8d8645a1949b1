//! Rollback: an earlier publication as what is wanted.
//!
//! Its objects come from what the target kept; that all of them are still
//! there is asked before anything is touched.

use std::collections::BTreeMap;

use super::claim::in_words;
use super::entry::Entry;
use super::guard::Refusal;
use super::plan::{Action, Plan};
use super::publication::{self, FOLDER, Publication, object_path, publication_path};
use super::remote::Remote;
use crate::ground::paths::OutPath;
use crate::ground::suggest::did_you_mean;

/// The objects of an earlier publication.
pub(super) async fn bring_back(
    remote: &Remote,
    recorded: Option<&Publication>,
    id: &str,
) -> Result<Result<BTreeMap<OutPath, Entry>, Refusal>, String> {
    let earlier = recorded.map_or(&[][..], |recorded| &recorded.earlier);
    let unknown = || {
        let near = did_you_mean(id, earlier.iter().map(|one| one.id.as_str()));
        let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
        Refusal::new(
            "no-publication",
            "no publication of that id can be brought back",
            format!("{near}`--list` says which there are"),
        )
    };
    if !earlier.iter().any(|one| one.id == id) {
        return Ok(Err(unknown()));
    }
    let read = remote.read(&publication_path(id)).await.map_err(in_words)?;
    let parsed = read.map(|(bytes, _)| publication::parse(&bytes));
    Ok(match parsed {
        Some(Ok(publication)) => Ok(publication.entries),
        _ => Err(Refusal::new(
            "damaged-record",
            "what is remembered of that publication is gone or damaged",
            "bring back another one, or build the site from its sources as they were",
        )),
    })
}

/// Refuses to bring back what is no longer kept.
pub(super) async fn lost(remote: &Remote, plan: &Plan) -> Result<Option<Refusal>, String> {
    let wanted: Vec<&Entry> = plan
        .actions()
        .filter_map(|action| match action {
            Action::Restore(entry, _) => Some(entry),
            _ => None,
        })
        .collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let kept = remote
        .list(&format!("{FOLDER}objects"))
        .await
        .map_err(in_words)?;
    let gone: Vec<String> = wanted
        .iter()
        .filter(|entry| kept.binary_search(&object_path(entry.key())).is_err())
        .map(|entry| entry.path.to_string())
        .collect();
    let message = "the target no longer keeps everything of that publication";
    let help = "build the site from its sources as they were, and publish that";
    Ok((!gone.is_empty()).then(|| Refusal::new("lost-objects", message, help).about(gone)))
}
