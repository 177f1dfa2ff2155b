//! Edit distance between strings of characters, 64 rows at a time (Myers
//! 1999, in Hyyrö's block form), so that whole pages can be compared.

use std::collections::HashMap;

/// The number of insertions, deletions and substitutions between two strings.
pub(super) fn distance(a: &str, b: &str) -> u64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev());
    let tail = tail.take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) as u64;
    }
    blocks(a, b)
}

/// One block: where the vertical difference is +1 and where it is -1.
#[derive(Clone)]
struct Block {
    plus: u64,
    minus: u64,
}

fn blocks(a: &[char], b: &[char]) -> u64 {
    let n = a.len().div_ceil(64);
    let mut matches: HashMap<char, Vec<u64>> = HashMap::new();
    for (i, &c) in a.iter().enumerate() {
        matches.entry(c).or_insert_with(|| vec![0; n])[i / 64] |= 1 << (i % 64);
    }
    let nowhere = vec![0; n];
    let mut column = vec![
        Block {
            plus: u64::MAX,
            minus: 0
        };
        n
    ];
    let last_row = (a.len() - 1) % 64;
    let mut result = a.len() as u64;
    for c in b {
        let equal = matches.get(c).unwrap_or(&nowhere);
        // The first row grows by one a column.
        let (mut up, mut down) = (1, 0);
        for (k, block) in column.iter_mut().enumerate() {
            let top = if k + 1 == n { last_row } else { 63 };
            let vertical = equal[k] | block.minus;
            let equal = equal[k] | down;
            let horizontal = ((equal & block.plus).wrapping_add(block.plus) ^ block.plus) | equal;
            let plus = block.minus | !(horizontal | block.plus);
            let minus = block.plus & horizontal;
            let carry = (plus >> top & 1, minus >> top & 1);
            let (plus, minus) = (plus << 1 | up, minus << 1 | down);
            block.plus = minus | !(vertical | plus);
            block.minus = plus & vertical;
            (up, down) = carry;
        }
        result = result + up - down;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_table(a: &str, b: &str) -> u64 {
        let b: Vec<char> = b.chars().collect();
        let mut row: Vec<u64> = (0..=b.len() as u64).collect();
        for (i, x) in a.chars().enumerate() {
            let mut corner = row[0];
            row[0] = i as u64 + 1;
            for (j, y) in b.iter().enumerate() {
                let both = corner + u64::from(x != *y);
                corner = row[j + 1];
                row[j + 1] = both.min(row[j] + 1).min(corner + 1);
            }
        }
        row[b.len()]
    }

    #[test]
    fn small_cases() {
        assert_eq!(distance("", ""), 0);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("dân vận", "dan van"), 2);
    }

    proptest! {
        #[test]
        fn equals_the_table(a in "[abcđ]{0,200}", b in "[abcđ]{0,200}") {
            prop_assert_eq!(distance(&a, &b), by_table(&a, &b));
        }
    }
}
