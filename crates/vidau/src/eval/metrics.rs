//! Counts that add up over texts, and the rates made of them.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::kinds::ErrorKind;

/// One reading (the OCR text or the restored one) held against the truth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Tokens of the truth.
    pub tokens: u64,
    /// Tokens wrong, missing or inserted.
    pub wrong: u64,
    /// The same with tone placement folded.
    pub wrong_t: u64,
    /// Characters of the truth, blanks between tokens counted as one.
    pub chars: u64,
    /// Characters wrong, missing or inserted.
    pub chars_wrong: u64,
    /// The same with tone placement folded.
    pub chars_wrong_t: u64,
    /// Alphabetic syllables of the truth.
    pub syllables: u64,
    /// Syllables wrong, missing or inserted, case ignored.
    pub syllables_wrong: u64,
    /// The same with tone placement folded.
    pub syllables_wrong_t: u64,
    /// Tokens of the truth with a digit.
    pub numbers: u64,
    /// Of these, the wrong ones.
    pub numbers_wrong: u64,
    /// Wrong tokens of the truth by kind; a kind not listed has none.
    pub kinds: BTreeMap<ErrorKind, u64>,
    /// Tokens that stand for nothing in the truth.
    pub inserted: u64,
}

/// What the restoring did to what was right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Harm {
    /// Tokens of the truth that the OCR text had right (tone placement
    /// folded).
    pub right_in_raw: u64,
    /// Of these, the ones wrong in the restored text.
    pub made_wrong: u64,
    /// Syllables of the truth that the OCR text has wrong where something was
    /// read in their token's place.
    pub seen_wrong: u64,
    /// Of these, the ones right in the restored text.
    pub put_right: u64,
    /// Numbers right in the OCR text and gone from the restored one.
    pub numbers_lost: u64,
    /// Numbers in the restored text that neither the OCR text nor the truth
    /// has.
    pub numbers_invented: u64,
}

/// The counts of one text, or of many added up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The OCR text against the truth.
    pub raw: Counts,
    /// The restored text against the truth.
    pub restored: Counts,
    /// The restored text against the OCR text.
    pub harm: Harm,
}

/// The rates of a [`Counts`], in per cent, rounded to three places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Word error rate.
    pub wer: f64,
    /// Word error rate, tone placement folded.
    pub wer_t: f64,
    /// Character error rate.
    pub cer: f64,
    /// Character error rate, tone placement folded.
    pub cer_t: f64,
    /// Syllable error rate, tone placement folded.
    pub syl_err: f64,
    /// Syllable error rate, tone placement as written.
    pub syl_err_exact: f64,
    /// Share of tokens with a digit that are wrong.
    pub num_bad: f64,
}

impl Counts {
    /// Word error rate in per cent.
    #[must_use]
    pub fn wer(&self) -> f64 {
        percent(self.wrong, self.tokens)
    }

    /// All rates.
    #[must_use]
    pub fn rates(&self) -> Rates {
        Rates {
            wer: self.wer(),
            wer_t: percent(self.wrong_t, self.tokens),
            cer: percent(self.chars_wrong, self.chars),
            cer_t: percent(self.chars_wrong_t, self.chars),
            syl_err: percent(self.syllables_wrong_t, self.syllables),
            syl_err_exact: percent(self.syllables_wrong, self.syllables),
            num_bad: percent(self.numbers_wrong, self.numbers),
        }
    }
}

impl Rates {
    /// A rate by the name of its field.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<f64> {
        Some(match name {
            "wer" => self.wer,
            "wer_t" => self.wer_t,
            "cer" => self.cer,
            "cer_t" => self.cer_t,
            "syl_err" => self.syl_err,
            "syl_err_exact" => self.syl_err_exact,
            "num_bad" => self.num_bad,
            _ => return None,
        })
    }
}

impl Harm {
    /// Over-correction: tokens made wrong, in per cent of those that were
    /// right.
    #[must_use]
    pub fn over(&self) -> f64 {
        percent(self.made_wrong, self.right_in_raw)
    }

    /// Syllables put right, in per cent of the wrong ones that were seen.
    #[must_use]
    pub fn mended(&self) -> f64 {
        percent(self.put_right, self.seen_wrong)
    }

    /// Numbers lost or invented.
    #[must_use]
    pub fn num_chg(&self) -> u64 {
        self.numbers_lost + self.numbers_invented
    }
}

/// `part` in per cent of `whole`, to three places; 0 of nothing is 0.
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    let exact = 100.0 * part as f64 / whole as f64;
    (exact * 1000.0).round() / 1000.0
}

impl AddAssign<&Self> for Counts {
    fn add_assign(&mut self, other: &Self) {
        self.tokens += other.tokens;
        self.wrong += other.wrong;
        self.wrong_t += other.wrong_t;
        self.chars += other.chars;
        self.chars_wrong += other.chars_wrong;
        self.chars_wrong_t += other.chars_wrong_t;
        self.syllables += other.syllables;
        self.syllables_wrong += other.syllables_wrong;
        self.syllables_wrong_t += other.syllables_wrong_t;
        self.numbers += other.numbers;
        self.numbers_wrong += other.numbers_wrong;
        for (&kind, n) in &other.kinds {
            *self.kinds.entry(kind).or_default() += n;
        }
        self.inserted += other.inserted;
    }
}

impl AddAssign<&Self> for Harm {
    fn add_assign(&mut self, other: &Self) {
        self.right_in_raw += other.right_in_raw;
        self.made_wrong += other.made_wrong;
        self.seen_wrong += other.seen_wrong;
        self.put_right += other.put_right;
        self.numbers_lost += other.numbers_lost;
        self.numbers_invented += other.numbers_invented;
    }
}

impl AddAssign<&Self> for Score {
    fn add_assign(&mut self, other: &Self) {
        self.raw += &other.raw;
        self.restored += &other.restored;
        self.harm += &other.harm;
    }
}
