//! Word alignment: Levenshtein in a band, ties broken so that tokens that
//! look alike are paired.

use super::tokens::bare;

/// Positions in the first and the second sequence; `None` where the other
/// side has a token that this one has not.
pub type Pair = (Option<usize>, Option<usize>);

// In fiftieths of an edit. The discount for looking alike is so small that
// only long stretches of substitutions could cost one edit more for it.
const EDIT: u32 = 50;
const SAME_LETTERS: u32 = 48;
const SAME_FIRST_LETTER: u32 = 49;

/// How far the path may stray from the diagonal beyond the difference of the
/// lengths.
const SLACK: usize = 200;

const UNREACHABLE: u32 = u32::MAX / 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Both,
    First,
    Second,
}

/// The cheapest alignment of two sequences of tokens, in order. Of equal
/// paths, the one that pairs tokens last in the text is taken, then the one
/// that drops a token of `a` there.
///
/// ```
/// use vidau::eval::align;
/// assert_eq!(
///     align(&["ba", "con"], &["con"]),
///     [(Some(0), None), (Some(1), Some(0))]
/// );
/// ```
#[must_use]
pub fn align<S: AsRef<str>, T: AsRef<str>>(a: &[S], b: &[T]) -> Vec<Pair> {
    let same = |x: &S, y: &T| x.as_ref() == y.as_ref();
    let head = a.iter().zip(b).take_while(|(x, y)| same(x, y)).count();
    let rest = a[head..].iter().rev().zip(b[head..].iter().rev());
    let tail = rest.take_while(|(x, y)| same(x, y)).count();

    let mut pairs: Vec<Pair> = (0..head).map(|i| (Some(i), Some(i))).collect();
    let middle = align_middle(&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let shifted = middle
        .iter()
        .map(|&(i, j)| (i.map(|i| i + head), j.map(|j| j + head)));
    pairs.extend(shifted);
    pairs.extend((0..tail).map(|k| (Some(a.len() - tail + k), Some(b.len() - tail + k))));
    pairs
}

fn align_middle<S: AsRef<str>, T: AsRef<str>>(a: &[S], b: &[T]) -> Vec<Pair> {
    let (n, m) = (a.len(), b.len());
    if n == 0 || m == 0 {
        let dropped = (0..n).map(|i| (Some(i), None));
        return dropped.chain((0..m).map(|j| (None, Some(j)))).collect();
    }
    let shapes_a: Vec<Shape<'_>> = a.iter().map(|t| Shape::of(t.as_ref())).collect();
    let shapes_b: Vec<Shape<'_>> = b.iter().map(|t| Shape::of(t.as_ref())).collect();
    let band = n.abs_diff(m) + SLACK;
    let bounds = |i: usize| {
        let centre = i * m / n;
        (centre.saturating_sub(band).max(1), (centre + band).min(m))
    };

    let mut steps: Vec<Step> = Vec::new();
    let mut row_starts = Vec::with_capacity(n);
    let mut above: Vec<u32> = (0..=m).map(|j| j as u32 * EDIT).collect();
    let mut row = vec![UNREACHABLE; m + 1];
    for i in 1..=n {
        let (low, high) = bounds(i);
        row_starts.push(steps.len());
        row[low - 1] = if low == 1 {
            i as u32 * EDIT
        } else {
            UNREACHABLE
        };
        for j in low..=high {
            let both = above[j - 1] + shapes_a[i - 1].cost(&shapes_b[j - 1]);
            let first = above[j] + EDIT;
            let second = row[j - 1] + EDIT;
            let (cost, step) = if both <= first && both <= second {
                (both, Step::Both)
            } else if first <= second {
                (first, Step::First)
            } else {
                (second, Step::Second)
            };
            row[j] = cost;
            steps.push(step);
        }
        let (_, next_high) = bounds(i + 1);
        if next_high > high {
            row[high + 1..=next_high].fill(UNREACHABLE);
        }
        std::mem::swap(&mut above, &mut row);
    }

    let mut pairs = Vec::with_capacity(n.max(m));
    let (mut i, mut j) = (n, m);
    while i > 0 || j > 0 {
        let step = if j == 0 {
            Step::First
        } else if i == 0 {
            Step::Second
        } else {
            steps[row_starts[i - 1] + j - bounds(i).0]
        };
        if step != Step::Second {
            i -= 1;
        }
        if step != Step::First {
            j -= 1;
        }
        pairs.push((
            (step != Step::Second).then_some(i),
            (step != Step::First).then_some(j),
        ));
    }
    pairs.reverse();
    pairs
}

/// A token with what it is compared by.
struct Shape<'t> {
    token: &'t str,
    bare: String,
}

impl<'t> Shape<'t> {
    fn of(token: &'t str) -> Self {
        Self {
            token,
            bare: bare(token),
        }
    }

    fn cost(&self, other: &Shape<'_>) -> u32 {
        if self.token == other.token {
            0
        } else if self.bare == other.bare {
            SAME_LETTERS
        } else if self.bare.chars().next() == other.bare.chars().next() {
            SAME_FIRST_LETTER
        } else {
            EDIT
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(a: &str, b: &str) -> String {
        let (a, b): (Vec<_>, Vec<_>) = (a.split(' ').collect(), b.split(' ').collect());
        let pairs = align(&a, &b);
        let text = |side: &[&str], at: Option<usize>| at.map_or("-", |i| side[i]).to_owned();
        let shown = pairs
            .iter()
            .map(|&(i, j)| format!("{}={}", text(&a, i), text(&b, j)));
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn like_tokens_are_paired() {
        // Both pairings of "tác" cost one substitution and one drop; the one
        // with the same letters is cheaper by two fiftieths.
        assert_eq!(shown("tác công x", "tac x"), "tác=tac công=- x=x");
        assert_eq!(shown("công tác x", "tac x"), "công=- tác=tac x=x");
        assert_eq!(shown("a b", "a x b"), "a=a -=x b=b");
    }

    #[test]
    fn equal_paths_pair_the_last_tokens() {
        assert_eq!(shown("p q", "x"), "p=- q=x");
    }

    #[test]
    fn empty_sides() {
        assert_eq!(align::<&str, &str>(&[], &[]), []);
        assert_eq!(align::<_, &str>(&["a"], &[]), [(Some(0), None)]);
        assert_eq!(align::<&str, _>(&[], &["a"]), [(None, Some(0))]);
    }

    #[test]
    fn a_long_insertion_stays_inside_the_band() {
        let a: Vec<String> = (0..900).map(|i| format!("w{i}")).collect();
        let mut b: Vec<String> = a.iter().map(|w| format!("{w}x")).collect();
        b.splice(450..450, (0..700).map(|i| format!("neu{i}")));
        let pairs = align(&a, &b);
        assert_eq!(pairs.iter().filter(|p| p.0.is_some()).count(), a.len());
        assert_eq!(pairs.iter().filter(|p| p.1.is_some()).count(), b.len());
        assert_eq!(pairs[0], (Some(0), Some(0)));
        assert_eq!(pairs.last(), Some(&(Some(899), Some(1599))));
    }
}
