//! `vidau apply`: a reviewer's decisions, carried out.

use anyhow::{Context, ensure};
use serde::Deserialize;
use vidau::Reason;
use vidau::eval::strip_marks;

use super::revert::original_of;
use crate::Outcome;
use crate::args::{ApplyArgs, LedgerForm};
use crate::ledger::{self, Change, hash};
use crate::output::{self, shown};
use crate::page::{PageOptions, change_bytes};
use crate::{atomic, input, signals};

/// Name and version of the layout of decisions.
const SCHEMA: &str = "vidau.decisions/1";

/// What a reviewer decided of one file.
#[derive(Deserialize)]
struct Decisions {
    schema: String,
    /// BLAKE3 of the file before it was restored.
    input: String,
    #[serde(default)]
    model: String,
    #[serde(default)]
    reviewer: Option<Box<str>>,
    #[serde(default)]
    date: Option<Box<str>>,
    decisions: Vec<Decision>,
}

/// Known by its place and what was read there, so that it stands whatever
/// model proposes the change.
#[derive(Deserialize)]
struct Decision {
    /// Bytes of the text before it was restored.
    span: [usize; 2],
    before: String,
    action: Action,
    #[serde(default)]
    after: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Accept,
    Reject,
    Edit,
}

pub(crate) fn run(args: &ApplyArgs) -> anyhow::Result<Outcome> {
    let name = shown(&args.decisions);
    let all = decisions_in(&name, &input::read(&args.decisions)?)?;
    let recorded = match &args.from {
        Some(path) => ledger::open(path)?,
        None => Vec::new(),
    };
    let mut bytes = input::read(&args.file)?;
    let of_file = |bytes: &[u8]| {
        let hash = hash(bytes);
        all.iter().rev().find(|d| d.input == hash)
    };
    let mut decisions = of_file(&bytes);
    if decisions.is_none() && args.from.is_some() {
        bytes = original_of(&recorded, &args.file)?;
        decisions = of_file(&bytes);
    }
    let decisions = decisions.with_context(|| {
        format!(
            "{}: not the file that {name} speaks of; give it as it was before it was restored, \
             or its ledger with --from",
            shown(&args.file)
        )
    })?;
    let proposed = recorded.iter().rev().find(|r| r.input() == decisions.input);
    let proposed = proposed.map_or(&[][..], |r| &r.changes);
    let options = PageOptions {
        format: args.format.format(),
        encoding: args.format.encoding(),
        record: args.format.record(),
        provenance: args.format.provenance,
        max_size: args.format.max_size()?,
        ..PageOptions::default()
    };
    let changes = decisions.changes(proposed)?;
    let page = change_bytes(&shown(&args.file), bytes, &options, changes)?;
    let _guard = signals::writing();
    if let Some(path) = args.ledger.as_ref().filter(|_| page.is_changed) {
        let entries = ledger::entries(&page, LedgerForm::Lines, &decisions.model)?;
        atomic::append(path, entries.as_bytes())?;
    }
    match &args.output {
        Some(path) => atomic::write(path, &page.output)?,
        None if args.write => atomic::write(&args.file, &page.output)?,
        None => output::result(&page.output)?,
    }
    Ok(Outcome::Done)
}

/// One document for each file, one after the other.
fn decisions_in(name: &str, json: &[u8]) -> anyhow::Result<Vec<Decisions>> {
    let documents = serde_json::Deserializer::from_slice(json).into_iter::<Decisions>();
    let all: Vec<Decisions> = documents
        .collect::<Result<_, _>>()
        .with_context(|| format!("{name}: not a file of decisions"))?;
    for decisions in &all {
        ensure!(
            decisions.schema == SCHEMA,
            "{name}: {} is not {SCHEMA}; use the vidau that wrote it",
            decisions.schema
        );
    }
    Ok(all)
}

impl Decisions {
    /// What is to be changed: what was accepted or edited, and what was
    /// proposed where nothing was decided.
    fn changes(&self, proposed: &[Change]) -> anyhow::Result<Vec<Change>> {
        let is_open = |change: &&Change| {
            let crosses = |d: &Decision| {
                d.span[0] < change.span[1] && change.span[0] < d.span[1] || d.span == change.span
            };
            !self.decisions.iter().any(crosses)
        };
        let mut changes: Vec<Change> = proposed.iter().filter(is_open).cloned().collect();
        for decision in &self.decisions {
            if decision.action == Action::Reject {
                continue;
            }
            let after = decision.after.clone().with_context(|| {
                format!(
                    "byte {}: accepted, but \"after\" is missing",
                    decision.span[0]
                )
            })?;
            if after == decision.before {
                continue;
            }
            let same = proposed
                .iter()
                .find(|c| c.span == decision.span && c.after == after);
            let mut change = same.cloned().unwrap_or_else(|| Change {
                reason: reason(&decision.before, &after),
                before: decision.before.clone(),
                after,
                ..Change::by_hand(decision.span)
            });
            change.reviewer.clone_from(&self.reviewer);
            change.date.clone_from(&self.date);
            change.flagged = false;
            changes.push(change);
        }
        Ok(changes)
    }
}

fn reason(before: &str, after: &str) -> Reason {
    let words = |text: &str| text.split_whitespace().count();
    if words(before) != words(after) {
        Reason::Blanks
    } else if strip_marks(before) == strip_marks(after) {
        Reason::Marks
    } else {
        Reason::Letters
    }
}
