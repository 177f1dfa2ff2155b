//! Adding probabilities in the log domain with integers.

use std::sync::LazyLock;

use crate::cost::{Cost, NAT};

/// Beyond this difference the smaller probability no longer counts.
const REACH: usize = 8 * NAT as usize;

/// `TABLE[d]` = NAT * ln(1 + e^(-d/NAT)), rounded.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    (0..REACH)
        .map(|d| {
            let x = (-(d as f64) / f64::from(NAT)).exp().ln_1p();
            (x * f64::from(NAT)).round() as u16
        })
        .collect()
});

/// The cost of either of two exclusive events.
pub(crate) fn log_add(a: Cost, b: Cost) -> Cost {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    match TABLE.get((high - low) as usize) {
        Some(&gain) => low - Cost::from(gain),
        None => low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_halves_make_a_whole() {
        let half = crate::cost::cost_of(0.5);
        assert!(log_add(half, half).abs() <= 1);
        assert_eq!(log_add(0, 100 * NAT), 0);
        let tenth = crate::cost::cost_of(0.1);
        let expected = crate::cost::cost_of(0.6);
        assert!((log_add(half, tenth) - expected).abs() <= 1);
    }
}
