//! Adding probabilities in the log domain with integers.

use crate::cost::{Cost, NAT};

/// Beyond this difference the smaller probability no longer counts.
const REACH: usize = 8 * NAT as usize;

/// `TABLE[d]` = NAT * ln(1 + e^(-d/NAT)), rounded; nothing at the end.
static TABLE: [u8; REACH + 1] = {
    /// e^(-1/NAT)
    const STEP: f64 = 0.996_101_369_470_117_5;
    let mut table = [0; REACH + 1];
    let (mut d, mut x) = (0, 1.0);
    while d < REACH {
        // ln(1 + x) = 2 artanh(z), as a series.
        let z = x / (2.0 + x);
        let (mut sum, mut power, mut k) = (0.0, z, 1.0);
        while k < 40.0 {
            sum += power / k;
            power *= z * z;
            k += 2.0;
        }
        table[d] = (2.0 * sum * NAT as f64 + 0.5) as u8;
        x *= STEP;
        d += 1;
    }
    table
};

/// The cost of either of two exclusive events.
#[inline]
pub(crate) fn log_add(a: Cost, b: Cost) -> Cost {
    // No branch: which is the lesser is not to be foreseen.
    let apart = (a.abs_diff(b) as usize).min(REACH);
    a.min(b) - Cost::from(TABLE[apart])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_it_says() {
        for (d, &gain) in TABLE[..REACH].iter().enumerate() {
            let x = (-(d as f64) / f64::from(NAT)).exp().ln_1p();
            assert_eq!(f64::from(gain), (x * f64::from(NAT)).round(), "{d}");
        }
    }

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
