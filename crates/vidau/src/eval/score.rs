//! Truth, OCR text and restored text held against each other.

use std::collections::BTreeMap;

use super::align::{Pair, align};
use super::confidence::{Judgements, Mark, Said, by_token};
use super::distance::distance;
use super::kinds::{Classified, ErrorKind, classify};
use super::metrics::{Counts, Harm, Score};
use super::tokens::{
    comparable, fold, has_digit, is_number, syllables, syllables_as_written, tokens,
};

/// What is aligned with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Line n of the truth with line n of the text; a missing line is empty.
    Lines,
    /// The whole text, whatever its lines.
    Page,
}

/// The score of one text, and its errors.
#[derive(Debug, Clone)]
pub struct Scored {
    /// The counts.
    pub score: Score,
    /// What is wrong in the restored text, in the order of the truth.
    pub errors: Vec<TokenError>,
    /// What the engine said of the restored text's tokens, and what they are.
    pub judgements: Judgements,
}

/// A token of the truth that the restored text has not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenError {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// What the document says.
    pub truth: String,
    /// What the OCR text has in its place.
    pub raw: String,
    /// What the restored text has in its place.
    pub restored: String,
    /// Whether the engine has the right reading among the others.
    pub is_offered: bool,
}

/// Scores `raw` and `restored` against `truth`.
#[must_use]
pub fn score(truth: &str, raw: &str, restored: &str, units: Units) -> Scored {
    score_marked(truth, raw, restored, &[], units)
}

/// The same, with what the engine said about places in `restored`.
#[must_use]
pub fn score_marked(
    truth: &str,
    raw: &str,
    restored: &str,
    marks: &[Mark],
    units: Units,
) -> Scored {
    let said = by_token(restored, marks);
    let texts = [truth, raw, restored].map(comparable);
    let [truth, raw, restored] = texts.each_ref().map(|text| match units {
        Units::Page => vec![tokens(text)],
        Units::Lines => text.split('\n').map(tokens).collect(),
    });
    let mut scored = Scored {
        score: Score::default(),
        errors: Vec::new(),
        judgements: Judgements::default(),
    };
    let mut said = said.into_iter();
    let n = truth.len().max(raw.len()).max(restored.len());
    let unit = |side: &[Vec<&'_ str>], k: usize| side.get(k).is_some_and(|u| !u.is_empty());
    for k in 0..n {
        if ![&truth, &raw, &restored].iter().any(|side| unit(side, k)) {
            continue;
        }
        let [t, o, s] = [&truth, &raw, &restored].map(|side| side.get(k).map_or(&[][..], |u| u));
        let said: Vec<_> = said.by_ref().take(s.len()).collect();
        score_unit(t, o, s, &said, &mut scored);
    }
    scored
}

fn score_unit(
    truth: &[&str],
    raw: &[&str],
    restored: &[&str],
    said: &[Option<Said>],
    into: &mut Scored,
) {
    let before = Reading::new(truth, raw);
    let after = Reading::new(truth, restored);
    before.count(truth, raw, &mut into.score.raw);
    after.count(truth, restored, &mut into.score.restored);
    let harm = &mut into.score.harm;
    for (was_right, is_right) in before.is_right.iter().zip(&after.is_right) {
        harm.right_in_raw += u64::from(*was_right);
        harm.made_wrong += u64::from(*was_right && !is_right);
    }
    let was_seen = |i: usize| {
        let kind = before.classified.errors[i].as_ref().map(|e| e.0);
        kind.is_some_and(|kind| kind != ErrorKind::Absent)
    };
    for (i, token) in truth.iter().enumerate().filter(|&(i, _)| was_seen(i)) {
        let [was_right, is_right] = [(&before, raw), (&after, restored)]
            .map(|(reading, read)| right_syllables(token, reading.beside(i, read)));
        for (was_right, is_right) in was_right.into_iter().zip(is_right) {
            harm.seen_wrong += u64::from(!was_right);
            harm.put_right += u64::from(!was_right && is_right);
        }
    }
    count_numbers(truth, raw, restored, harm);
    let mut is_offered = vec![false; truth.len()];
    for &(i, j) in &after.pairs {
        if let Some(j) = j {
            let is_right = i.is_some_and(|i| after.is_right[i]);
            let said = said.get(j).and_then(Option::as_ref);
            into.judgements.add(said, is_right);
            if let (Some(i), Some(said)) = (i, said) {
                is_offered[i] = said.others.iter().any(|o| fold(o) == fold(truth[i]));
            }
        }
    }

    let errors = after.classified.errors.into_iter().enumerate();
    into.errors.extend(errors.filter_map(|(i, error)| {
        let (kind, restored) = error?;
        let raw = match &before.classified.errors[i] {
            Some((_, raw)) => raw.clone(),
            None => truth[i].to_owned(),
        };
        Some(TokenError {
            kind,
            truth: truth[i].to_owned(),
            raw,
            restored,
            is_offered: is_offered[i],
        })
    }));
}

/// A text aligned with the truth.
struct Reading {
    pairs: Vec<Pair>,
    /// For each token of the truth, what it is paired with.
    partner: Vec<Option<usize>>,
    /// For each token of the truth, tone placement folded.
    is_right: Vec<bool>,
    classified: Classified,
}

impl Reading {
    fn new(truth: &[&str], read: &[&str]) -> Self {
        let pairs = align(truth, read);
        let mut is_right = vec![false; truth.len()];
        let mut partner = vec![None; truth.len()];
        for &(i, j) in &pairs {
            if let (Some(i), Some(j)) = (i, j) {
                partner[i] = Some(j);
                is_right[i] = truth[i] == read[j] || fold(truth[i]) == fold(read[j]);
            }
        }
        let classified = classify(truth, read, &pairs);
        Self {
            pairs,
            partner,
            is_right,
            classified,
        }
    }

    /// What was read in the place of token `i` of the truth.
    fn beside<'r>(&self, i: usize, read: &[&'r str]) -> &'r str {
        self.partner[i].map_or("", |j| read[j])
    }

    fn count(&self, truth: &[&str], read: &[&str], into: &mut Counts) {
        for &(i, j) in &self.pairs {
            let t = i.map_or("", |i| truth[i]);
            let r = j.map_or("", |j| read[j]);
            let is_right = i.is_some_and(|i| self.is_right[i]);
            into.tokens += u64::from(i.is_some());
            into.wrong += u64::from(t != r);
            into.wrong_t += u64::from(!is_right);
            if has_digit(t) {
                into.numbers += 1;
                into.numbers_wrong += u64::from(!is_right);
            } else {
                let expected = syllables(t);
                into.syllables += expected.len() as u64;
                into.syllables_wrong_t += differences(&expected, &syllables(r));
                into.syllables_wrong +=
                    differences(&syllables_as_written(t), &syllables_as_written(r));
            }
        }
        for (kind, _) in self.classified.errors.iter().flatten() {
            *into.kinds.entry(*kind).or_default() += 1;
        }
        into.inserted += self.classified.inserted;

        let (t, r) = (truth.join(" "), read.join(" "));
        into.chars += t.chars().count() as u64;
        into.chars_wrong += distance(&t, &r);
        into.chars_wrong_t += distance(&fold(&t), &fold(&r));
    }
}

/// For each syllable of a token, whether what was read has it.
fn right_syllables(token: &str, read: &str) -> Vec<bool> {
    let (expected, read) = (syllables(token), syllables(read));
    let mut is_right = vec![false; expected.len()];
    for pair in align(&expected, &read) {
        if let (Some(i), Some(j)) = pair {
            is_right[i] = expected[i] == read[j];
        }
    }
    is_right
}

fn differences(a: &[String], b: &[String]) -> u64 {
    if a == b {
        return 0;
    }
    let is_wrong = |pair: &&Pair| match **pair {
        (Some(i), Some(j)) => a[i] != b[j],
        _ => true,
    };
    align(a, b).iter().filter(is_wrong).count() as u64
}

/// Numbers are held against each other as bags, so that an error of the
/// alignment is not taken for a changed number.
fn count_numbers(truth: &[&str], raw: &[&str], restored: &[&str], into: &mut Harm) {
    let mut bags: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for (side, tokens) in [truth, raw, restored].into_iter().enumerate() {
        for token in tokens.iter().filter(|t| is_number(t)) {
            bags.entry(token).or_default()[side] += 1;
        }
    }
    for [t, o, s] in bags.into_values() {
        into.numbers_lost += t.min(o).saturating_sub(s);
        into.numbers_invented += s.saturating_sub(o).saturating_sub(t);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(truth: &str, raw: &str, restored: &str) -> Score {
        score(truth, raw, restored, Units::Lines).score
    }

    #[test]
    fn counts_of_a_small_text() {
        // raw: "cong" marks, "tác" right, "2015" right; restored: "công"
        // right, "tắc" made wrong, "2016" invented, "2015" lost, "x" added.
        let s = lines("công tác 2015", "cong tác 2015", "công tắc 2016 x");
        assert_eq!(
            (s.raw.tokens, s.raw.wrong, s.raw.syllables_wrong_t),
            (3, 1, 1)
        );
        assert_eq!((s.restored.wrong, s.restored.wrong_t), (3, 3));
        assert_eq!((s.restored.syllables, s.restored.syllables_wrong_t), (2, 2));
        assert_eq!((s.restored.numbers, s.restored.numbers_wrong), (1, 1));
        assert_eq!((s.harm.right_in_raw, s.harm.made_wrong), (2, 2));
        assert_eq!((s.harm.numbers_lost, s.harm.numbers_invented), (1, 1));
        assert_eq!(s.restored.inserted, 1);
        assert_eq!(s.restored.kinds[&ErrorKind::Number], 1);
        // "công tác 2015" to "công tắc 2016 x": ắ, 6, blank and x.
        assert_eq!((s.restored.chars, s.restored.chars_wrong), (13, 4));
    }

    #[test]
    fn what_was_seen_and_wrong_can_be_put_right() {
        // "van" was put right, "dong" was not, "nay" was not read at all.
        let s = lines("dân vận đồng này", "dân van, dong", "dân vận, dóng");
        assert_eq!((s.harm.seen_wrong, s.harm.put_right), (2, 1));
        assert_eq!(s.harm.mended(), 50.0);
        // A comma alone makes no syllable wrong.
        let s = lines("dân vận", "dân vận,", "dân vận,");
        assert_eq!((s.harm.seen_wrong, s.harm.mended()), (0, 0.0));
    }

    #[test]
    fn tone_placement_counts_only_where_it_is_asked_for() {
        let s = lines("hoà", "hòa", "hòa");
        assert_eq!((s.raw.wrong, s.raw.wrong_t), (1, 0));
        assert_eq!((s.raw.chars_wrong, s.raw.chars_wrong_t), (2, 0));
        assert_eq!((s.raw.syllables_wrong, s.raw.syllables_wrong_t), (1, 0));
        assert_eq!((s.harm.right_in_raw, s.harm.made_wrong), (1, 0));
    }

    #[test]
    fn pages_do_not_need_the_same_lines() {
        let s = score("một hai\nba\n", "một\nhai ba", "một\nhai ba", Units::Page);
        assert_eq!(s.score.raw.wrong, 0);
        let s = score("một hai\nba\n", "một\nhai ba", "một\nhai ba", Units::Lines);
        assert_eq!(s.score.raw.wrong, 2);
    }

    #[test]
    fn errors_say_what_was_read_and_what_came_of_it() {
        let s = score("dân vận", "dan van", "dân vân", Units::Lines);
        let only = TokenError {
            kind: ErrorKind::Marks,
            truth: "vận".into(),
            raw: "van".into(),
            restored: "vân".into(),
            is_offered: false,
        };
        assert_eq!(s.errors, [only]);
        let mark = Mark {
            span: "dân ".len().."dân vân".len(),
            confidence: 0.5,
            is_change: true,
            others: vec!["van".into(), "vận".into()],
        };
        let s = score_marked("dân vận", "dan van", "dân vân", &[mark], Units::Lines);
        assert!(s.errors[0].is_offered);
    }

    #[test]
    fn the_kinds_add_up_to_the_wrong_tokens() {
        let s = lines("a b cd e", "a b. c d", "ab cd e f g");
        for side in [&s.raw, &s.restored] {
            let by_kind: u64 = side.kinds.values().sum();
            assert!(by_kind <= side.tokens);
            assert!(by_kind + side.inserted <= side.wrong, "{side:?}");
        }
    }
}
