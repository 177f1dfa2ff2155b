//! Fixed-point costs: negative natural logarithms of probabilities.

/// A negative log probability in units of 1/[`NAT`] nat; smaller is likelier.
///
/// Integers, so that the same input gives the same bytes on every machine.
pub type Cost = i32;

/// One nat (natural unit of information) as a [`Cost`].
pub const NAT: Cost = 256;

/// The cost of an event of probability `p`, rounded to the nearest unit;
/// `p` is taken as at least e^-64.
#[must_use]
pub(crate) fn cost_of(p: f64) -> Cost {
    let nats = -p.max(1.6e-28).ln();
    (nats * f64::from(NAT)).round() as Cost
}
