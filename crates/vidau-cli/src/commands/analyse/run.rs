//! The sets of texts, and what an engine makes of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use vidau::Restorer;
use vidau::eval::{Scored, TokenError, Units};

use crate::args::TextArgs;
use crate::commands::measure::{Sum, measure};
use crate::commands::pairs::{Text, texts};

/// Texts that belong together.
pub(super) struct Set {
    /// What each of the texts counts for.
    columns: Vec<String>,
    column_of: Vec<usize>,
    units: Units,
    read: (TextArgs, Vec<Text>),
    /// The truth, given as it is.
    clean: (TextArgs, Vec<Text>),
}

/// What became of a set, or of the part of it that one engine has read.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) read: Sum,
    pub(super) clean: Sum,
    pub(super) errors: Vec<TokenError>,
}

impl Set {
    /// `[NAME=]PATH`.
    pub(super) fn open(set: &str) -> anyhow::Result<Self> {
        let (name, path) = match set.split_once('=') {
            Some((name, path)) => (name.to_owned(), PathBuf::from(path)),
            None => {
                let path = PathBuf::from(set);
                let stem = path.file_stem().unwrap_or(path.as_os_str());
                (stem.to_string_lossy().into_owned(), path)
            }
        };
        ensure!(path.exists(), "{}: nothing is there", path.display());
        let is_folder = path.is_dir();
        let read = TextArgs {
            truth: path.clone(),
            strip: !is_folder,
            ..TextArgs::default()
        };
        let clean = TextArgs {
            truth: path,
            clean: true,
            ..TextArgs::default()
        };
        let read = (texts(&read)?, read);
        let clean = (texts(&clean)?, clean);
        let (columns, column_of) = columns_of(&name, &read.0);
        Ok(Self {
            columns,
            column_of,
            units: if is_folder { Units::Page } else { Units::Lines },
            read: (read.1, read.0),
            clean: (clean.1, clean.0),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.read.0.truth
    }
}

/// A column for each engine that has read some of the texts, one for the
/// others; or one for all.
fn columns_of(name: &str, texts: &[Text]) -> (Vec<String>, Vec<usize>) {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        let engine = text.engine.as_deref().unwrap_or("other");
        groups.entry(engine).or_default().push(at);
    }
    if groups.len() < 2 {
        return (vec![name.to_owned()], vec![0; texts.len()]);
    }
    let mut column_of = vec![0; texts.len()];
    let names = groups.iter().enumerate().map(|(column, (group, members))| {
        for &at in members {
            column_of[at] = column;
        }
        format!("{name} {group}")
    });
    (names.collect(), column_of)
}

/// All sets restored, column after column.
pub(super) fn columns(sets: &[Set], restorer: &Restorer) -> anyhow::Result<Vec<Column>> {
    let mut all = Vec::new();
    for set in sets {
        let run = |(args, texts): &(TextArgs, Vec<Text>)| {
            measure(texts, args, set.units, None, Some(restorer))
        };
        let (read, clean): (Vec<Scored>, Vec<Scored>) = (run(&set.read)?, run(&set.clean)?);
        let first = all.len();
        all.extend(set.columns.iter().map(|name| Column {
            name: name.clone(),
            read: Sum::default(),
            clean: Sum::default(),
            errors: Vec::new(),
        }));
        for ((read, clean), column) in read.into_iter().zip(&clean).zip(&set.column_of) {
            let column: &mut Column = &mut all[first + column];
            column.read.add(&read);
            column.clean.add(clean);
            column.errors.extend(read.errors);
        }
    }
    Ok(all)
}
