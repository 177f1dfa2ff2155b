//! The evaluation as a table for people.

use std::fmt::Write;

use vidau::eval::{ErrorKind, EvalReport, GroupReport};

use crate::output::thousands;

/// Figures with a raw and a restored side; the JSON has more.
const FIGURES: [&str; 5] = ["wer", "wer_t", "cer", "syl_err", "num_bad"];

pub(crate) fn render(report: &EvalReport, with_files: bool) -> String {
    let mut out = String::new();
    let model = report
        .model
        .as_deref()
        .map_or_else(String::new, |m| format!(", model {m}"));
    let _ = writeln!(
        out,
        "{} texts, {} tokens, aligned by {}{model}; per cent, OCR -> restored\n",
        report.total.texts,
        thousands(report.total.raw.counts.tokens),
        report.units,
    );
    let mut rows = vec![header()];
    let files = report.files.iter().filter(|_| with_files);
    rows.extend(files.chain(&report.groups).map(row));
    rows.push(row(&report.total));
    columns(&rows, &mut out);

    out += "\nwrong tokens of the truth by kind\n";
    let kinds = ErrorKind::ALL.map(|kind| {
        let count = |g: &vidau::eval::SideReport| g.counts.kinds.get(&kind).copied().unwrap_or(0);
        (
            kind.name(),
            count(&report.total.raw),
            count(&report.total.restored),
        )
    });
    let inserted = (
        "(inserted)",
        report.total.raw.counts.inserted,
        report.total.restored.counts.inserted,
    );
    let shown = kinds
        .into_iter()
        .chain([inserted])
        .filter(|k| k.1 + k.2 > 0);
    let mut rows = vec![["", "OCR", "restored"].map(str::to_owned).to_vec()];
    rows.extend(
        shown.map(|(name, raw, restored)| {
            vec![name.to_owned(), thousands(raw), thousands(restored)]
        }),
    );
    columns(&rows, &mut out);

    if let Some(c) = report.total.confidence.filter(|c| c.changed > 0) {
        let _ = writeln!(
            out,
            "\n{} tokens changed, {} of them right; calibration error {:.2} ({:.2} by chance), \
             area under the curve {:.2}, errors left among the least sure 3 %: {:.2}; flagged {:.2} % of the \
             tokens, with {:.2} % of the errors",
            thousands(c.changed),
            thousands(c.changed_right),
            c.calibration_error,
            c.calibration_by_chance,
            c.auc,
            c.errors_in_least_sure,
            c.flagged,
            c.errors_flagged
        );
    }

    if !report.errors.is_empty() {
        out += "\nmost frequent errors left: truth <- restored (OCR)\n";
        for e in &report.errors {
            let restored = if e.restored.is_empty() {
                "nothing"
            } else {
                &e.restored
            };
            let _ = writeln!(
                out,
                "{:>6}  {:<14}  {} <- {restored} ({})",
                e.count,
                e.kind.name(),
                e.truth,
                e.raw
            );
        }
    }
    out
}

fn header() -> Vec<String> {
    let ends = ["mended", "over", "num_chg"];
    let names = ["", "tokens"].into_iter().chain(FIGURES).chain(ends);
    names.map(str::to_owned).collect()
}

fn row(group: &GroupReport) -> Vec<String> {
    let mut row = vec![group.name.clone(), thousands(group.raw.counts.tokens)];
    for figure in FIGURES {
        let side = |g: Option<f64>| format!("{:.2}", g.unwrap_or(0.0));
        row.push(change(
            side(group.raw.rates.figure(figure)),
            side(group.figure(figure)),
        ));
    }
    row.push(match group.harm.seen_wrong {
        0 => "-".to_owned(),
        _ => format!("{:.1}", group.mended),
    });
    row.push(format!("{:.3}", group.over));
    row.push(group.num_chg.to_string());
    row
}

fn change(from: String, to: String) -> String {
    format!("{from} -> {to}")
}

/// The rows with their columns under each other, numbers to the right.
fn columns(rows: &[Vec<String>], out: &mut String) {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| {
        let cells = rows.iter().filter_map(|r| r.get(c));
        cells.map(|s| s.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..n).map(width).collect();
    for row in rows {
        for (c, cell) in row.iter().enumerate() {
            let w = widths[c];
            let _ = if c == 0 {
                write!(out, "{cell:<w$}")
            } else {
                write!(out, "  {cell:>w$}")
            };
        }
        out.push('\n');
    }
}
