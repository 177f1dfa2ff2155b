//! Is the engine as sure as it is right?

use std::ops::{AddAssign, Range};

use serde::{Deserialize, Serialize};

use super::tokens::token_spans;

/// How sure the engine was of a stretch of the restored text.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where it stands in the restored text, in bytes.
    pub span: Range<usize>,
    /// Probability that it is right, 0 to 1.
    pub confidence: f32,
    /// Whether it was changed, or found unsure; what is both has two marks.
    pub is_change: bool,
    /// Other readings that the engine has for it.
    pub others: Vec<String>,
}

/// What the marks say of one token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    confidence: f32,
    is_change: bool,
    is_flagged: bool,
    /// The token with another reading in its place.
    pub(super) others: Vec<String>,
}

/// Tokens of restored texts, with what the engine said of them and what they
/// turned out to be. Adds up over texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgements {
    marked: Vec<Judgement>,
    /// Tokens that the engine said nothing about, and the wrong ones of them.
    unmarked: u64,
    unmarked_wrong: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Judgement {
    confidence: f32,
    is_change: bool,
    is_flagged: bool,
    is_right: bool,
}

/// Changed tokens of about the same confidence; shares in per cent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceBin {
    /// How many.
    pub tokens: u64,
    /// Their mean confidence.
    pub confidence: f64,
    /// The right ones of them.
    pub right: f64,
}

/// Figures about the confidence, in per cent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceFigures {
    /// Tokens changed.
    pub changed: u64,
    /// Of these, the right ones.
    pub changed_right: u64,
    /// How far confidence and share of right tokens are apart, over ten bins
    /// of equally many changed tokens.
    pub calibration_error: f64,
    /// What that would be on average, as few tokens as there are, if each
    /// were right exactly as likely as its confidence says.
    pub calibration_by_chance: f64,
    /// The probability that a right change has a higher confidence than a
    /// wrong one (area under the curve).
    pub auc: f64,
    /// Share of the wrong tokens that are among the least sure 3 % of all.
    pub errors_in_least_sure: f64,
    /// Share of all tokens that are flagged.
    pub flagged: f64,
    /// Share of the wrong tokens that are flagged.
    pub errors_flagged: f64,
}

/// For each token of `restored` what the marks say of it: the least
/// confidence, and whether any mark is a change.
pub(super) fn by_token(restored: &str, marks: &[Mark]) -> Vec<Option<Said>> {
    let spans = token_spans(restored);
    let mut said: Vec<Option<Said>> = vec![None; spans.len()];
    for mark in marks {
        let first = spans.partition_point(|s| s.end <= mark.span.start);
        let touched = spans[first..]
            .iter()
            .take_while(|s| s.start < mark.span.end);
        for at in first..first + touched.count() {
            let said = said[at].get_or_insert_with(|| Said {
                confidence: f32::INFINITY,
                is_change: false,
                is_flagged: false,
                others: Vec::new(),
            });
            said.confidence = mark.confidence.min(said.confidence);
            said.is_change |= mark.is_change;
            said.is_flagged |= !mark.is_change;
            let (token, mark_span) = (&spans[at], &mark.span);
            if token.start <= mark_span.start && mark_span.end <= token.end {
                let head = &restored[token.start..mark_span.start];
                let tail = &restored[mark_span.end..token.end];
                let others = mark.others.iter();
                said.others
                    .extend(others.map(|other| format!("{head}{other}{tail}")));
            }
        }
    }
    said
}

impl Judgements {
    pub(super) fn add(&mut self, said: Option<&Said>, is_right: bool) {
        match said {
            Some(said) => self.marked.push(Judgement {
                confidence: said.confidence,
                is_change: said.is_change,
                is_flagged: said.is_flagged,
                is_right,
            }),
            None => {
                self.unmarked += 1;
                self.unmarked_wrong += u64::from(!is_right);
            }
        }
    }

    /// The figures.
    #[must_use]
    pub fn figures(&self) -> ConfidenceFigures {
        let changed = self.changed();
        let flagged: Vec<Judgement> = self
            .marked
            .iter()
            .filter(|j| j.is_flagged)
            .copied()
            .collect();
        let all = self.marked.len() as u64 + self.unmarked;
        let wrong = count_wrong(&self.marked) + self.unmarked_wrong;
        let share = |n: u64, of: u64| round(100.0 * n as f64 / of.max(1) as f64);
        ConfidenceFigures {
            changed: changed.len() as u64,
            changed_right: changed.iter().filter(|j| j.is_right).count() as u64,
            calibration_error: round(100.0 * calibration_error(&changed)),
            calibration_by_chance: round(100.0 * calibration_by_chance(&changed)),
            auc: round(100.0 * auc(&changed)),
            errors_in_least_sure: self.errors_among(0.03),
            flagged: share(flagged.len() as u64, all),
            errors_flagged: share(count_wrong(&flagged), wrong),
        }
    }

    /// The changed tokens in ten bins of equally many, the least sure first:
    /// is the engine right as often as it says?
    #[must_use]
    pub fn bins(&self) -> Vec<ConfidenceBin> {
        let changed = self.changed();
        let bins = equal_bins(&changed).filter(|bin| !bin.is_empty());
        let shown = bins.map(|bin| ConfidenceBin {
            tokens: bin.len() as u64,
            confidence: round(100.0 * expected_right(bin) / bin.len() as f64),
            right: round(100.0 - 100.0 * count_wrong(bin) as f64 / bin.len() as f64),
        });
        shown.collect()
    }

    /// Share of the wrong tokens, in per cent, that are among the least sure
    /// `share` (0 to 1) of all.
    #[must_use]
    pub fn errors_among(&self, share: f64) -> f64 {
        let marked = self.by_confidence();
        let wrong = count_wrong(&marked) + self.unmarked_wrong;
        let mut room = share * (marked.len() as u64 + self.unmarked) as f64;
        let mut found = 0.0;
        // What the engine said nothing about comes last. Of equally sure
        // tokens that do not all fit, their share is taken.
        let groups = marked.chunk_by(|a, b| a.confidence == b.confidence);
        let groups = groups.map(|g| (g.len() as u64, count_wrong(g)));
        for (n, n_wrong) in groups.chain([(self.unmarked, self.unmarked_wrong)]) {
            if n > 0 {
                let share = (room / n as f64).clamp(0.0, 1.0);
                found += share * n_wrong as f64;
                room -= n as f64;
            }
        }
        if wrong == 0 {
            0.0
        } else {
            round(100.0 * found / wrong as f64)
        }
    }

    fn by_confidence(&self) -> Vec<Judgement> {
        let mut marked = self.marked.clone();
        marked.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
        marked
    }

    fn changed(&self) -> Vec<Judgement> {
        let mut changed = self.by_confidence();
        changed.retain(|j| j.is_change);
        changed
    }
}

fn count_wrong(judgements: &[Judgement]) -> u64 {
    judgements.iter().filter(|j| !j.is_right).count() as u64
}

impl AddAssign<&Self> for Judgements {
    fn add_assign(&mut self, other: &Self) {
        self.marked.extend_from_slice(&other.marked);
        self.unmarked += other.unmarked;
        self.unmarked_wrong += other.unmarked_wrong;
    }
}

const BINS: usize = 10;

fn equal_bins(sorted: &[Judgement]) -> impl Iterator<Item = &[Judgement]> {
    let n = sorted.len();
    (0..BINS).map(move |k| &sorted[k * n / BINS..(k + 1) * n / BINS])
}

/// How many should be right by their confidence.
fn expected_right(judgements: &[Judgement]) -> f64 {
    judgements.iter().map(|j| f64::from(j.confidence)).sum()
}

/// The bins' |confidence - share right|, weighed by their sizes.
fn calibration_error(sorted: &[Judgement]) -> f64 {
    mean_off(sorted, |bin| {
        let right = bin.len() as f64 - count_wrong(bin) as f64;
        (expected_right(bin) - right).abs()
    })
}

/// What [`calibration_error`] is expected to be where nothing is wrong with the
/// confidences: how many of a bin are wrong is then a sum of independent draws.
fn calibration_by_chance(sorted: &[Judgement]) -> f64 {
    mean_off(sorted, |bin| {
        let expected = bin.len() as f64 - expected_right(bin);
        let likely = number_wrong(bin).into_iter().enumerate();
        let apart = likely.map(|(n, p)| p * (n as f64 - expected).abs());
        apart.sum()
    })
}

/// By how many tokens the bins are off together, for each token.
fn mean_off(sorted: &[Judgement], off: impl Fn(&[Judgement]) -> f64) -> f64 {
    equal_bins(sorted).map(off).sum::<f64>() / sorted.len().max(1) as f64
}

/// How likely 0, 1, 2 and so on of them are wrong, by their confidences, up to
/// where that is next to nothing.
fn number_wrong(judgements: &[Judgement]) -> Vec<f64> {
    let mut likely = vec![1.0];
    for judgement in judgements {
        let right = f64::from(judgement.confidence);
        let mut fewer = 0.0;
        for p in &mut likely {
            (*p, fewer) = (*p * right + fewer * (1.0 - right), *p);
        }
        let all = fewer * (1.0 - right);
        if all > 1e-12 {
            likely.push(all);
        }
    }
    likely
}

/// Pairs of a right and a wrong change that are in the right order; ties
/// count half.
fn auc(sorted: &[Judgement]) -> f64 {
    let (mut in_order, mut wrong_below, mut right) = (0.0, 0.0, 0.0);
    for group in sorted.chunk_by(|a, b| a.confidence == b.confidence) {
        let n_wrong = count_wrong(group) as f64;
        let n_right = group.len() as f64 - n_wrong;
        in_order += n_right * (wrong_below + n_wrong / 2.0);
        wrong_below += n_wrong;
        right += n_right;
    }
    let pairs = right * wrong_below;
    if pairs == 0.0 { 0.0 } else { in_order / pairs }
}

fn round(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(marks: &[(f32, bool)], unmarked: u64, unmarked_wrong: u64) -> Judgements {
        let mut all = Judgements {
            unmarked,
            unmarked_wrong,
            ..Judgements::default()
        };
        for &(confidence, is_right) in marks {
            let said = Said {
                confidence,
                is_change: true,
                is_flagged: confidence < 0.25,
                others: Vec::new(),
            };
            all.add(Some(&said), is_right);
        }
        all
    }

    #[test]
    fn marks_fall_on_the_tokens_they_touch() {
        // "một hai" 0..8 is one mark, of two tokens; ba is marked twice.
        let mark = |span, confidence, is_change| Mark {
            span,
            confidence,
            is_change,
            others: vec!["x".to_owned()],
        };
        let text = "một hai ba bốn";
        let marks = [
            mark(0..9, 0.5, true),
            mark(10..12, 0.9, false),
            mark(11..12, 0.4, true),
        ];
        let said = |confidence, is_flagged, others: &[&str]| {
            Some(Said {
                confidence,
                is_change: true,
                is_flagged,
                others: others.iter().map(|&o| o.to_owned()).collect(),
            })
        };
        // A reading of two tokens is none of either.
        assert_eq!(
            by_token(text, &marks),
            [
                said(0.5, false, &[]),
                said(0.5, false, &[]),
                said(0.4, true, &["x", "bx"]),
                None
            ]
        );
    }

    #[test]
    fn order_and_calibration() {
        // Wrong at 0.2, right at 0.6 and 0.6, wrong at 0.6: of the four
        // pairs two are in order and two tied.
        let f = judged(
            &[(0.6, true), (0.2, false), (0.6, false), (0.6, true)],
            0,
            0,
        )
        .figures();
        assert_eq!((f.changed, f.changed_right), (4, 2));
        assert_eq!(f.auc, 75.0);
        // Each in a bin of its own: 0.2 + 0.6 + 0.4 + 0.4 over 4.
        assert_eq!(f.calibration_error, 40.0);
        // One draw of 0.2 is 0.32 off on average, 2 p (1 - p), one of 0.6 0.48.
        assert_eq!(f.calibration_by_chance, 44.0);
        let all = judged(&[(0.75, true), (0.25, false), (0.5, true)], 0, 0);
        let bin = |b: &ConfidenceBin| (b.tokens, b.confidence, b.right);
        let bins: Vec<_> = all.bins().iter().map(bin).collect();
        assert_eq!(bins, [(1, 25.0, 0.0), (1, 50.0, 100.0), (1, 75.0, 100.0)]);
        assert_eq!(
            Judgements::default().figures(),
            ConfidenceFigures::default()
        );
    }

    #[test]
    fn bins_are_off_by_chance() {
        // Two of 0.5 in each bin: none, one or two of them are wrong, which
        // is 1, 0, 1 off, 0.5 on average of two.
        let f = judged(&[(0.5, true); 20], 0, 0).figures();
        assert_eq!(f.calibration_by_chance, 25.0);
        let f = judged(&[(1.0, true); 20], 0, 0).figures();
        assert_eq!(f.calibration_by_chance, 0.0);
    }

    #[test]
    fn the_least_sure_tokens_hold_the_errors() {
        // 200 tokens, room for 6: both marked wrong ones and, of the 197
        // unmarked with one wrong, three.
        let f = judged(&[(0.1, false), (0.2, true), (0.3, false)], 197, 1).figures();
        let expected = 100.0 * (2.0 + 3.0 / 197.0) / 3.0;
        assert!((f.errors_in_least_sure - expected).abs() < 0.001);
        // 0.1 and 0.2 are flagged, one of them is wrong.
        assert_eq!((f.flagged, f.errors_flagged), (1.0, 33.333));
        let all = judged(&[(0.1, false), (0.2, true), (0.3, false)], 197, 1);
        assert_eq!(all.errors_among(1.0), 100.0);
    }
}
