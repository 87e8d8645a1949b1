//! temporary
use crate::ground::diagnostic::Diagnostic;
/// x
pub struct Style { /// c
 pub color: bool, /// v
 pub verbose: bool, /// q
 pub quiet: bool }
/// x
#[derive(serde::Serialize)]
pub struct Counts {}
/// x
pub type JsonDiagnostic<'a> = &'a Diagnostic;
/// x
pub fn text(d: &[Diagnostic], _s: &Style) -> String { d.iter().map(|d| format!("{}[{}] {} {:?}\n  {}\n", d.level, d.rule, d.place.as_ref().map(|p| format!("{}:{}:{}", p.file, p.line, p.column)).unwrap_or_default(), d.message, d.help.clone().unwrap_or_default())).collect() }
/// x
pub fn counts(_d: &[Diagnostic]) -> Counts { Counts {} }
/// x
pub fn json(d: &[Diagnostic]) -> Vec<JsonDiagnostic<'_>> { d.iter().collect() }
