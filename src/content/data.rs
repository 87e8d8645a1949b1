//! Data files: TOML, JSON, YAML and CSV as plain values.

use super::node::{self, Format};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;
use crate::ground::value::{Map, Value};

/// Extensions of data files.
pub const EXTENSIONS: [&str; 5] = ["toml", "json", "yaml", "yml", "csv"];

/// Parses a data file by its extension. A CSV file is a list of maps whose
/// keys are its first row.
///
/// # Errors
///
/// Every complaint about the file, at its place.
pub fn parse(source: &Source<'_>) -> Result<Value, Vec<Diagnostic>> {
    match source.path.extension().to_ascii_lowercase().as_str() {
        "json" => json(source),
        "csv" => csv(source),
        "yaml" | "yml" => tree(source, Format::Yaml),
        _ => tree(source, Format::Toml),
    }
}

fn tree(source: &Source<'_>, format: Format) -> Result<Value, Vec<Diagnostic>> {
    let text = source.text;
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    if format == Format::Toml {
        let (entries, diagnostics) = node::parse(source, start..text.len(), format, Rule::DataFile);
        return if diagnostics.is_empty() {
            Ok(Value::Map(node::to_map(&entries)))
        } else {
            Err(diagnostics)
        };
    }
    // YAML may hold anything at its root, a list most of all.
    let document = node::document(source, start..text.len(), format, Rule::DataFile);
    if document.diagnostics.is_empty() {
        Ok(document.root.map_or(Value::Null, |root| root.to_value()))
    } else {
        Err(document.diagnostics)
    }
}

fn json(source: &Source<'_>) -> Result<Value, Vec<Diagnostic>> {
    let text = source.text.trim_start_matches('\u{feff}');
    let skipped = source.text.len() - text.len();
    serde_json::from_str::<serde_json::Value>(text)
        .map(from_json)
        .map_err(|error| {
            let line_start = text
                .split_inclusive('\n')
                .take(error.line().saturating_sub(1))
                .map(str::len)
                .sum::<usize>();
            let at = skipped + line_start + error.column().saturating_sub(1);
            let message = error.to_string();
            let message = message
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .to_owned();
            vec![Diagnostic::at(
                Rule::DataFile,
                source,
                at..at + 1,
                format!("this JSON cannot be read: {message}"),
            )]
        })
}

fn from_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(fraction)) => Value::Float(fraction),
            (None, None) => Value::Text(number.to_string()),
        },
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        serde_json::Value::Object(entries) => Value::Map(Map(entries
            .into_iter()
            .map(|(key, value)| (key, from_json(value)))
            .collect())),
    }
}

fn csv(source: &Source<'_>) -> Result<Value, Vec<Diagnostic>> {
    let text = source.text.trim_start_matches('\u{feff}');
    let skipped = source.text.len() - text.len();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::Headers)
        .from_reader(text.as_bytes());
    let problem = |error: &csv::Error| {
        let at = error.position().map_or(0, |position| {
            usize::try_from(position.byte()).unwrap_or(usize::MAX)
        });
        let message = match error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => {
                format!("this row has {len} fields, but the first row has {expected_len}")
            }
            _ => format!("this CSV cannot be read: {error}"),
        };
        Diagnostic::at(
            Rule::DataFile,
            source,
            skipped + at..skipped + at + 1,
            message,
        )
    };
    let headers = reader
        .headers()
        .map_err(|error| vec![problem(&error)])?
        .clone();
    let mut rows = Vec::new();
    let mut diagnostics = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => rows.push(Value::Map(Map(headers
                .iter()
                .zip(&record)
                .map(|(key, field)| (key.to_owned(), Value::Text(field.to_owned())))
                .collect()))),
            Err(error) => diagnostics.push(problem(&error)),
        }
    }
    if diagnostics.is_empty() {
        Ok(Value::List(rows))
    } else {
        Err(diagnostics)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::paths::SrcPath;

    fn parse_as(name: &str, text: &str) -> Result<Value, Vec<Diagnostic>> {
        parse(&Source::new(SrcPath::new(name), text))
    }

    #[test]
    fn csv_rows_are_maps_and_uneven_rows_have_a_place() {
        let value = parse_as("data/a.csv", "part,torque\nM6,9\n").unwrap();
        let Value::List(rows) = value else {
            panic!("a list")
        };
        let Value::Map(row) = &rows[0] else {
            panic!("a map")
        };
        assert_eq!(row.get("torque"), Some(&Value::Text("9".into())));
        let found = parse_as("data/a.csv", "part,torque\nM6\n").unwrap_err();
        assert_eq!(found[0].place.as_ref().map(|place| place.line), Some(2));
    }

    #[test]
    fn json_errors_have_a_place() {
        let found = parse_as("data/a.json", "{\n  \"a\": ,\n}").unwrap_err();
        let place = found[0].place.clone().unwrap();
        assert_eq!((place.line, place.column), (2, 8));
    }
}
