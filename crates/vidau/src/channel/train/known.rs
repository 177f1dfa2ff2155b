//! What real scans show and typeset training pages do not.
//!
//! Set by hand after a few real scans: Đ is often read as P or B there and
//! marked e as ¢; vowels are read as d far less often; and stamps, signatures
//! and tight lines cost and add more blanks. Figures measured on those same
//! scans are therefore a little flattered.

use std::collections::BTreeMap;

use super::em::Learnt;
use super::letters::shape;
use super::smooth::Readings;

/// Shares of a letter's readings to add.
const READINGS: [(char, &[(&str, f64)]); 5] = [
    (
        'Đ',
        &[
            ("P", 0.25),
            ("D", 0.2),
            ("B", 0.08),
            ("Ð", 0.03),
            ("Pp", 0.02),
        ],
    ),
    ('ê', &[("¢", 0.01)]),
    ('ề', &[("¢", 0.01)]),
    ('ế', &[("¢", 0.02)]),
    ('ệ', &[("¢", 0.04)]),
];
/// What is left of a vowel's readings as d.
const VOWEL_AS_D: f64 = 0.5;

/// Shares of the blanks between words that are not read, or read as a comma.
pub(crate) const BLANKS: [(&str, f64); 2] = [("", 1e-3), (",", 5e-4)];
/// Share of the places within words where a blank is read.
pub(crate) const INSERTED_BLANKS: f64 = 3e-4;
/// Share of the words beside which something is read that is none.
pub(crate) const SPURIOUS_WORDS: f64 = 3e-3;

/// Moves the counts of an engine without Vietnamese towards real scans.
pub(crate) fn adjust(learnt: &mut Learnt) {
    for (&letter, readings) in &mut learnt.singles {
        if is_vowel(letter)
            && let Some(count) = readings.get_mut("d")
        {
            *count *= VOWEL_AS_D;
        }
    }
    for (truth, readings) in &mut learnt.multiples {
        if !truth.contains(['d', 'đ']) {
            let as_d = readings
                .iter_mut()
                .filter(|(reading, _)| reading.contains('d'));
            as_d.for_each(|(_, (p, _))| *p *= VOWEL_AS_D);
        }
    }
    add_readings(&mut learnt.singles);
}

fn add_readings(counts: &mut Readings) {
    /// A letter hardly seen is taken to have been seen this often.
    const LEAST: f64 = 20.0;
    for (letter, readings) in READINGS {
        let own: &mut BTreeMap<String, f64> = counts.entry(letter).or_default();
        let total = own.values().sum::<f64>().max(LEAST);
        for &(reading, share) in readings {
            *own.entry(reading.to_owned()).or_default() += share * total;
        }
    }
}

fn is_vowel(letter: char) -> bool {
    shape(letter).is_some_and(|s| "aeiouy".contains(s.base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_move_towards_real_scans() {
        let mut learnt = Learnt::default();
        let mut single = |letter, reading: &str| {
            let readings: &mut BTreeMap<String, f64> = learnt.singles.entry(letter).or_default();
            readings.insert(reading.to_owned(), 100.0);
        };
        single('á', "d");
        single('đ', "d");
        single('Đ', "D");
        adjust(&mut learnt);
        assert_eq!(learnt.singles[&'á']["d"], 50.0);
        assert_eq!(learnt.singles[&'đ']["d"], 100.0);
        assert_eq!(learnt.singles[&'Đ']["P"], 25.0);
    }
}
