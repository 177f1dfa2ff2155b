//! Turns changes of the document into edits of the file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::builder::TextCopy;
use super::entities::{chars, escape};
use super::xml::{Dialect, Event, Walker};
use super::{Bbox, Format, Record, Scan, Word, alto, hocr, page, tsv};
use crate::document::Break;

/// A change of the document: other text for a span of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'c> {
    /// Bytes of [`Document::source`](crate::Document::source).
    pub span: Range<usize>,
    /// What is to stand there.
    pub text: &'c str,
    /// How sure that is, 0 to 1, where a format can record it.
    pub confidence: Option<f32>,
}

impl<'w> From<crate::Correction<'w>> for Change<'w> {
    fn from(c: crate::Correction<'w>) -> Self {
        Self {
            span: c.span(),
            text: c.best(),
            confidence: Some(c.confidence()),
        }
    }
}

/// Other text for a range of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the file.
    pub range: Range<usize>,
    /// What is to stand there.
    pub text: String,
    /// Index of the change that it is part of, the first where several have it
    /// in common.
    pub change: usize,
}

/// What is to be done to the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splice {
    /// In the order of the file; none overlaps another.
    pub edits: Vec<Edit>,
    /// Changes that the file has no place for: across lines, words joined that
    /// something else in the file refers to, and annotations of plain text and
    /// tables.
    pub skipped: Vec<usize>,
}

impl Splice {
    /// The file with the edits made.
    #[must_use]
    pub fn apply(&self, file: &str) -> String {
        apply(
            file,
            0,
            self.edits.iter().map(|e| (&e.range, e.text.as_str())),
        )
    }
}

fn apply<'e>(
    text: &str,
    origin: usize,
    edits: impl Iterator<Item = (&'e Range<usize>, &'e str)>,
) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut at = 0;
    for (range, new) in edits {
        out += &text[at..range.start - origin];
        out += new;
        at = range.end - origin;
    }
    out + &text[at..]
}

/// Edits of one element, not yet in order.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub(super) fn push(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push((range, text.into()));
    }

    /// Changes `old` that stands in the file at `range` to `new`, and as few
    /// bytes as possible.
    pub(super) fn push_text(&mut self, file: &str, range: Range<usize>, new: &str, is_raw: bool) {
        let mut range = range;
        let mut new = new;
        let letters = |range: Range<usize>| {
            let raw = file[range.clone()].char_indices();
            let raw = raw.map(move |(i, c)| {
                let start = range.start + i;
                (c, start..start + c.len_utf8())
            });
            raw.collect::<Vec<_>>()
        };
        let old: Vec<(char, Range<usize>)> = if is_raw {
            letters(range.clone())
        } else {
            chars(file, range.clone()).collect()
        };
        let mut old = &old[..];
        while let (Some((first, rest)), Some(c)) = (old.split_first(), new.chars().next()) {
            if first.0 != c {
                break;
            }
            (old, new) = (rest, &new[c.len_utf8()..]);
            range.start = first.1.end;
        }
        while let (Some((last, rest)), Some(c)) = (old.split_last(), new.chars().next_back()) {
            if last.0 != c {
                break;
            }
            (old, new) = (rest, &new[..new.len() - c.len_utf8()]);
            range.end = last.1.start;
        }
        if !range.is_empty() || !new.is_empty() {
            let new = if is_raw { new.to_owned() } else { escape(new) };
            self.push(range, new);
        }
    }

    /// Takes out a part of the file with the white space before it.
    pub(super) fn remove(&mut self, file: &str, range: &Range<usize>) {
        let start = file[..range.start].trim_ascii_end().len();
        self.push(start..range.end, "");
    }

    /// The element with the edits made.
    fn apply(mut self, file: &str, element: Range<usize>) -> String {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let edits = self.0.iter().map(|(range, text)| (range, text.as_str()));
        apply(&file[element.clone()], element.start, edits)
    }
}

/// What an element is to become.
#[derive(Debug, Clone)]
pub(super) struct Rewrite<'a> {
    pub(super) text: &'a str,
    /// What was read, of all words that the element stands for now.
    pub(super) original: &'a str,
    pub(super) record: Record,
    pub(super) confidence: Option<f32>,
    /// Set where words were joined or parted.
    pub(super) shape: Option<Shape>,
}

/// Where a word is that was joined or parted.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) bbox: Option<Bbox>,
    /// The engine's, where that of another word is lower.
    pub(super) engine_confidence: Option<f32>,
    /// For what is put after the word that there was.
    pub(super) new_id: Option<String>,
    pub(super) is_copy: bool,
}

/// Words that changes bind together, and what they are to be.
struct Cluster {
    /// Runs of the document.
    runs: Range<usize>,
    changes: Range<usize>,
    text: String,
}

impl Scan<'_> {
    /// The edits that make the changes, which are in order and do not overlap.
    #[must_use]
    pub fn splice(&self, changes: &[Change<'_>], record: Record) -> Splice {
        let has_place = record != Record::Annotate || self.format.has_annotations();
        let mut splice = if !has_place {
            Splice {
                skipped: (0..changes.len()).collect(),
                ..Splice::default()
            }
        } else if self.format == Format::Text {
            self.splice_plain(changes)
        } else {
            Splicer {
                scan: self,
                record,
                changes,
                splice: Splice::default(),
                new_texts: BTreeMap::new(),
                has_blanks: self.format == Format::Alto && alto::has_blanks(self.file),
                ids: None,
            }
            .splice()
        };
        let edits = &mut splice.edits;
        edits.sort_by_key(|e| (e.range.start, e.range.end));
        // Texts that overlap in a file that is not sound are changed once.
        let mut end = 0;
        edits.retain(|e| {
            let is_after = e.range.start >= end;
            end = end.max(e.range.end);
            is_after
        });
        splice
    }

    fn splice_plain(&self, changes: &[Change<'_>]) -> Splice {
        let start = self.file.len() - self.document.source().len();
        let edit = |(i, c): (usize, &Change<'_>)| Edit {
            range: start + c.span.start..start + c.span.end,
            text: c.text.to_owned(),
            change: i,
        };
        Splice {
            edits: changes.iter().enumerate().map(edit).collect(),
            skipped: Vec::new(),
        }
    }
}

struct Splicer<'s, 't> {
    scan: &'s Scan<'t>,
    record: Record,
    changes: &'s [Change<'s>],
    splice: Splice,
    /// What changed words are now; those joined to the one before are empty.
    new_texts: BTreeMap<usize, (String, usize)>,
    has_blanks: bool,
    ids: Option<Ids<'t>>,
}

impl Splicer<'_, '_> {
    fn splice(mut self) -> Splice {
        for cluster in self.clusters() {
            let changes = cluster.changes.clone();
            if !self.put(&cluster) {
                self.splice.skipped.extend(changes);
            }
        }
        if self.record != Record::Annotate {
            self.put_copies();
            if self.scan.format == Format::Alto {
                self.put_substitutions();
            }
        }
        self.splice.skipped.sort_unstable();
        self.splice
    }

    fn clusters(&mut self) -> Vec<Cluster> {
        let document = &self.scan.document;
        let runs = document.runs();
        let mut clusters: Vec<Cluster> = Vec::new();
        for (i, change) in self.changes.iter().enumerate() {
            let first = runs.partition_point(|r| r.range.end <= change.span.start);
            let end = runs.partition_point(|r| r.range.start < change.span.end);
            let is_within = first < end
                && runs[first].range.start <= change.span.start
                && change.span.end <= runs[end - 1].range.end
                && runs[first..end - 1]
                    .iter()
                    .all(|r| r.break_after == Break::Blank);
            if !is_within {
                self.splice.skipped.push(i);
                continue;
            }
            match clusters.last_mut() {
                Some(last) if first < last.runs.end && last.changes.end == i => {
                    last.runs.end = last.runs.end.max(end);
                    last.changes.end = i + 1;
                }
                _ => clusters.push(Cluster {
                    runs: first..end,
                    changes: i..i + 1,
                    text: String::new(),
                }),
            }
        }
        for cluster in &mut clusters {
            let mut at = runs[cluster.runs.start].range.start;
            for change in &self.changes[cluster.changes.clone()] {
                cluster.text += &document.source()[at..change.span.start];
                cluster.text += change.text;
                at = change.span.end;
            }
            cluster.text += &document.source()[at..runs[cluster.runs.end - 1].range.end];
        }
        clusters
    }

    /// Whether the file has a place for it.
    fn put(&mut self, cluster: &Cluster) -> bool {
        let text = cluster.text.trim();
        let Some(first) = self.scan.order[cluster.runs.start] else {
            return false;
        };
        let words = first..first + cluster.runs.len();
        // Words of a line follow each other in the file as in the document.
        let is_in_order = cluster
            .runs
            .clone()
            .zip(words.clone())
            .all(|(run, word)| self.scan.order[run] == Some(word));
        if text.is_empty() || !is_in_order {
            return false;
        }
        let is_bare = |w: &Word| w.element.is_none();
        let has_blank = self
            .words(&words)
            .iter()
            .any(|w| w.text.contains(char::is_whitespace));
        if self.words(&words).iter().any(is_bare) {
            return words.len() == 1 && self.put_bare(first, text, cluster.changes.start);
        }
        let parts: Vec<&str> = if has_blank || self.scan.format == Format::Tsv {
            match words.len() {
                1 => vec![text],
                _ if has_blank => return false,
                // A table's rows are numbered: two words may share one.
                n => match text.split(' ').collect::<Vec<_>>() {
                    parts if parts.len() == 1 || parts.len() == n => parts,
                    _ => return false,
                },
            }
        } else {
            text.split(' ').filter(|p| !p.is_empty()).collect()
        };
        if parts.len() == words.len() {
            for (word, part) in words.zip(&parts) {
                if *part != self.scan.words[word].text {
                    self.put_word(word, part, cluster.changes.start);
                }
            }
            return true;
        }
        if self.record == Record::Annotate {
            // Beside one word there is room for two, not the reverse.
            let can = words.len() == 1;
            if can {
                self.put_word(first, text, cluster.changes.start);
            }
            return can;
        }
        self.reshape(&words, &parts, cluster.changes.start)
    }

    fn words(&self, words: &Range<usize>) -> &[Word] {
        &self.scan.words[words.clone()]
    }

    fn put_bare(&mut self, word: usize, text: &str, change: usize) -> bool {
        if self.record == Record::Annotate {
            return false;
        }
        let [range] = &self.scan.words[word].texts[..] else {
            return false;
        };
        let mut edits = Edits::default();
        edits.push_text(self.scan.file, range.clone(), text, false);
        self.keep(edits, change);
        self.new_texts.insert(word, (text.to_owned(), change));
        true
    }

    fn keep(&mut self, edits: Edits, change: usize) {
        let edits = edits.0.into_iter().map(|(range, text)| Edit {
            range,
            text,
            change,
        });
        self.splice.edits.extend(edits);
    }

    /// Changes the text of one word.
    fn put_word(&mut self, at: usize, text: &str, change: usize) {
        let word = &self.scan.words[at];
        let rewrite = Rewrite {
            text,
            original: &word.text,
            record: self.record,
            confidence: self.changes[change].confidence,
            shape: None,
        };
        self.keep(self.rewrite(word, &rewrite), change);
        self.new_texts.insert(at, (text.to_owned(), change));
    }

    fn rewrite(&self, word: &Word, rewrite: &Rewrite<'_>) -> Edits {
        let mut edits = Edits::default();
        let file = self.scan.file;
        match self.scan.format {
            Format::Hocr => hocr::rewrite(file, word, rewrite, &mut edits),
            Format::Alto => alto::rewrite(file, word, rewrite, &mut edits),
            Format::Page => page::rewrite(file, word, rewrite, &mut edits),
            Format::Tsv => tsv::rewrite(file, word, rewrite, &mut edits),
            Format::Text => {}
        }
        edits
    }

    /// Makes other words of these: the first stands for what it can, the
    /// others go, new ones come after it. Boxes are joined and divided.
    fn reshape(&mut self, words: &Range<usize>, parts: &[&str], change: usize) -> bool {
        let scan = self.scan;
        let first = &scan.words[words.start];
        let Some(element) = first.element.clone() else {
            return false;
        };
        let last = &scan.words[words.end - 1];
        let Some(end) = last.element.as_ref().map(|e| e.end) else {
            return false;
        };
        if !self.can_join(words) {
            return false;
        }
        let (record, confidence) = (self.record, self.changes[change].confidence);
        let all = &scan.words[words.clone()];
        let originals: Vec<&str> = all.iter().map(|w| w.text.as_str()).collect();
        let original = originals.join(" ");
        let bbox = all
            .iter()
            .map(|w| w.bbox)
            .reduce(|a, b| Some(a?.join(b?)))
            .flatten();
        let least = all
            .iter()
            .filter_map(|w| w.confidence)
            .min_by(f32::total_cmp);
        let engine_confidence = least.filter(|&c| first.confidence.is_some_and(|f| c < f));
        let boxes = divided(bbox, parts);
        let rewrite = |part: usize, new_id: Option<String>| Rewrite {
            text: parts[part],
            original: &original,
            // The first stands for what was read.
            record: if part == 0 { record } else { Record::Plain },
            confidence: confidence.filter(|_| part == 0),
            shape: Some(Shape {
                bbox: boxes[part],
                engine_confidence,
                new_id,
                is_copy: part > 0,
            }),
        };
        let mut edits = self.rewrite(first, &rewrite(0, None));
        let mut after = String::new();
        for part in 1..parts.len() {
            let id = first.id.as_deref();
            let id = id.map(|id| ids(&mut self.ids, scan).suffixed(id, part + 1));
            let copy = self.rewrite(first, &rewrite(part, id));
            after += &self.separator(first, boxes[part - 1], boxes[part]);
            after += &copy.apply(scan.file, element.clone());
        }
        edits.push(element.end..end, after);
        self.keep(edits, change);
        for (i, word) in words.clone().enumerate() {
            let text = if i == 0 {
                parts.join(" ")
            } else {
                String::new()
            };
            self.new_texts.insert(word, (text, change));
        }
        true
    }

    /// What stands between a word and the one put after it.
    fn separator(&self, word: &Word, left: Option<Bbox>, right: Option<Bbox>) -> String {
        let start = word.element.as_ref().map_or(0, |e| e.start);
        let before = &self.scan.file[..start];
        let indent = &before[before.trim_ascii_end().len()..];
        match self.scan.format {
            Format::Alto => {
                alto::separator(self.scan.file, word, indent, self.has_blanks, left, right)
            }
            // Blanks between inline elements are text in HTML.
            Format::Hocr if indent.is_empty() => " ".to_owned(),
            _ => indent.to_owned(),
        }
    }

    /// Whether nothing but blanks stands between the words, and nothing refers
    /// to those that are to go.
    fn can_join(&mut self, words: &Range<usize>) -> bool {
        let scan = self.scan;
        for at in words.start + 1..words.end {
            let (word, next) = (&scan.words[at - 1], &scan.words[at]);
            let (Some(a), Some(b)) = (&word.element, &next.element) else {
                return false;
            };
            let Some(between) = scan.file.get(a.end..b.start) else {
                return false;
            };
            let is_free = match scan.format {
                Format::Alto => alto::is_blank(between),
                _ => between.trim().is_empty(),
            };
            if !is_free {
                return false;
            }
            if let Some(id) = next.id.as_deref()
                && ids(&mut self.ids, scan).referred.contains(id)
            {
                return false;
            }
        }
        true
    }

    /// Lines and regions repeat the text of their words.
    fn put_copies(&mut self) {
        let scan = self.scan;
        for copy in &scan.copies {
            if self.new_texts.range(copy.words.clone()).next().is_none() {
                continue;
            }
            let places = places_in(scan, copy);
            let mut changed: Vec<(usize, (String, usize))> = self
                .new_texts
                .range(copy.words.clone())
                .map(|(&word, new)| (word, new.clone()))
                .collect();
            // Backwards, so that a word joined to another hands on its end.
            let mut end = None;
            while let Some((word, (text, change))) = changed.pop() {
                let Some(place) = places[word - copy.words.start].clone() else {
                    end = None;
                    continue;
                };
                if text.is_empty() {
                    end = Some(end.unwrap_or(place.end));
                    continue;
                }
                let place = place.start..end.take().unwrap_or(place.end);
                let mut edits = Edits::default();
                edits.push_text(scan.file, place, &text, false);
                self.keep(edits, change);
            }
        }
    }

    /// Both parts of a word parted at a line's end repeat the whole.
    fn put_substitutions(&mut self) {
        let scan = self.scan;
        let mut pairs = BTreeSet::new();
        for &at in self.new_texts.keys() {
            match alto::part(scan.file, &scan.words[at]) {
                Some(1) => pairs.insert(at),
                Some(2) => at > 0 && pairs.insert(at - 1),
                _ => false,
            };
        }
        for at in pairs {
            let Some([first, second]) = scan.words.get(at..at + 2) else {
                continue;
            };
            let new = |i: usize, word: &Word| match self.new_texts.get(&i) {
                Some((text, _)) => text.clone(),
                None => word.text.clone(),
            };
            let change = [at, at + 1]
                .iter()
                .find_map(|i| self.new_texts.get(i).map(|n| n.1));
            let whole = [new(at, first), new(at + 1, second)];
            let mut edits = Edits::default();
            alto::substitute(scan.file, [first, second], &whole, &mut edits);
            if let Some(change) = change {
                self.keep(edits, change);
            }
        }
    }
}

/// A box divided by the parts' letters; between them, a blank as wide as one.
fn divided(bbox: Option<Bbox>, parts: &[&str]) -> Vec<Option<Bbox>> {
    let letters = |part: &str| part.chars().count() as f32;
    let all: f32 = parts.iter().map(|p| letters(p)).sum::<f32>() + (parts.len() - 1) as f32;
    let mut at = 0.0;
    let piece = |part: &&str| {
        let start = at;
        at += letters(part) + 1.0;
        let end = at - 1.0;
        bbox.map(|b| Bbox {
            left: b.left + (b.right - b.left) * start / all,
            right: b.left + (b.right - b.left) * end / all,
            ..b
        })
    };
    parts.iter().map(piece).collect()
}

/// Where each word of the copy stands in it. Words are looked for from where
/// the one before ends, past a few that are not theirs.
fn places_in(scan: &Scan<'_>, copy: &TextCopy) -> Vec<Option<Range<usize>>> {
    const LOOK_AHEAD: usize = 8;
    let mut tokens: Vec<(String, Range<usize>)> = Vec::new();
    let mut is_open = false;
    for (c, place) in chars(scan.file, copy.text.clone()) {
        if c.is_whitespace() {
            is_open = false;
            continue;
        }
        match tokens.last_mut() {
            Some(token) if is_open => {
                token.0.push(c);
                token.1.end = place.end;
            }
            _ => tokens.push((c.to_string(), place)),
        }
        is_open = true;
    }
    let mut at = 0;
    let find = |word: &Word| {
        let parts: Vec<&str> = word.text.split_whitespace().collect();
        let is_here = |i: &usize| {
            let here = tokens.get(*i..*i + parts.len());
            here.is_some_and(|h| h.iter().zip(&parts).all(|(t, p)| t.0 == *p))
        };
        let found = (at..at + LOOK_AHEAD).find(is_here)?;
        at = found + parts.len();
        Some(tokens[found].1.start..tokens.get(at - 1)?.1.end)
    };
    scan.words[copy.words.clone()].iter().map(find).collect()
}

/// Ids of the file, and those that something refers to.
#[derive(Debug, Default)]
pub(super) struct Ids<'t> {
    taken: BTreeSet<&'t str>,
    made: BTreeSet<String>,
    /// How many ids were wanted that the file has already.
    clashes: usize,
    referred: BTreeSet<&'t str>,
}

fn ids<'i, 't>(ids: &'i mut Option<Ids<'t>>, scan: &Scan<'t>) -> &'i mut Ids<'t> {
    ids.get_or_insert_with(|| Ids::of(scan.file, scan.format))
}

impl<'t> Ids<'t> {
    pub(super) fn of(file: &'t str, format: Format) -> Self {
        let mut ids = Self::default();
        let dialect = match format {
            Format::Text | Format::Tsv => return ids,
            Format::Hocr => hocr::dialect(file),
            Format::Alto | Format::Page => Dialect::Xml,
        };
        let mut walker = Walker::new(file, dialect);
        while let Ok(Some(event)) = walker.next() {
            if !matches!(event, Event::Open(_)) {
                continue;
            }
            for attribute in walker.attributes() {
                let name = file[attribute.name.clone()].to_ascii_lowercase();
                let values = file[attribute.value.clone()].split_ascii_whitespace();
                let is_reference = name.ends_with("ref")
                    || name.ends_with("refs")
                    || ["idnext", "for", "headers"].contains(&name.as_str())
                    || name.starts_with("aria-");
                if name == "id" || name.ends_with(":id") {
                    ids.taken.extend(values);
                } else if is_reference {
                    ids.referred
                        .extend(values.map(|v| v.strip_prefix('#').unwrap_or(v)));
                }
            }
        }
        ids
    }

    /// An id that the file does not have yet.
    pub(super) fn suffixed(&mut self, id: &str, part: usize) -> String {
        let mut new = format!("{id}-{part}");
        while self.taken.contains(new.as_str()) || self.made.contains(&new) {
            // Counted through the file, so that a thousand words with one id
            // need a thousand tries, not their square.
            self.clashes += 1;
            new = format!("{id}-{part}x{}", self.clashes);
        }
        self.made.insert(new.clone());
        new
    }
}
