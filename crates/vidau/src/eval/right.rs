//! Which characters of a text stand as they should.

use super::align::align;
use super::tokens::{comparable, fold, token_spans, tokens};

/// For each byte of `restored` whether it belongs to what `truth` has: to a
/// right token, or to what a wrong one begins or ends with as it should. Tone
/// placement is folded; blanks count as wrong.
pub(crate) fn right_bytes(truth: &str, restored: &str) -> Vec<bool> {
    let mut is_right = vec![false; restored.len()];
    let spans = token_spans(restored);
    let (truth, read) = (comparable(truth), comparable(restored));
    let (truth, read) = (tokens(&truth), tokens(&read));
    for (i, j) in align(&truth, &read) {
        let (Some(i), Some(j)) = (i, j) else {
            continue;
        };
        let Some(span) = spans.get(j) else {
            continue;
        };
        let (truth, read) = (fold(truth[i]), fold(read[j]));
        let agree = |(a, b): &(char, char)| a == b;
        let n = read.chars().count();
        let (front, back) = match truth == read {
            true => (n, n),
            false => (
                truth.chars().zip(read.chars()).take_while(agree).count(),
                truth
                    .chars()
                    .rev()
                    .zip(read.chars().rev())
                    .take_while(agree)
                    .count(),
            ),
        };
        let written = &restored[span.clone()];
        if written.chars().count() != n {
            // Not in composed form: character by character does not hold.
            is_right[span.clone()].fill(truth == read);
            continue;
        }
        for (number, (at, c)) in written.char_indices().enumerate() {
            let right = number < front || number + back >= n;
            let at = span.start + at;
            is_right[at..at + c.len_utf8()].fill(right);
        }
    }
    is_right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_tokens_are_right_in_part() {
        let restored = "công tac, hoà x xã";
        let is_right = right_bytes("công tác, hòa xã’", restored);
        let right: String = restored
            .char_indices()
            .map(|(i, c)| if is_right[i] { c } else { '_' })
            .collect();
        assert_eq!(right, "công_t_c,_hoà___xã");
    }
}
