//! Maps and lists of maps as tables.

use super::super::html::{escape, escape_into};
use super::render::{At, Renderer, join};
use crate::ground::value::Value;

impl Renderer<'_> {
    /// A map as a table of two columns.
    pub(super) fn map_table(&self, html: &mut String, entries: &[(&str, &Value)], at: At<'_>) {
        open_table(html, at.label);
        html.push_str("<tbody>");
        for (key, value) in entries {
            let path = join(at.path, key);
            let label = self.label(&path, key);
            html.push_str("<tr><th scope=\"row\">");
            escape_into(html, &label);
            html.push_str("</th><td>");
            self.value(html, value, self.cell(at, &path, &label));
            html.push_str("</td></tr>");
        }
        html.push_str("</tbody></table></div>");
    }

    /// A list of maps as a table: a column for each key, in the order in
    /// which keys first occur.
    pub(super) fn rows_table(&self, html: &mut String, rows: &[Vec<(&str, &Value)>], at: At<'_>) {
        let mut keys: Vec<&str> = Vec::new();
        for (key, _) in rows.iter().flatten() {
            if !keys.contains(key) {
                keys.push(key);
            }
        }
        open_table(html, at.label);
        html.push_str("<thead><tr>");
        for key in &keys {
            html.push_str("<th scope=\"col\">");
            escape_into(html, &self.label(&join(at.path, key), key));
            html.push_str("</th>");
        }
        html.push_str("</tr></thead><tbody>");
        for row in rows {
            html.push_str("<tr>");
            for key in &keys {
                html.push_str("<td>");
                if let Some((_, value)) = row.iter().find(|(other, _)| other == key) {
                    let path = join(at.path, key);
                    let label = self.label(&path, key);
                    // A row is a container of its own.
                    let deeper = At {
                        depth: at.depth + 1,
                        ..at
                    };
                    self.value(html, value, self.cell(deeper, &path, &label));
                }
                html.push_str("</td>");
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table></div>");
    }

    /// Within a table, whose cells are not tables again.
    fn cell<'b>(&self, at: At<'_>, path: &'b str, label: &'b str) -> At<'b> {
        let outer = At {
            rendering: None,
            ..at
        };
        self.below(outer, path, label)
    }
}

fn open_table(html: &mut String, label: &str) {
    let label = escape(label);
    html.push_str("<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"");
    html.push_str(&label);
    html.push_str("\"><table><caption>");
    html.push_str(&label);
    html.push_str("</caption>");
}
