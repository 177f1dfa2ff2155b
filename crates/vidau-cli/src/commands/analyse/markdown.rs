//! The analysis for people.

use std::fmt::Write;

use vidau::eval::{ErrorKind, GroupReport};

use super::charts::{FEWEST_CHANGED, has_reliability};
use super::{Analysis, Brief, Row};
use crate::output::thousands;

/// A table of Markdown; the first column is text, the others are figures.
struct Table(String);

impl Table {
    fn new<'h>(first: &str, columns: impl IntoIterator<Item = &'h str>) -> Self {
        let columns: Vec<&str> = columns.into_iter().collect();
        let mut out = format!("\n| {first} | {} |\n|---|", columns.join(" | "));
        out += &"---:|".repeat(columns.len());
        Self(out + "\n")
    }

    fn row(&mut self, first: &str, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        let _ = writeln!(self.0, "| {first} | {} |", cells.join(" | "));
    }
}

pub(super) fn render(analysis: &Analysis) -> String {
    let mut out = format!(
        "# Error analysis\n\nWritten by `vidau analyse`, model {}. \
         Its documentation (docs/evaluation.md) defines the figures; per cent unless said.\n",
        analysis.model
    );
    out += "\n## How good it is\n";
    out += &figures(analysis);
    out += "\n## Errors by kind\n\nWrong tokens of the truth, as read → restored.\n";
    out += &kinds(analysis);
    if !analysis.parts.is_empty() {
        out += "\n## What each part brings\n\nEverything else alike, one part switched off.\n";
        out += &parts(analysis);
    }
    out += "\n## How sure it is\n";
    out += &confidence(analysis);
    if !analysis.models.is_empty() {
        out += "\n## How much data, how many n-grams\n\nSyllables wrong with other models.\n";
        out += &models(analysis);
    }
    out += "\n## What is left\n";
    out += &left(analysis);
    out
}

fn names(analysis: &Analysis) -> impl Iterator<Item = &str> {
    analysis.sets.iter().map(|s| s.figures.name.as_str())
}

fn figures(analysis: &Analysis) -> String {
    let head = [
        "tokens",
        "wer_t",
        "syl_err",
        "cer",
        "num_bad",
        "over",
        "num_chg",
        "correct text changed",
    ];
    let mut table = Table::new("set", head);
    for set in &analysis.sets {
        let g = &set.figures;
        let both = |figure: &str| change(g.raw.rates.figure(figure), g.figure(figure));
        let tokens = thousands(g.raw.counts.tokens);
        let over = format!("{:.2}", g.over);
        let clean = format!("{:.3}", set.brief.clean);
        let rates = ["wer_t", "syl_err", "cer", "num_bad"].map(both);
        let ends = [over, g.num_chg.to_string(), clean];
        table.row(&g.name, [tokens].into_iter().chain(rates).chain(ends));
    }
    table.0
}

fn change(from: Option<f64>, to: Option<f64>) -> String {
    format!("{:.1} → {:.2}", from.unwrap_or(0.0), to.unwrap_or(0.0))
}

fn kinds(analysis: &Analysis) -> String {
    let mut table = Table::new("kind", names(analysis));
    let mut row = |name: &str, counts: &dyn Fn(&GroupReport) -> [u64; 2]| {
        let all: Vec<_> = analysis.sets.iter().map(|s| counts(&s.figures)).collect();
        if all.iter().any(|c| c.iter().any(|&n| n > 0)) {
            let cells = all
                .into_iter()
                .map(|[raw, restored]| format!("{} → {}", thousands(raw), thousands(restored)));
            table.row(name, cells);
        }
    };
    for kind in ErrorKind::ALL {
        row(kind.name(), &|g| {
            [&g.raw, &g.restored].map(|side| side.counts.kinds.get(&kind).copied().unwrap_or(0))
        });
    }
    row("(inserted)", &|g| {
        [&g.raw, &g.restored].map(|side| side.counts.inserted)
    });
    table.0
}

type Figure = (&'static str, fn(&Brief) -> f64);

const FIGURES: [Figure; 4] = [
    ("Alphabetic syllables wrong (`syl_err`):", |b| b.syl_err),
    ("Tokens wrong (`wer_t`):", |b| b.wer_t),
    ("Tokens changed of correct text:", |b| b.clean),
    (
        "Share of the errors left that the least sure 3 % of the tokens hold:",
        |b| b.errors_in_least_sure,
    ),
];

fn parts(analysis: &Analysis) -> String {
    let whole = Row {
        name: "**all parts**".to_owned(),
        sets: analysis.sets.iter().map(|s| s.brief).collect(),
    };
    let mut out = String::new();
    for (title, figure) in FIGURES {
        // What changes nothing here has no row.
        let is_other = |row: &&Row| {
            let pairs = row.sets.iter().zip(&whole.sets);
            pairs.into_iter().any(|(a, b)| figure(a) != figure(b))
        };
        let rows: Vec<&Row> = analysis.parts.iter().filter(is_other).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = write!(out, "\n{title}\n");
        out += &table(analysis, "", [&whole].into_iter().chain(rows), figure);
    }
    let is_idle = |row: &&Row| row.sets == whole.sets;
    let idle = analysis.parts.iter().filter(is_idle);
    let idle: Vec<&str> = idle.map(|row| row.name.as_str()).collect();
    if !idle.is_empty() {
        let _ = writeln!(out, "\nNo difference on these sets: {}.", idle.join("; "));
    }
    out
}

fn table<'r>(
    analysis: &Analysis,
    first: &str,
    rows: impl IntoIterator<Item = &'r Row>,
    figure: fn(&Brief) -> f64,
) -> String {
    let mut table = Table::new(first, names(analysis));
    for row in rows {
        let cells = row.sets.iter().map(|b| format!("{:.2}", figure(b)));
        table.row(&row.name, cells);
    }
    table.0
}

fn confidence(analysis: &Analysis) -> String {
    let head = [
        "changed",
        "of them right",
        "calibration error",
        "by chance",
        "auc",
        "errors in the least sure 3 %",
    ];
    let mut figures = Table::new("set", head);
    for set in &analysis.sets {
        if let Some(c) = set.figures.confidence {
            let counts = [c.changed, c.changed_right].map(thousands);
            let rates = [
                c.calibration_error,
                c.calibration_by_chance,
                c.auc,
                c.errors_in_least_sure,
            ];
            let rates = rates.map(|rate| format!("{rate:.1}"));
            figures.row(&set.figures.name, counts.into_iter().chain(rates));
        }
    }
    let mut out = figures.0;
    if analysis.sets.iter().any(has_reliability) {
        let _ = write!(
            out,
            "\n![Reliability](reliability.svg)\n\nTen bins of equally many changed tokens each; \
             sets of fewer than {FEWEST_CHANGED} have no curve.\n"
        );
    }
    out += "\n![Errors found](found.svg)\n\nHere every token counts with its confidence \
            (`--flag-below 1`), changed or not.\n";
    out += "\nWhat `--min-confidence` keeps back, tokens wrong (`wer_t`):\n";
    out += &table(analysis, "least", &analysis.caution, |b| b.wer_t);
    out += "\nRight tokens made wrong (`over`):\n";
    out + &table(analysis, "least", &analysis.caution, |b| b.over)
}

fn models(analysis: &Analysis) -> String {
    let head = ["text, M tokens", "n-grams, M", "MB"];
    let mut table = Table::new("model", head.into_iter().chain(names(analysis)));
    for m in &analysis.models {
        let millions = |n: f64| format!("{:.2}", n / 1e6);
        let sizes = [m.tokens as f64, m.ngrams as f64, m.bytes as f64].map(millions);
        let scores = m.sets.iter().map(|b| format!("{:.2}", b.syl_err));
        table.row(&m.name, sizes.into_iter().chain(scores));
    }
    if analysis.models.len() > 1 {
        table.0 += "\n![Syllables wrong by the number of n-grams](models.svg)\n";
    }
    table.0
}

fn left(analysis: &Analysis) -> String {
    let mut out = "\nErrors left, and in brackets how many have the right reading among those \
                   that the search kept: what a perfect choice could still put right.\n"
        .to_owned();
    let mut table = Table::new("kind", names(analysis));
    for kind in ErrorKind::ALL {
        let of = |set: &super::SetReport| {
            let found = set.offered.iter().find(|o| o.0 == kind);
            found.map_or((0, 0), |&(_, left, offered)| (left, offered))
        };
        if analysis.sets.iter().any(|set| of(set).0 > 0) {
            let cell = |(left, offered): (u64, u64)| format!("{} ({offered})", thousands(left));
            table.row(kind.name(), analysis.sets.iter().map(|set| cell(of(set))));
        }
    }
    out += &table.0;
    for set in &analysis.sets {
        if set.errors.is_empty() {
            continue;
        }
        let name = &set.figures.name;
        let _ = write!(
            out,
            "\n**{name}**, the most frequent: truth ← restored (as read)\n\n"
        );
        for same_kind in set.errors.chunk_by(|a, b| a.kind == b.kind) {
            let shown: Vec<String> = same_kind.iter().map(example).collect();
            let _ = writeln!(out, "- {}: {}", same_kind[0].kind.name(), shown.join(", "));
        }
    }
    out
}

fn example(error: &vidau::eval::TopError) -> String {
    let times = match error.count {
        1 => String::new(),
        n => format!(" ×{n}"),
    };
    let read = match &error.raw {
        raw if *raw == error.restored => String::new(),
        raw => format!(" ({})", code(raw)),
    };
    format!(
        "{} ← {}{read}{times}",
        code(&error.truth),
        code(&error.restored)
    )
}

/// As it is, whatever it means in Markdown.
fn code(text: &str) -> String {
    match text {
        "" => "nothing".to_owned(),
        text if text.contains('`') => format!("`` {text} ``"),
        text => format!("`{text}`"),
    }
}
