//! Labels of lists: a) b) c) d) đ) e), the order in which Vietnamese official
//! papers count (Nghị định 30/2020/NĐ-CP, appendix I). Engines lose the bar of
//! đ or give one to d, take c and e for each other or for ¢, € and ©; the labels
//! around tell.
//!
//! The labels of a text are states of a chain: going on by one letter is free,
//! so is a new list; everything else costs [`JUMP`], and so does taking a label
//! for another one ([`price`]). The cheapest way is what stood there. What may
//! as well be a list with a letter left out stays as it was read. A label that
//! goes on from the one before, or that the next one goes on from, is one,
//! whatever word its letter may be otherwise.

/// The letters that count, in order: no f, j, w and z, no letters with marks
/// but đ.
const LETTERS: [&str; 22] = [
    "a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t",
    "u", "v", "x",
];

/// A list that does not go on with the next letter, nor starts anew with a.
const JUMP: u32 = 6;
/// What cannot be.
const NEVER: u32 = u32::MAX / 4;

/// The price of reading `read` where `letter` stood.
fn price(letter: &str, read: &str) -> u32 {
    match (letter, read) {
        _ if letter == read => 0,
        ("c", "¢" | "€" | "©") => 1,
        ("d", "đ") | ("đ", "d") | ("e", "¢" | "€" | "©") => 3,
        // Has to save two jumps.
        ("c", "e" | "o") | ("e", "c") => 7,
        _ => NEVER,
    }
}

#[derive(Debug, Clone, Copy)]
struct Label {
    token: u32,
    /// The least price of the labels up to this one, by its letter, and the
    /// letter before on that way.
    ways: [(u32, u8); LETTERS.len()],
    /// What it is taken for.
    is: u8,
}

/// The labels of a block, and what each is taken for.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    labels: Vec<Label>,
}

impl Labels {
    /// Forgets all labels.
    pub(crate) fn clear(&mut self) {
        self.labels.clear();
    }

    /// Adds the next label, read as `read` at token `token`; what cannot be a
    /// label is left out.
    pub(crate) fn push(&mut self, token: usize, read: &str) {
        let mut ways = [(NEVER, 0); LETTERS.len()];
        for (is, way) in ways.iter_mut().enumerate() {
            let price = price(LETTERS[is], read);
            if price == NEVER {
                continue;
            }
            let Some(last) = self.labels.last() else {
                *way = (price, 0);
                continue;
            };
            let from = (0_u8..).zip(&last.ways).map(|(from, (sum, _))| {
                let goes_on = usize::from(from) + 1 == is || is == 0;
                (sum + if goes_on { 0 } else { JUMP }, from)
            });
            let (sum, from) = from.min().unwrap_or((0, 0));
            *way = (sum.saturating_add(price).min(NEVER), from);
        }
        if ways.iter().all(|(price, _)| *price >= NEVER) {
            return;
        }
        self.labels.push(Label {
            token: token as u32,
            ways,
            is: 0,
        });
    }

    /// Decides what the labels pushed are.
    pub(crate) fn decide(&mut self) {
        let Some(last) = self.labels.last() else {
            return;
        };
        let ways = (0_u8..).zip(&last.ways);
        let (_, mut is) = ways.map(|(l, (sum, _))| (*sum, l)).min().unwrap_or((0, 0));
        for label in self.labels.iter_mut().rev() {
            label.is = is;
            is = label.ways[usize::from(is)].1;
        }
    }

    /// What the label at `token` is, read as `read`; `None` where nothing tells
    /// that it is one.
    pub(crate) fn at(&self, token: usize, read: &str) -> Option<&'static str> {
        let found = self
            .labels
            .binary_search_by_key(&token, |label| label.token as usize);
        let k = found.ok()?;
        let around = &self.labels[k.saturating_sub(1)..self.labels.len().min(k + 2)];
        let in_order = around.windows(2).any(|w| w[0].is + 1 == w[1].is);
        let is = LETTERS[usize::from(self.labels[k].is)];
        (in_order || is != read).then_some(is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(read: &str) -> String {
        let mut labels = Labels::default();
        let read: Vec<&str> = read.split(' ').collect();
        for (token, read) in read.iter().enumerate() {
            labels.push(token, read);
        }
        labels.decide();
        let is =
            (read.iter().enumerate()).map(|(token, read)| labels.at(token, read).unwrap_or(read));
        is.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_order_tells() {
        for (read, is) in [
            ("a b ¢ d d e", "a b c d đ e"),
            ("a b c đ đ e", "a b c d đ e"),
            ("a b c đ a b", "a b c d a b"),
            ("a b c d d c g", "a b c d đ e g"),
            ("a b e d", "a b c d"),
            ("a b € 5 a", "a b c 5 a"),
            ("a b © d đ €", "a b c d đ e"),
        ] {
            assert_eq!(repaired(read), is);
        }
    }

    #[test]
    fn what_is_in_order_is_a_label() {
        let mut labels = Labels::default();
        for (token, read) in ["a", "b", "e", "a", "c"].iter().enumerate() {
            labels.push(token, read);
        }
        labels.decide();
        let told = [0, 1, 2, 3, 4].map(|token| labels.at(token, ["a", "b", "e", "a", "c"][token]));
        assert_eq!(told, [Some("a"), Some("b"), None, None, None]);
    }

    #[test]
    fn what_may_be_meant_stays() {
        for read in [
            "d a d",
            "a b c đ e g",
            "a b c d e g",
            "đ",
            "a b 8 d",
            "i v x",
        ] {
            assert_eq!(repaired(read), read);
        }
    }
}
