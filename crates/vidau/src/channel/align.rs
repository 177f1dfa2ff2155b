//! Aligns two readings of one text word by word, whatever happened to marks,
//! blanks and lines.

use std::collections::HashMap;
use std::ops::Range;

use super::letters::fold;

/// Words of one text beside the words of the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Where the words stand in the truth, in bytes; empty when the words
    /// were only read.
    pub truth: Range<usize>,
    /// Where the words stand in the observed text, in bytes; empty when the
    /// words were not read.
    pub observed: Range<usize>,
    /// How unlike the two are, marks and case aside: 0 equal, 1 nothing in
    /// common.
    pub distance: f32,
}

/// Beyond this many cells a stretch without a single anchor is given up.
const MAX_CELLS: usize = 1 << 21;
/// Stretches this small are aligned without looking for anchors.
const SMALL: usize = 1 << 10;
/// Letters of a word that are compared; beyond, words are taken as equal.
const MAX_WORD: usize = 48;
/// How many words may be taken together: (truth, observed).
const GROUPS: [(usize, usize); 6] = [(1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1)];

/// Aligns white-space separated words. Every word is in exactly one match, in
/// the order of both texts; several words share a match where blanks were lost
/// or inserted. Lines that are missing, or stand elsewhere, are left unmatched.
#[must_use]
pub fn align(truth: &str, observed: &str) -> Vec<Match> {
    let (t, o) = (words(truth), words(observed));
    let mut aligner = Aligner {
        truth: &t,
        observed: &o,
        groups: Vec::new(),
    };
    aligner.stretch(0..t.len(), 0..o.len());
    let mut at = (0, 0);
    let mut matches = Vec::with_capacity(aligner.groups.len());
    for (i, j) in aligner.groups {
        let (from_t, from_o) = (&t[at.0..at.0 + i], &o[at.1..at.1 + j]);
        at = (at.0 + i, at.1 + j);
        matches.push(Match {
            truth: span(from_t),
            observed: span(from_o),
            distance: unlikeness(from_t, from_o),
        });
    }
    matches
}

struct Word {
    range: Range<usize>,
    letters: Vec<char>,
}

fn words(text: &str) -> Vec<Word> {
    let start = text.as_ptr() as usize;
    text.split_whitespace()
        .map(|w| {
            let at = w.as_ptr() as usize - start;
            Word {
                range: at..at + w.len(),
                letters: w.chars().map(fold).take(MAX_WORD).collect(),
            }
        })
        .collect()
}

fn span(words: &[Word]) -> Range<usize> {
    match (words.first(), words.last()) {
        (Some(first), Some(last)) => first.range.start..last.range.end,
        _ => 0..0,
    }
}

fn unlikeness(t: &[Word], o: &[Word]) -> f32 {
    if t.is_empty() || o.is_empty() {
        return 1.0;
    }
    let (t, o) = (letters(t), letters(o));
    let worst = 2 * t.len().max(o.len());
    (distance(&t, &o) as f32 / worst as f32).min(1.0)
}

fn letters(words: &[Word]) -> Vec<char> {
    words.iter().flat_map(|w| &w.letters).copied().collect()
}

struct Aligner<'a> {
    truth: &'a [Word],
    observed: &'a [Word],
    /// Sizes of the matches, in order.
    groups: Vec<(usize, usize)>,
}

impl Aligner<'_> {
    /// Cuts a stretch at word pairs that occur once in either text, then
    /// aligns what lies between.
    fn stretch(&mut self, t: Range<usize>, o: Range<usize>) {
        let cells = t.len() * o.len();
        let anchors = if cells > SMALL {
            self.anchors(t.clone(), o.clone())
        } else {
            Vec::new()
        };
        if anchors.is_empty() {
            if cells <= MAX_CELLS {
                self.grid(t, o);
            } else {
                self.unmatched(t.len(), o.len());
            }
            return;
        }
        let mut from = (t.start, o.start);
        for (i, j) in anchors {
            if i < from.0 || j < from.1 {
                continue;
            }
            self.stretch(from.0..i, from.1..j);
            self.groups.extend([(1, 1), (1, 1)]);
            from = (i + 2, j + 2);
        }
        self.stretch(from.0..t.end, from.1..o.end);
    }

    fn unmatched(&mut self, t: usize, o: usize) {
        self.groups.extend(std::iter::repeat_n((1, 0), t));
        self.groups.extend(std::iter::repeat_n((0, 1), o));
    }

    /// Pairs of neighbouring words found once in either stretch, the longest
    /// ascending series of them.
    fn anchors(&self, t: Range<usize>, o: Range<usize>) -> Vec<(usize, usize)> {
        fn once(words: &[Word], range: Range<usize>) -> HashMap<(&[char], &[char]), Option<usize>> {
            let mut seen = HashMap::new();
            for i in range.start..range.end.saturating_sub(1) {
                let pair = (&words[i].letters[..], &words[i + 1].letters[..]);
                if pair.0.len() + pair.1.len() >= 5 {
                    seen.entry(pair)
                        .and_modify(|at| *at = None)
                        .or_insert(Some(i));
                }
            }
            seen
        }
        let in_observed = once(self.observed, o);
        let mut pairs: Vec<(usize, usize)> = once(self.truth, t)
            .into_iter()
            .filter_map(|(pair, i)| Some((i?, (*in_observed.get(&pair)?)?)))
            .collect();
        pairs.sort_unstable();
        longest_ascending(&pairs)
    }

    /// Dynamic programming over all groupings of a stretch; at equal cost the
    /// earlier entry of `GROUPS` wins, and leaving out comes last.
    fn grid(&mut self, t: Range<usize>, o: Range<usize>) {
        let (n, m) = (t.len(), o.len());
        if n == 0 || m == 0 {
            return self.unmatched(n, m);
        }
        let (truth, observed) = (&self.truth[t], &self.observed[o]);
        let left_out = |w: &Word| w.letters.iter().map(|&c| alone(c)).sum::<u32>().div_ceil(2) + 1;
        let width = m + 1;
        let mut best = vec![(u32::MAX, (0u8, 0u8)); (n + 1) * width];
        best[0].0 = 0;
        for i in 0..=n {
            for j in 0..=m {
                let here = best[i * width + j].0;
                let mut reach = |di: usize, dj: usize, cost: u32| {
                    let cell = &mut best[(i + di) * width + j + dj];
                    if here + cost < cell.0 {
                        *cell = (here + cost, (di as u8, dj as u8));
                    }
                };
                for (di, dj) in GROUPS {
                    if i + di <= n && j + dj <= m {
                        let (a, b) = (&truth[i..i + di], &observed[j..j + dj]);
                        if (di, dj) == (1, 1) {
                            reach(1, 1, distance(&a[0].letters, &b[0].letters));
                        } else {
                            let (a, b) = (letters(a), letters(b));
                            // Far longer on one side: cannot be worth grouping.
                            if a.len().abs_diff(b.len()) <= 3 {
                                let blanks = (di + dj) as u32;
                                reach(di, dj, distance(&a, &b) + blanks);
                            }
                        }
                    }
                }
                if i < n {
                    reach(1, 0, left_out(&truth[i]));
                }
                if j < m {
                    reach(0, 1, left_out(&observed[j]));
                }
            }
        }
        let mut back = Vec::new();
        let (mut i, mut j) = (n, m);
        while (i, j) != (0, 0) {
            let (di, dj) = best[i * width + j].1;
            let (di, dj) = (usize::from(di), usize::from(dj));
            back.push((di, dj));
            i -= di;
            j -= dj;
        }
        self.groups.extend(back.into_iter().rev());
    }
}

/// The longest series ascending in both numbers; `pairs` ascends in the first.
fn longest_ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (k, &(_, j)) in pairs.iter().enumerate() {
        let at = tails.partition_point(|&tail| pairs[tail].1 < j);
        before.push(at.checked_sub(1).map(|p| tails[p]));
        if at == tails.len() {
            tails.push(k);
        } else {
            tails[at] = k;
        }
    }
    let mut series = Vec::with_capacity(tails.len());
    let mut at = tails.last().copied();
    while let Some(k) = at {
        series.push(pairs[k]);
        at = before[k];
    }
    series.reverse();
    series
}

/// Weighted edit distance of folded letters: 2 for a letter, 1 for letters
/// that engines confuse and for punctuation that comes or goes.
fn distance(a: &[char], b: &[char]) -> u32 {
    if a == b {
        return 0;
    }
    let mut row: Vec<u32> = Vec::with_capacity(b.len() + 1);
    row.push(0);
    for &c in b {
        row.push(row[row.len() - 1] + alone(c));
    }
    for &x in a {
        let mut diagonal = row[0];
        row[0] += alone(x);
        for (j, &y) in b.iter().enumerate() {
            let replaced = diagonal + replacement(x, y);
            diagonal = row[j + 1];
            let moved = (row[j] + alone(y)).min(row[j + 1] + alone(x));
            row[j + 1] = replaced.min(moved);
        }
    }
    row[b.len()]
}

/// The cost of a character that has no counterpart.
fn alone(c: char) -> u32 {
    if c.is_alphanumeric() { 2 } else { 1 }
}

fn replacement(x: char, y: char) -> u32 {
    const ALIKE: [&str; 6] = ["l1it|!/j", "oc0e6a¢", "adqg", "uvnw", "s58$", "dbpð"];
    if x == y {
        0
    } else if ALIKE
        .iter()
        .any(|class| class.contains(x) && class.contains(y))
    {
        1
    } else {
        // Never dearer than leaving out both.
        alone(x).max(alone(y)) + u32::from(x.is_alphanumeric() != y.is_alphanumeric())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn aligned(truth: &str, observed: &str) -> Vec<(String, String)> {
        align(truth, observed)
            .into_iter()
            .map(|m| (truth[m.truth].to_owned(), observed[m.observed].to_owned()))
            .collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        (pairs.iter())
            .map(|&(a, b)| (a.to_owned(), b.to_owned()))
            .collect()
    }

    #[test]
    fn lost_and_inserted_blanks_are_grouped() {
        assert_eq!(
            aligned(
                "các cơ quan, đơn vị của phòng",
                "cac co quan,don vi ctia ph ong"
            ),
            owned(&[
                ("các", "cac"),
                ("cơ", "co"),
                ("quan, đơn", "quan,don"),
                ("vị", "vi"),
                ("của", "ctia"),
                ("phòng", "ph ong"),
            ])
        );
    }

    #[test]
    fn a_missing_line_and_a_junk_line_are_left_out() {
        assert_eq!(
            aligned(
                "Điều lệ này\nquy định việc\nthi hành",
                "Diéu 1é nay\n~~ —\nthi hanh"
            ),
            owned(&[
                ("Điều", "Diéu"),
                ("lệ", "1é"),
                ("này", "nay"),
                ("", "~~"),
                ("", "—"),
                ("quy", ""),
                ("định", ""),
                ("việc", ""),
                ("thi", "thi"),
                ("hành", "hanh"),
            ])
        );
    }

    #[test]
    fn long_texts_are_cut_at_anchors() {
        let word = |i: u64| format!("từ{}", i * 7919 % 10_007);
        let truth: Vec<String> = (0..6000).map(word).collect();
        let read: Vec<String> = (0..6000).filter(|i| i % 50 != 7).map(word).collect();
        let matches = align(&truth.join(" "), &read.join(" "));
        let lost = matches.iter().filter(|m| m.observed.is_empty()).count();
        assert_eq!(lost, 6000 - read.len());
        assert!(
            matches
                .iter()
                .all(|m| m.observed.is_empty() || m.distance == 0.0)
        );
    }

    proptest! {
        #[test]
        fn every_word_is_in_one_match(a in "[a-eđấ,]{0,3}( [a-eđấ,]{1,4}){0,40}", b in "( ?[a-e1|]{1,4}\n?){0,40}") {
            let matches = align(&a, &b);
            let truth: Vec<&str> = matches.iter().flat_map(|m| a[m.truth.clone()].split_whitespace()).collect();
            let observed: Vec<&str> = matches.iter().flat_map(|m| b[m.observed.clone()].split_whitespace()).collect();
            prop_assert_eq!(truth, a.split_whitespace().collect::<Vec<_>>());
            prop_assert_eq!(observed, b.split_whitespace().collect::<Vec<_>>());
        }
    }
}
