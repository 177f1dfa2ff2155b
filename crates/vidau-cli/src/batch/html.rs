//! The report as one page that needs nothing else.

use std::fmt::Write;
use std::path::Path;

use super::journal::Name;
use super::report::{Report, Sum, Worst};
use super::stats::BINS;
use super::store::{FOLDER, review_path};
use crate::output::thousands;

/// Rows of a table; the rest is in `report.json`.
const ROWS: usize = 500;

const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}\
th,td{padding:.25rem .6rem;border-bottom:1px solid #ddd;text-align:right;vertical-align:top}\
th:first-child,td:first-child,.l{text-align:left;overflow-wrap:break-word}\
td:first-child{overflow-wrap:anywhere;min-width:15rem}\
.totals{width:auto;min-width:36rem}\
th{background:#f4f4f4;position:sticky;top:0}\
.low{background:#fde2e0}.mid{background:#fff3d0}\
svg{max-width:40rem;width:100%;height:auto}\
@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}th{background:#2a2a2a}\
th,td{border-color:#444}a{color:#8bf}.low{background:#5a2420}.mid{background:#554311}svg text{fill:#ddd}}";

/// The page.
pub(crate) fn page(report: &Report) -> String {
    let mut out =
        String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = write!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>vidau batch</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Restored documents</h1>\n"
    );
    totals(&mut out, report);
    plot(&mut out, &report.total.stats.bins);
    worst(&mut out, report);
    folders(&mut out, report);
    failures(&mut out, report);
    compared(&mut out, report);
    left_alone(&mut out, report);
    let model = escaped(&report.model);
    let _ = write!(
        out,
        "<p>Model {model}. Every figure, also of what is not listed here: \
         <a href=\"report.json\">report.json</a>; every file: .vidau/journal.jsonl.</p>\n\
         </body>\n</html>\n"
    );
    out
}

fn totals(out: &mut String, report: &Report) {
    let total = &report.total;
    out.push_str("<table class=\"totals\">\n");
    let mut row = |name: &str, value: String| {
        let _ = writeln!(out, "<tr><td>{name}</td><td>{value}</td></tr>");
    };
    row("Files restored", thousands(total.restored));
    for (format, n) in &report.formats {
        row(&format!("&emsp;{}", escaped(format)), thousands(*n));
    }
    row("Files that failed", thousands(total.failed));
    row("Words", thousands(total.stats.words));
    row("Changes", thousands(total.stats.changes));
    row("Places to look at", thousands(total.stats.flags));
    row("Words expected to be right", percent(total.confidence));
    for (advice, n) in &total.advised {
        row(advice.text(), thousands(*n));
    }
    out.push_str("</table>\n");
}

/// Changes by confidence.
fn plot(out: &mut String, bins: &[u64; BINS]) {
    let most = bins.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return;
    }
    out.push_str("<h2>Changes by confidence</h2>\n<svg viewBox=\"0 0 440 136\" role=\"img\">\n");
    for (i, &n) in bins.iter().enumerate() {
        // The root keeps the few unsure ones visible beside the many sure ones.
        let height = (n as f64 / most as f64).sqrt() * 100.0;
        let (x, top) = (i * 44, 115.0 - height);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{top:.1}\" width=\"40\" height=\"{height:.1}\" fill=\"#4a7\"/>\
             <text x=\"{mid}\" y=\"{label:.1}\" font-size=\"9\" text-anchor=\"middle\">{count}</text>\
             <text x=\"{mid}\" y=\"130\" font-size=\"10\" text-anchor=\"middle\">{low}-{high}</text>",
            mid = x + 20,
            label = top - 3.0,
            count = thousands(n),
            low = i * 10,
            high = (i + 1) * 10,
        );
    }
    out.push_str("</svg>\n<p>Per cent; heights are square roots of the counts.</p>\n");
}

fn worst(out: &mut String, report: &Report) {
    if report.worst.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Least sure files</h2>\n<table>\n<tr><th>File</th><th>expected right</th>\
         <th>left as read</th><th>words</th><th>changes</th><th>to look at</th>\
         <th class=\"l\">advice</th><th class=\"l\">review</th></tr>\n",
    );
    for file in report.worst.iter().take(ROWS) {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"{}\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td class=\"l\">{}</td><td class=\"l\">{}</td></tr>",
            link(&file.name),
            class(file.confidence),
            percent(file.confidence),
            percent(file.quality),
            thousands(file.stats.words),
            thousands(file.stats.changes),
            thousands(file.stats.flags),
            file.stats.advice.map_or("", super::stats::Advice::text),
            review(file),
        );
    }
    out.push_str("</table>\n");
}

fn folders(out: &mut String, report: &Report) {
    out.push_str(
        "<h2>Folders</h2>\n<table>\n<tr><th>Folder</th><th>files</th><th>failed</th>\
         <th>words</th><th>changes</th><th>to look at</th><th>expected right</th>\
         <th class=\"l\">advice</th></tr>\n",
    );
    for folder in report.folders.iter().take(ROWS) {
        let sum = &folder.sum;
        let path = if folder.path.is_empty() {
            "."
        } else {
            &folder.path
        };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td class=\"{}\">{}</td><td class=\"l\">{}</td></tr>",
            escaped(path),
            thousands(sum.restored),
            thousands(sum.failed),
            thousands(sum.stats.words),
            thousands(sum.stats.changes),
            thousands(sum.stats.flags),
            class(sum.confidence),
            percent(sum.confidence),
            advice(sum),
        );
    }
    out.push_str("</table>\n");
    more(out, report.folders.len());
}

fn advice(sum: &Sum) -> String {
    let each = sum
        .advised
        .iter()
        .map(|(a, n)| format!("{n} × {}", a.text()));
    each.collect::<Vec<_>>().join("<br>")
}

fn failures(out: &mut String, report: &Report) {
    if report.failures.is_empty() {
        return;
    }
    out.push_str("<h2>Failures</h2>\n<table>\n<tr><th>File</th><th class=\"l\">reason</th></tr>\n");
    for failure in report.failures.iter().take(ROWS) {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"l\">{}</td></tr>",
            escaped(&failure.name.path),
            escaped(&failure.error)
        );
    }
    out.push_str("</table>\n");
    more(out, report.failures.len());
}

fn compared(out: &mut String, report: &Report) {
    let Some(compared) = &report.compared else {
        return;
    };
    let _ = writeln!(
        out,
        "<h2>Against {}</h2>\n<p>{} of {} files differ, in {} words.</p>\n<table>\n\
         <tr><th>earlier</th><th class=\"l\">now</th><th>times</th></tr>",
        escaped(&compared.earlier),
        thousands(compared.files_differ),
        thousands(compared.files),
        thousands(compared.words_differ)
    );
    for r in &compared.frequent {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"l\">{}</td><td>{}</td></tr>",
            escaped(&r.earlier),
            escaped(&r.now),
            thousands(r.count)
        );
    }
    out.push_str("</table>\n<table>\n<tr><th>File</th><th>words that differ</th></tr>\n");
    for file in &compared.worst {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td></tr>",
            link(&file.name),
            thousands(file.words)
        );
    }
    out.push_str("</table>\n");
}

fn left_alone(out: &mut String, report: &Report) {
    let left = &report.left_alone;
    if left.files + left.links == 0 {
        return;
    }
    let _ = write!(
        out,
        "<h2>Left alone</h2>\n<p>{} files that hold no OCR text, {} links.",
        thousands(left.files),
        thousands(left.links)
    );
    for (ending, n) in &left.endings {
        let ending = if ending.is_empty() {
            "no ending"
        } else {
            ending
        };
        let _ = write!(out, " {}: {}.", escaped(ending), thousands(*n));
    }
    out.push_str("</p>\n");
}

fn more(out: &mut String, rows: usize) {
    if rows > ROWS {
        let rest = thousands((rows - ROWS) as u64);
        let _ = writeln!(out, "<p>{rest} more are in report.json.</p>");
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn class(confidence: f64) -> &'static str {
    match confidence {
        c if c < 0.9 => "low",
        c if c < 0.97 => "mid",
        _ => "",
    }
}

/// The output's name, as a link where it has one that a link can hold.
fn link(name: &Name) -> String {
    let text = escaped(&name.path);
    if name.escaped {
        return text;
    }
    format!("<a href=\"{}\">{text}</a>", href(&name.path))
}

/// The file's review page, where it has one and a link can hold its name.
fn review(file: &Worst) -> String {
    if !file.review || file.name.escaped {
        return String::new();
    }
    let page = review_path(Path::new(&file.name.path));
    let path = format!("{FOLDER}/{}", page.display());
    format!("<a href=\"{}\">review</a>", href(&path))
}

fn href(path: &str) -> String {
    // The ./ keeps a colon from making a scheme of it.
    let mut href = String::from("./");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            href.push(byte.into());
        } else {
            let _ = write!(href, "%{byte:02X}");
        }
    }
    href
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_become_markup() {
        let name = Name::of(Path::new("a&b/<i>\"x\".txt"));
        assert_eq!(
            link(&name),
            "<a href=\"./a%26b/%3Ci%3E%22x%22.txt\">a&amp;b/&lt;i&gt;&quot;x&quot;.txt</a>"
        );
    }
}
