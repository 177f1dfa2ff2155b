//! What is wrong with a token that is wrong.

use serde::{Deserialize, Serialize};

use super::align::Pair;
use super::distance::distance;
use super::tokens::{bare, fold, is_code, is_number, letter_runs};

/// The kind of an error, named after the gravest difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// A base letter is another one, missing or too many.
    Letters,
    /// The base letters are right, their marks are not.
    Marks,
    /// Only the place of the tone mark differs (hoà, hòa).
    TonePlacement,
    /// Letters and marks are right, capitals are not.
    Case,
    /// Only characters that are neither letters nor digits differ.
    Punctuation,
    /// The truth is a number, date or amount.
    Number,
    /// The truth is a document code such as 43-KL/TW.
    Code,
    /// One token of the truth stands as several.
    Split,
    /// Several tokens of the truth stand as one.
    Merge,
    /// The truth's token is not there at all.
    Absent,
}

impl ErrorKind {
    /// All kinds, in the order of the reports.
    pub const ALL: [Self; 10] = [
        Self::Letters,
        Self::Marks,
        Self::TonePlacement,
        Self::Case,
        Self::Punctuation,
        Self::Number,
        Self::Code,
        Self::Split,
        Self::Merge,
        Self::Absent,
    ];

    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Letters => "letters",
            Self::Marks => "marks",
            Self::TonePlacement => "tone-placement",
            Self::Case => "case",
            Self::Punctuation => "punctuation",
            Self::Number => "number",
            Self::Code => "code",
            Self::Split => "split",
            Self::Merge => "merge",
            Self::Absent => "absent",
        }
    }
}

/// What became of the tokens of the truth.
pub(super) struct Classified {
    /// For each token of the truth: `None` when right, else the kind and
    /// what stands in its place.
    pub(super) errors: Vec<Option<(ErrorKind, String)>>,
    /// Tokens of the reading that stand for nothing in the truth.
    pub(super) inserted: u64,
}

pub(super) fn classify(truth: &[&str], read: &[&str], pairs: &[Pair]) -> Classified {
    let mut errors = vec![None; truth.len()];
    let mut is_part_of_split = vec![false; pairs.len()];
    for (k, &(i, j)) in pairs.iter().enumerate() {
        let Some(i) = i else { continue };
        let Some(j) = j else {
            errors[i].get_or_insert((ErrorKind::Absent, String::new()));
            continue;
        };
        if truth[i] == read[j] {
            continue;
        }
        let pieces = grow(truth[i], read[j], pairs, k, |pair| {
            pair.0.is_none().then(|| pair.1.map(|j| read[j])).flatten()
        });
        if pieces.len() > 1 {
            let parts: Vec<&str> = pieces
                .clone()
                .filter_map(|p| pairs[p].1)
                .map(|j| read[j])
                .collect();
            is_part_of_split[pieces].fill(true);
            errors[i] = Some((ErrorKind::Split, parts.join(" ")));
            continue;
        }
        let merged = grow(read[j], truth[i], pairs, k, |pair| {
            pair.1.is_none().then(|| pair.0.map(|i| truth[i])).flatten()
        });
        if merged.len() > 1 {
            for i in pairs[merged].iter().filter_map(|p| p.0) {
                errors[i] = Some((ErrorKind::Merge, read[j].to_owned()));
            }
            continue;
        }
        errors[i] = Some((difference(truth[i], read[j]), read[j].to_owned()));
    }
    let is_stray = |k: usize| pairs[k].0.is_none() && !is_part_of_split[k];
    Classified {
        errors,
        inserted: (0..pairs.len()).filter(|&k| is_stray(k)).count() as u64,
    }
}

/// The pairs around `pairs[at]` whose unpaired tokens (given by `piece`),
/// joined to `start`, come nearer to `whole` with every one that is taken.
fn grow<'t>(
    whole: &str,
    start: &'t str,
    pairs: &[Pair],
    at: usize,
    piece: impl Fn(Pair) -> Option<&'t str>,
) -> std::ops::Range<usize> {
    let whole = bare(whole);
    let mut joined = bare(start);
    let mut best = distance(&whole, &joined);
    let mut range = at..at + 1;
    while let Some(more) = pairs.get(range.end).and_then(|&p| piece(p)) {
        let longer = joined.clone() + &bare(more);
        let d = distance(&whole, &longer);
        if d >= best {
            break;
        }
        (joined, best, range.end) = (longer, d, range.end + 1);
    }
    while let Some(more) = range.start.checked_sub(1).and_then(|k| piece(pairs[k])) {
        let longer = bare(more) + &joined;
        let d = distance(&whole, &longer);
        if d >= best {
            break;
        }
        (joined, best, range.start) = (longer, d, range.start - 1);
    }
    range
}

/// The gravest difference between two tokens that differ.
fn difference(truth: &str, read: &str) -> ErrorKind {
    if fold(truth) == fold(read) {
        return ErrorKind::TonePlacement;
    }
    if is_number(truth) {
        return ErrorKind::Number;
    }
    if is_code(truth) {
        return ErrorKind::Code;
    }
    let only_words = |t: &str| {
        t.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    let (t, r) = (only_words(&fold(truth)), only_words(&fold(read)));
    if letter_runs(truth).next().is_none() || t == r {
        ErrorKind::Punctuation
    } else if t.to_lowercase() == r.to_lowercase() {
        ErrorKind::Case
    } else if bare(&t) == bare(&r) {
        ErrorKind::Marks
    } else {
        ErrorKind::Letters
    }
}

#[cfg(test)]
mod tests {
    use super::super::align::align;
    use super::*;

    fn kinds(truth: &str, read: &str) -> (Vec<Option<&'static str>>, u64) {
        let t: Vec<&str> = truth.split(' ').collect();
        let r: Vec<&str> = read.split(' ').collect();
        let found = classify(&t, &r, &align(&t, &r));
        let names = found.errors.iter().map(|e| e.as_ref().map(|e| e.0.name()));
        (names.collect(), found.inserted)
    }

    #[test]
    fn the_gravest_difference_names_the_kind() {
        for (truth, read, kind) in [
            ("vận", "van", "marks"),
            ("vận", "uận", "letters"),
            ("vận,", "Van", "marks"),
            ("vận,", "Vận", "case"),
            ("vận,", "vận.", "punctuation"),
            ("–", "-", "punctuation"),
            ("hoà", "hòa", "tone-placement"),
            ("2015", "2018", "number"),
            ("43-KL/TW", "43-KL/IW", "code"),
        ] {
            assert_eq!(kinds(truth, read), (vec![Some(kind)], 0), "{truth} {read}");
        }
    }

    #[test]
    fn blanks_lost_and_gained() {
        assert_eq!(
            kinds("phòng họp", "ph ong họp"),
            (vec![Some("split"), None], 0)
        );
        let merge = Some("merge");
        assert_eq!(
            kinds("hướng chính là", "hướngchính là"),
            (vec![merge, merge, None], 0)
        );
        assert_eq!(kinds("a là", "là"), (vec![Some("absent"), None], 0));
        assert_eq!(kinds("là", "~ là"), (vec![None], 1));
    }
}
