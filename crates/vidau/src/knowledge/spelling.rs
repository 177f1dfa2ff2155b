//! A word of the user's as letters, and what it costs to read it as something
//! else: the channel's price, exactly as candidates of the model's lexicon
//! pay it, for words that are no syllables, too.

use crate::candidates::{
    Entry, MAX_OBSERVED, MAX_WRITTEN, ProfileIndex, base_code, char_code, observed_key,
};
use crate::cost::{Cost, NAT};
use crate::syllable::Letter;

/// Longest word, in characters.
pub(super) const MAX_CHARS: usize = 32;
const ROW: usize = MAX_CHARS + 1;
const UNREACHED: Cost = Cost::MAX / 4;

/// One way to write a word.
#[derive(Debug, Clone)]
pub(super) struct Spelling {
    pub(super) text: String,
    chars: Vec<char>,
    letters: Vec<Option<Letter>>,
    bases: u32,
}

impl Spelling {
    pub(super) fn new(text: String) -> Self {
        let chars: Vec<char> = text.chars().collect();
        Self {
            letters: chars.iter().map(|&c| Letter::from_char(c)).collect(),
            bases: bases(&text),
            chars,
            text,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    /// Whether a look at the letters leaves it possible that this was read as
    /// `observed`.
    fn may_be(&self, observed: &Observed) -> bool {
        let (written, read) = (self.chars.len(), observed.chars.len());
        let missing = (self.bases & !observed.bases).count_ones() as usize;
        written.abs_diff(read) <= 1 + written / 3 && missing <= written.div_ceil(3)
    }

    /// The channel's cost of reading this as `observed`, if it is at most `most`.
    pub(super) fn cost(
        &self,
        observed: &Observed,
        channel: &ProfileIndex,
        most: Cost,
    ) -> Option<Cost> {
        if !self.may_be(observed) {
            return None;
        }
        let width = observed.chars.len();
        let mut rows = [[UNREACHED; ROW]; MAX_WRITTEN + 1];
        rows[0][0] = 0;
        self.insertions(&mut rows[0], observed, channel);
        for i in 1..=self.chars.len() {
            // The row of `i` letters; those before stand behind it.
            rows.rotate_right(1);
            rows[0] = [UNREACHED; ROW];
            for j in 0..=width {
                let mut best = self.one_letter(i, j, &rows[1], observed, channel);
                for len in 0..=j.min(MAX_OBSERVED) {
                    let start = j - len;
                    // Costs are never negative.
                    if rows[1..].iter().any(|row| row[start] <= most) {
                        best = best.min(self.segments(i, start, len, &rows, observed, channel));
                    }
                }
                rows[0][j] = best.min(UNREACHED);
            }
            self.insertions(&mut rows[0], observed, channel);
            if rows[..MAX_WRITTEN].iter().flatten().all(|&c| c > most) {
                return None;
            }
        }
        Some(rows[0][width]).filter(|&cost| cost <= most)
    }

    /// A character that is read where nothing stands.
    fn insertions(&self, row: &mut [Cost; ROW], observed: &Observed, channel: &ProfileIndex) {
        for j in 1..=observed.chars.len() {
            if !(observed.has_number && observed.chars[j - 1].is_ascii_digit()) {
                row[j] = row[j].min(row[j - 1] + channel.insertion);
            }
        }
    }

    /// The last of `i` letters read as the last of `j` characters, or not read.
    /// Digits are read as themselves or not at all what was written.
    fn one_letter(
        &self,
        i: usize,
        j: usize,
        before: &[Cost; ROW],
        observed: &Observed,
        channel: &ProfileIndex,
    ) -> Cost {
        let written = self.chars[i - 1];
        let is_digit = written.is_ascii_digit();
        let lost = if is_digit {
            UNREACHED
        } else {
            before[j] + channel.deletion
        };
        let Some(k) = j.checked_sub(1) else {
            return lost;
        };
        let read = observed.chars[k];
        let price = if read == written && self.letters[i - 1].is_none() {
            0
        } else if is_digit || observed.has_number && read.is_ascii_digit() {
            UNREACHED
        } else if is_apostrophe(read) && is_apostrophe(written) {
            NAT
        } else {
            channel.substitution
        };
        lost.min(before[k] + price)
    }

    /// The last letters read as the `len` characters from `start`, by the
    /// channel's segments.
    fn segments(
        &self,
        i: usize,
        start: usize,
        len: usize,
        rows: &[[Cost; ROW]; MAX_WRITTEN + 1],
        observed: &Observed,
        channel: &ProfileIndex,
    ) -> Cost {
        let mut best = UNREACHED;
        let read = &observed.chars[start..start + len];
        if observed.has_number && read.iter().any(char::is_ascii_digit) {
            return best;
        }
        let key = observed_key(observed.codes[start..start + len].iter().copied());
        let (numbers, _) = channel.groups_of(key);
        let groups = channel.groups(numbers.clone());
        let (mut base, mut spelt) = (0, 0);
        for (written, row) in (1..=MAX_WRITTEN.min(i)).zip(&rows[1..]) {
            let Some(letter) = self.letters[i - written] else {
                break;
            };
            base |= base_code(letter.base) << (5 * (written - 1));
            spelt |= Entry::letter(written - 1, letter.mark, letter.upper);
            let before = row[start];
            if before >= UNREACHED {
                continue;
            }
            let Some((group, _)) = numbers.clone().zip(groups).find(|(_, g)| g.base == base) else {
                continue;
            };
            for e in channel.entries_of(group) {
                if e.spelt == spelt {
                    best = best.min(before + e.cost);
                }
            }
        }
        best
    }
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Observed {
    chars: Vec<char>,
    codes: Vec<u16>,
    bases: u32,
    has_number: bool,
}

impl Observed {
    /// Takes `text`; false where it is too long for any word. In text that
    /// `has_number`, digits stand for nothing but themselves.
    pub(super) fn set(&mut self, text: &str, has_number: bool) -> bool {
        self.chars.clear();
        self.chars.extend(text.chars().take(MAX_CHARS + 1));
        self.codes.clear();
        self.codes.extend(self.chars.iter().map(|&c| char_code(c)));
        self.bases = bases(text);
        self.has_number = has_number;
        self.chars.len() <= MAX_CHARS
    }
}

/// A bit for each base letter of `text`.
fn bases(text: &str) -> u32 {
    let letters = text.chars().filter_map(Letter::from_char);
    letters.fold(0, |bits, l| bits | 1 << (l.base - b'a'))
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Profile, Scorer, Segment};

    fn profile() -> Profile {
        let segment = |truth: &str, observed: &str, cost| Segment {
            truth: truth.into(),
            observed: observed.into(),
            cost,
        };
        let mut segments: Vec<Segment> = "krôngpắcKPMgar"
            .chars()
            .map(|c| segment(&c.to_string(), &c.to_string(), 10))
            .collect();
        segments.extend([
            segment("ô", "o", 50),
            segment("ắ", "a", 60),
            segment("ắ", "", 700),
            segment("rô", "n6", 300),
            segment("P", "p", 900),
        ]);
        segments.sort_by(|a, b| (&a.truth, &a.observed).cmp(&(&b.truth, &b.observed)));
        segments.dedup_by(|a, b| (&a.truth, &a.observed) == (&b.truth, &b.observed));
        Profile {
            unseen: 2000,
            insertion: 2500,
            deletion: 2200,
            segments,
            ..Profile::empty("toy")
        }
    }

    fn cost(word: &str, read: &str, has_number: bool) -> Option<Cost> {
        let mut observed = Observed::default();
        assert!(observed.set(read, has_number));
        let index = ProfileIndex::new(&profile());
        Spelling::new(word.to_owned()).cost(&observed, &index, 8000)
    }

    #[test]
    fn costs_are_the_channel_s() {
        let profile = profile();
        let scorer = Scorer::new(&profile);
        for (word, read) in [
            ("Pắc", "Pac"),
            ("Pắc", "pac"),
            ("Pắc", "Pc"),
            ("Krông", "Krong"),
            ("Krông", "Kn6ng"),
            ("Krông", "Krxng"),
            ("Krông", "Krng"),
            ("Krông", "Kroong"),
        ] {
            assert_eq!(
                cost(word, read, false),
                Some(scorer.cost(word, read)),
                "{word} {read}"
            );
        }
    }

    #[test]
    fn what_is_too_unlike_is_not_met() {
        assert_eq!(cost("Pắc", "Krông", false), None);
        assert_eq!(cost("Pắc", "xyz", false), None);
    }

    #[test]
    fn apostrophes_are_much_the_same() {
        assert_eq!(cost("M'gar", "M'gar", false), Some(40));
        assert_eq!(cost("M'gar", "M’gar", false), Some(40 + NAT));
    }

    #[test]
    fn digits_are_never_touched() {
        assert_eq!(cost("K4", "K4", true), Some(10));
        assert_eq!(cost("K4", "K5", true), None);
        assert_eq!(cost("Krông", "Kn6ng", true), None);
    }
}
