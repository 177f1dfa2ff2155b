//! Lattices as text, for other decoders to be measured beside this one.

use std::fmt::Write;

use super::beam::Beam;
use super::lattice::Lattice;
use crate::engine::LM_SCALE;
use crate::lm::NgramModel;

/// Appends a lattice that `beam` has decoded: a line `lattice NODES ARCS SCALE
/// BEST`, then of each arc, by end nodes, `FROM TO COST PARAGRAPH WORD...`,
/// where -1 is for no end of a paragraph.
pub(crate) fn export(lattice: &Lattice, beam: &Beam, lm: &NgramModel, out: &mut String) {
    let (nodes, arcs) = (lattice.nodes(), lattice.arcs());
    let best: i64 = beam.path_costs().iter().map(|&c| i64::from(c)).sum();
    // A string takes all that is written.
    let _ = writeln!(out, "lattice {nodes} {} {} {best}", arcs.len(), LM_SCALE);
    for arc in arcs {
        let paragraph = arc.paragraph.unwrap_or(-1);
        let _ = write!(out, "{} {} {} {paragraph}", arc.from, arc.to, arc.cost);
        for &word in &arc.lm[..usize::from(arc.lm_len)] {
            let _ = write!(out, " {}", lm.word(word));
        }
        out.push('\n');
    }
}
