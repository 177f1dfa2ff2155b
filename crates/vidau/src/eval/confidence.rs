//! Is the engine as sure as it is right?

use std::cmp::Ordering;
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
    /// Whether it was changed, or only found unsure.
    pub is_change: bool,
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
    is_right: bool,
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
    /// The probability that a right change has a higher confidence than a
    /// wrong one (area under the curve).
    pub auc: f64,
    /// Share of the wrong tokens that are among the least sure 3 % of all.
    pub errors_in_least_sure: f64,
}

/// For each token of `restored` what the marks say of it: the least
/// confidence, and whether any mark is a change.
pub(super) fn by_token(restored: &str, marks: &[Mark]) -> Vec<Option<(f32, bool)>> {
    let spans = token_spans(restored);
    let mut said = vec![None; spans.len()];
    for mark in marks {
        let first = spans.partition_point(|s| s.end <= mark.span.start);
        let touched = spans[first..]
            .iter()
            .take_while(|s| s.start < mark.span.end);
        for slot in &mut said[first..first + touched.count()] {
            let (confidence, is_change) = slot.unwrap_or((f32::INFINITY, false));
            *slot = Some((mark.confidence.min(confidence), is_change || mark.is_change));
        }
    }
    said
}

impl Judgements {
    pub(super) fn add(&mut self, said: Option<(f32, bool)>, is_right: bool) {
        match said {
            Some((confidence, is_change)) => self.marked.push(Judgement {
                confidence,
                is_change,
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
        let by_confidence =
            |a: &Judgement, b: &Judgement| -> Ordering { a.confidence.total_cmp(&b.confidence) };
        let mut marked = self.marked.clone();
        marked.sort_by(by_confidence);
        let changed: Vec<Judgement> = marked.iter().filter(|j| j.is_change).copied().collect();
        ConfidenceFigures {
            changed: changed.len() as u64,
            changed_right: changed.iter().filter(|j| j.is_right).count() as u64,
            calibration_error: round(100.0 * calibration_error(&changed)),
            auc: round(100.0 * auc(&changed)),
            errors_in_least_sure: round(100.0 * self.errors_in_least_sure(&marked)),
        }
    }

    fn errors_in_least_sure(&self, marked: &[Judgement]) -> f64 {
        let wrong = marked.iter().filter(|j| !j.is_right).count() as u64 + self.unmarked_wrong;
        let mut room = 0.03 * (marked.len() as u64 + self.unmarked) as f64;
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
            found / wrong as f64
        }
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

/// The bins' |confidence - share right|, weighed by their sizes.
fn calibration_error(sorted: &[Judgement]) -> f64 {
    let n = sorted.len();
    let bin = |k: usize| {
        let bin = &sorted[k * n / BINS..(k + 1) * n / BINS];
        let sure: f64 = bin.iter().map(|j| f64::from(j.confidence)).sum();
        let right = bin.iter().filter(|j| j.is_right).count() as f64;
        (sure - right).abs()
    };
    (0..BINS).map(bin).sum::<f64>() / n.max(1) as f64
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
            all.add(Some((confidence, true)), is_right);
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
        };
        let text = "một hai ba bốn";
        let marks = [
            mark(0..9, 0.5, true),
            mark(10..12, 0.9, false),
            mark(11..12, 0.4, true),
        ];
        let said = by_token(text, &marks);
        assert_eq!(
            said,
            [
                Some((0.5, true)),
                Some((0.5, true)),
                Some((0.4, true)),
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
        assert_eq!(
            Judgements::default().figures(),
            ConfidenceFigures::default()
        );
    }

    #[test]
    fn the_least_sure_tokens_hold_the_errors() {
        // 200 tokens, room for 6: both marked wrong ones and, of the 197
        // unmarked with one wrong, three.
        let f = judged(&[(0.1, false), (0.2, true), (0.3, false)], 197, 1).figures();
        let expected = 100.0 * (2.0 + 3.0 / 197.0) / 3.0;
        assert!((f.errors_in_least_sure - expected).abs() < 0.001);
    }
}
