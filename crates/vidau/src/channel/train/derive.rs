//! Profiles that are derived, not learnt: `clean` and `stripped`.

use super::super::letters::{Shape, alphabet, compose, shape};
use super::super::{Profile, Segment};
use crate::cost::{Cost, NAT, cost_of};

/// `like` with every error this many times rarer.
pub(crate) fn clean(like: &Profile, rarer: f64) -> Profile {
    let extra = (rarer.ln() * f64::from(NAT)).round() as Cost;
    let mut profile = Profile {
        name: "clean".into(),
        lost_blank: like.lost_blank + extra,
        kept_blank: 0,
        inserted_blank: like.inserted_blank + extra,
        unseen: like.unseen + extra,
        insertion: like.insertion + extra,
        deletion: like.deletion + extra,
        spurious_word: like.spurious_word + extra,
        lost_word: like.lost_word + extra,
        ..like.clone()
    };
    for blank in &mut profile.blanks {
        blank.cost += extra;
    }
    profile
        .segments
        .retain(|s| s.truth.chars().count() == 1 || s.truth != s.observed);
    for segment in &mut profile.segments {
        segment.cost = if segment.truth == segment.observed {
            0
        } else {
            segment.cost + extra
        };
    }
    profile
}

/// Text whose marks were taken off by a program: nothing else is wrong.
pub(crate) fn stripped() -> Profile {
    /// Share of marked letters that keep a mark.
    const KEPT: f64 = 0.004;
    let never = cost_of(1e-7);
    let segment = |truth: char, observed: char, p: f64| Segment {
        truth: truth.to_string().into(),
        observed: observed.to_string().into(),
        cost: cost_of(p),
    };
    let mut segments = Vec::new();
    for letter in alphabet() {
        let Some(s) = shape(letter) else { continue };
        if s.base == letter {
            segments.push(segment(letter, letter, 1.0));
            continue;
        }
        // What may be left: the whole letter, or without its tone, or without
        // its shape mark.
        let left = [s, Shape { tone: 0, ..s }, Shape { mark: 0, ..s }];
        let mut left: Vec<char> = left.into_iter().filter_map(compose).collect();
        left.retain(|&c| c != s.base);
        left.sort_unstable();
        left.dedup();
        segments.push(segment(letter, s.base, 1.0 - KEPT));
        for &c in &left {
            let share = if c == letter {
                0.9
            } else {
                0.1 / left.len() as f64
            };
            segments.push(segment(letter, c, KEPT * share));
        }
    }
    segments.sort_unstable();
    Profile {
        lost_blank: never,
        inserted_blank: never,
        unseen: never,
        insertion: never,
        deletion: never,
        spurious_word: never,
        lost_word: never,
        segments,
        ..Profile::empty("stripped")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Scorer;
    use super::*;

    #[test]
    fn stripping_is_cheap_and_errors_are_not() {
        let profile = stripped();
        let scorer = Scorer::new(&profile);
        assert!(scorer.cost("Đường", "Duong") < 10);
        assert!(scorer.cost("Đường", "Dương") > 2 * NAT);
        assert!(scorer.cost("tri", "tn") > 20 * NAT);
        assert!(profile.segments.is_sorted());
    }

    #[test]
    fn clean_text_costs_nothing_and_errors_are_rarer() {
        let eng = Profile {
            segments: stripped().segments,
            ..Profile::empty("vie")
        };
        let clean = clean(&eng, 50.0);
        let (before, after) = (Scorer::new(&eng), Scorer::new(&clean));
        assert_eq!(after.cost("đường", "đường"), 0);
        // Two letters lost their marks: twice ln 50 = 3.912 nats.
        let dearer = after.cost("đường", "dương") - before.cost("đường", "dương");
        assert!((dearer - 1001).abs() < 900, "{dearer}");
    }
}
