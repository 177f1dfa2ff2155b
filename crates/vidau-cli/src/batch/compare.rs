//! What differs from the outputs of an earlier run, say with another model.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use serde::Serialize;

use super::journal::{self, Name, Record};
use super::store;

/// Files and words that are named; all are counted.
const NAMED: usize = 100;
/// Kinds of differences that are counted apart.
const KINDS: usize = 100_000;

/// The differences.
#[derive(Default, Serialize)]
pub(crate) struct Comparison {
    pub(crate) earlier: String,
    /// Files restored by both from the same bytes.
    pub(crate) files: u64,
    pub(crate) files_differ: u64,
    pub(crate) words_differ: u64,
    /// Most words first.
    pub(crate) worst: Vec<Differing>,
    /// What became what, most frequent first.
    pub(crate) frequent: Vec<Replaced>,
}

#[derive(Serialize)]
pub(crate) struct Differing {
    #[serde(flatten)]
    pub(crate) name: Name,
    pub(crate) words: u64,
}

#[derive(Serialize)]
pub(crate) struct Replaced {
    pub(crate) earlier: String,
    pub(crate) now: String,
    pub(crate) count: u64,
}

/// An earlier output folder.
pub(crate) struct Earlier {
    outputs: Dir,
    /// Hashes of input and output by name.
    by_name: HashMap<Name, (String, String)>,
    found: Comparison,
    replaced: BTreeMap<(String, String), u64>,
}

impl Earlier {
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(store::FOLDER).join(journal::NAME);
        let shown = || format!("{}: no output of vidau batch", path.display());
        let file = File::open(&path).with_context(shown)?;
        let mut by_name = HashMap::new();
        let mut add = |record: Record| {
            if let (Some(input), Some(output)) = (record.input, record.output) {
                by_name.insert(record.name, (input, output));
            }
        };
        journal::for_each_latest(&file, &mut add).with_context(shown)?;
        Ok(Self {
            outputs: Dir::open_ambient_dir(folder, ambient_authority()).with_context(shown)?,
            by_name,
            found: Comparison {
                earlier: folder.display().to_string(),
                ..Comparison::default()
            },
            replaced: BTreeMap::new(),
        })
    }

    /// Holds a file that was restored now against what it was.
    pub(crate) fn compare(&mut self, record: &Record, outputs: &Dir) {
        let Some((input, output)) = self.by_name.get(&record.name) else {
            return;
        };
        if record.input.as_ref() != Some(input) || record.output.is_none() {
            return;
        }
        self.found.files += 1;
        if record.output.as_ref() == Some(output) {
            return;
        }
        self.found.files_differ += 1;
        let path = PathBuf::from(&record.name.path);
        let read = |folder: &Dir| {
            let mut text = String::new();
            let mut file = store::open(folder, &path).ok()?;
            std::io::Read::read_to_string(&mut file, &mut text).ok()?;
            Some(text)
        };
        let (Some(before), Some(after)) = (read(&self.outputs), read(outputs)) else {
            return;
        };
        let mut words = 0;
        for (before, after) in before.lines().zip(after.lines()) {
            if before != after {
                words += self.compare_line(before, after);
            }
        }
        self.found.words_differ += words;
        let name = record.name.clone();
        self.found.worst.push(Differing { name, words });
        if self.found.worst.len() >= 4 * NAMED {
            self.trim();
        }
    }

    /// Words between what both lines have in common at their ends and, where
    /// there are as many, word by word.
    fn compare_line(&mut self, before: &str, after: &str) -> u64 {
        let before: Vec<&str> = before.split_whitespace().collect();
        let after: Vec<&str> = after.split_whitespace().collect();
        if before.len() == after.len() {
            let pairs = before.iter().zip(&after).filter(|(b, a)| b != a);
            return pairs.map(|(b, a)| self.replace(b, a)).sum();
        }
        let start = before.iter().zip(&after).take_while(|(b, a)| b == a);
        let start = start.count();
        let (before, after) = (&before[start..], &after[start..]);
        let end = before.iter().rev().zip(after.iter().rev());
        let end = end.take_while(|(b, a)| b == a).count();
        let (before, after) = (&before[..before.len() - end], &after[..after.len() - end]);
        self.replace(&before.join(" "), &after.join(" "));
        before.len().max(after.len()) as u64
    }

    fn replace(&mut self, before: &str, after: &str) -> u64 {
        let pair = (before.to_owned(), after.to_owned());
        if self.replaced.len() < KINDS || self.replaced.contains_key(&pair) {
            *self.replaced.entry(pair).or_default() += 1;
        }
        1
    }

    fn trim(&mut self) {
        let worst = &mut self.found.worst;
        worst.sort_by(|a, b| b.words.cmp(&a.words).then_with(|| a.name.cmp(&b.name)));
        worst.truncate(NAMED);
    }

    pub(crate) fn finish(mut self) -> Comparison {
        self.trim();
        let mut frequent: Vec<Replaced> = self
            .replaced
            .into_iter()
            .map(|((earlier, now), count)| Replaced {
                earlier,
                now,
                count,
            })
            .collect();
        // Stable: equal counts stay in the order of the words.
        frequent.sort_by_key(|r| std::cmp::Reverse(r.count));
        frequent.truncate(NAMED);
        self.found.frequent = frequent;
        self.found
    }
}
