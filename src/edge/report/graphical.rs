//! The framed form, drawn by miette from the line that a finding carries.

use std::fmt::{self, Display, Write};

use miette::{
    Diagnostic as Report, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents,
};

use super::{Shown, Style, clean};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Level;
use crate::ground::source::Place;

/// Draws message, snippet, help and related places below a head line.
pub(super) fn snippet(out: &mut String, found: &Diagnostic, style: &Style) -> fmt::Result {
    let theme = match style.color {
        true => GraphicalTheme::unicode(),
        false => GraphicalTheme::unicode_nocolor(),
    };
    let severity = match found.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Advice,
    };
    let own = Drawn {
        message: clean(&found.message),
        help: found.help.as_deref().map(clean),
        severity,
        snippet: found
            .place
            .as_ref()
            .and_then(|place| Snippet::of(place, None)),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width.max(40))
        .with_links(false);
    draw(out, &handler, &own)?;
    // Drawn one by one: as miette's own related reports they would each stand
    // under a heading that says nothing.
    for related in &found.related {
        let drawn = Drawn {
            message: clean(&related.label),
            help: None,
            severity: Severity::Advice,
            snippet: Snippet::of(&related.place, Some(clean(related.place.file.as_str()))),
        };
        draw(out, &handler, &drawn)?;
    }
    Ok(())
}

fn draw(out: &mut String, handler: &GraphicalReportHandler, drawn: &Drawn) -> fmt::Result {
    let mut text = String::new();
    handler.render_report(&mut text, drawn)?;
    // miette ends some forms with a blank line and some without.
    writeln!(out, "{}", text.trim_matches('\n'))
}

/// A finding in miette's terms.
#[derive(Debug)]
struct Drawn {
    message: String,
    help: Option<String>,
    severity: Severity,
    snippet: Option<Snippet>,
}

impl Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl Report for Drawn {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help(&self) -> Option<Box<dyn Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.as_ref().map(|snippet| snippet as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let snippet = self.snippet.as_ref()?;
        let label = LabeledSpan::new_primary_with_span(None, snippet.span);
        Some(Box::new(std::iter::once(label)))
    }
}

/// One source line, which knows its number and column in the file.
#[derive(Debug)]
struct Snippet {
    name: Option<String>,
    text: String,
    span: SourceSpan,
    line: usize,
    column: usize,
}

impl Snippet {
    fn of(place: &Place, name: Option<String>) -> Option<Self> {
        if place.line == 0 {
            return None;
        }
        let Shown {
            mut text,
            column,
            length,
        } = Shown::of(place);
        // A place behind the last character needs something to point at.
        let missing = (column + length).saturating_sub(text.chars().count());
        text.extend(std::iter::repeat_n(' ', missing));
        let byte = |index: usize| {
            text.char_indices()
                .nth(index)
                .map_or(text.len(), |(at, _)| at)
        };
        let (start, end) = (byte(column), byte(column + length));
        Some(Self {
            span: SourceSpan::from((start, end - start)),
            text,
            name,
            line: place.line as usize - 1,
            column: place.column.max(1) as usize - 1,
        })
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (data, span) = (self.text.as_bytes(), SourceSpan::from((0, self.text.len())));
        Ok(Box::new(match &self.name {
            Some(name) => {
                MietteSpanContents::new_named(name.clone(), data, span, self.line, self.column, 1)
            }
            None => MietteSpanContents::new(data, span, self.line, self.column, 1),
        }))
    }
}
