//! Signs that look alike stand for each other in what is read for a letter.
//!
//! Pages set in type show `ir` for ừ a thousand times and `lr` never; on a worn
//! scan both are the same two strokes. So a small share of a reading goes to
//! those that differ from it by one sign of the same look.

use std::collections::BTreeMap;

/// Strokes, apostrophes, rings, and bowls with and without a tail.
const ALIKE: [&[char]; 5] = [
    &['i', 'l', '1', 'I', '|', '!', 'j', 't', 'r', 'f'],
    &['’', '\'', '‘', '`', '´', '?'],
    &['o', '0', 'O', '6', 'ó', 'ò', 'ö', 'ô'],
    &['a', 'á', 'à', 'â', 'ä', 'd', 'é'],
    &['e', 'é', 'è', 'ê', '¢', 'c'],
];
/// What part of a reading goes to those like it, for each of its signs. Twice
/// as much finds other words where letters were read well.
const SHARE: f64 = 0.03;
/// What would be rarer is not added.
const RAREST: f64 = 5e-5;

/// Gives a share of each of the misreadings of `letter` to those like it.
pub(super) fn spread(letter: char, readings: &mut BTreeMap<String, f64>) {
    let mut own = [0; 4];
    let own = &*letter.encode_utf8(&mut own);
    let mut added: BTreeMap<String, f64> = BTreeMap::new();
    for (reading, p) in readings.iter().filter(|(reading, _)| *reading != own) {
        for (at, c) in reading.char_indices() {
            for class in ALIKE.iter().filter(|class| class.contains(&c)) {
                let each = p * SHARE / (class.len() - 1) as f64;
                if each < RAREST {
                    continue;
                }
                let (before, behind) = (&reading[..at], &reading[at + c.len_utf8()..]);
                for other in class.iter().filter(|other| **other != c) {
                    let like = format!("{before}{other}{behind}");
                    if like != own {
                        *added.entry(like).or_default() += each;
                    }
                }
            }
        }
    }
    let total = 1.0 + added.values().sum::<f64>();
    for (reading, p) in added {
        *readings.entry(reading).or_default() += p;
    }
    readings.values_mut().for_each(|p| *p /= total);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_stand_for_strokes() {
        let mut readings: BTreeMap<String, f64> = [("ir", 0.6), ("u", 0.3), ("ừ", 0.1)]
            .map(|(reading, p)| (reading.to_owned(), p))
            .into();
        spread('ừ', &mut readings);
        assert!(readings["lr"] > 1e-3 && readings["ir"] > 0.5);
        assert!(!readings.contains_key("ur"), "u is like nothing else");
        assert!((readings.values().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_right_is_not_a_misreading() {
        let mut readings: BTreeMap<String, f64> = [("i", 0.9), ("l", 0.1)]
            .map(|(reading, p)| (reading.to_owned(), p))
            .into();
        spread('i', &mut readings);
        assert!(readings["i"] > 0.89, "{readings:?}");
    }
}
