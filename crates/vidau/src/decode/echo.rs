//! Words for what the channel cannot explain: those that the block has between
//! the same two words elsewhere.
//!
//! Nothing that is known of letters makes "yafm" a "vận". But where the document
//! says "Dân vận khéo" in other places, that is a likely reading of "Dân yafm
//! khéo". Places that hold no word, or one that is not sure, get such readings at
//! a price for each letter that differs; the decoder weighs them like others.

use super::arcs::{Before, word_arc};
use super::beam::Beam;
use super::block::Block;
use super::lattice::{Arc, Lattice, Output};
use super::stray::is_stray_quote;
use crate::candidates::{Candidate, CandidateCasing};
use crate::cost::{Cost, NAT};
use crate::engine::Engine;
use crate::lm::{FIRST_WORD, UNKNOWN};
use crate::syllable::{Casing, bare, casing};
use crate::text::TokenKind;

/// Words are sure up to this cost of their posterior.
const SURE: Cost = NAT / 8;
/// Longer texts are no damaged syllables, which have seven letters at most.
const MAX_CHARS: usize = 12;
/// Most words tried for one place.
const MAX_WORDS: usize = 4;

/// A word, or what may be one, of the best way.
#[derive(Debug, Clone, Copy)]
struct Place {
    from: u32,
    to: u32,
    /// Where the signs end that touch it.
    reach: u32,
    /// `UNKNOWN` for what was not read.
    word: u16,
    is_sure: bool,
}

/// The echoes of a block, with scratch.
#[derive(Debug, Default)]
pub(crate) struct Echoes {
    /// None where a sentence ends, or what is no word stands.
    places: Vec<Option<Place>>,
    /// Of three sure words in a row the first, the last and the one between.
    threes: Vec<[u16; 3]>,
    found: Vec<Arc>,
    row: Vec<Cost>,
}

impl Echoes {
    /// Starts a block.
    pub(crate) fn clear(&mut self) {
        self.found.clear();
    }

    /// Looks for echoes along the best way, on the lines `wanted`; false where there
    /// are none.
    pub(crate) fn find(
        &mut self,
        engine: &Engine,
        block: &Block,
        lattice: &Lattice,
        beam: &Beam,
        wanted: impl Fn(u32) -> bool,
    ) -> bool {
        self.found.clear();
        let Some(price) = engine.arcs.echo else {
            return false;
        };
        if !(0..block.lines() as u32).any(&wanted) {
            return false;
        }
        self.find_places(block, lattice, beam);
        // A word that is wrong for what stands beside it is alike but for its marks.
        let context = engine.context.as_ref();
        let class = |place: Place| context.map_or(place.word, |table| table.class(place.word));
        self.threes.clear();
        for at in self.places.windows(3) {
            if let &[Some(left), Some(at), Some(right)] = at
                && [left, at, right].iter().all(|place| place.is_sure)
            {
                self.threes.push([class(left), class(right), at.word]);
            }
        }
        self.threes.sort_unstable();
        self.threes.dedup();
        for at in 1..self.places.len().saturating_sub(1) {
            if let [Some(left), Some(place), Some(right)] = self.places[at - 1..=at + 1]
                && !place.is_sure
                && left.word != UNKNOWN
                && right.word != UNKNOWN
                && wanted(block.tokens()[place.from as usize].line)
            {
                let beside = [class(left), class(right)];
                let first = self.threes.partition_point(|three| three[..2] < beside[..]);
                let last = self.threes.len().min(first + MAX_WORDS);
                for k in first..last {
                    let [.., word] = self.threes[k];
                    if self.threes[k][..2] == beside {
                        self.add(engine, block, lattice, place, word, price);
                    }
                }
            }
        }
        !self.found.is_empty()
    }

    fn find_places(&mut self, block: &Block, lattice: &Lattice, beam: &Beam) {
        self.places.clear();
        for &number in beam.path() {
            let arc = lattice.arcs()[number as usize];
            let last = self.places.last_mut().and_then(Option::as_mut);
            let touched = last.filter(|last| last.word == UNKNOWN && last.reach == arc.from);
            match block.tokens()[arc.from as usize].kind {
                TokenKind::Blank => {}
                TokenKind::Word => {
                    let is_read = arc.lm_len == 1 && arc.lm[0] >= FIRST_WORD;
                    let is_word = matches!(arc.output, Output::Word(..) | Output::AsRead);
                    let is_odd = is_odd(block, arc);
                    match touched {
                        Some(last) if is_kept(block, arc) => {
                            (last.to, last.reach) = (arc.to, arc.to);
                        }
                        _ if is_odd || is_read && is_word => self.places.push(Some(Place {
                            from: arc.from,
                            to: arc.to,
                            reach: arc.to,
                            word: if is_odd { UNKNOWN } else { arc.lm[0] },
                            is_sure: !is_odd && beam.posteriors()[number as usize] <= SURE,
                        })),
                        _ => self.places.push(None),
                    }
                }
                // Quotation marks and the like are nothing between words.
                _ if arc.lm_len == 0 => {
                    if let Some(last) = touched {
                        last.reach = arc.to;
                    }
                }
                _ => self.places.push(None),
            }
        }
    }

    /// Takes a word for a place if it is new there, and the text has something of it;
    /// each letter that differs costs `price`.
    fn add(
        &mut self,
        engine: &Engine,
        block: &Block,
        lattice: &Lattice,
        place: Place,
        word: u16,
        price: Cost,
    ) {
        let Place { from, to, .. } = place;
        let is_there = lattice.ending_at(to as usize).any(|a| {
            let arc = &lattice.arcs()[a];
            arc.from == from && arc.lm_len == 1 && arc.lm[0] == word
        });
        // Names, abbreviations and numbers are what they are.
        let read = block.text_of(from as usize, to as usize);
        let is_small = matches!(casing(read), Casing::Lower | Casing::Mixed);
        if is_there || read.is_ascii() && !is_small || read.chars().any(char::is_numeric) {
            return;
        }
        let is_stray = place.reach > to && is_stray_quote(block, to as usize);
        for to in to..=to + u32::from(is_stray) {
            let read = block.text_of(from as usize, to as usize);
            let chars = read.chars().count();
            let spelt = engine.lexicon.word(word.into());
            let apart = self.distance(spelt, read);
            let most = chars.max(bare(spelt).count()) as Cost;
            if !(2..=MAX_CHARS).contains(&chars) || apart >= most {
                continue;
            }
            for &casing in CandidateCasing::plausible(read) {
                let candidate = Candidate {
                    id: word.into(),
                    casing,
                    foreign: false,
                    cost: apart * price,
                };
                let (from, to) = (from as usize, to as usize);
                let arc = word_arc(engine, from, to, &candidate, Before::LowerWord);
                self.found.push(arc);
            }
        }
    }

    /// Levenshtein distance without regard to marks and case, in a row that is
    /// kept.
    fn distance(&mut self, a: &str, b: &str) -> Cost {
        let row = &mut self.row;
        row.clear();
        row.extend(0..=bare(a).count() as Cost);
        for (before, y) in (0..).zip(bare(b)) {
            let (mut corner, mut left) = (before, before + 1);
            row[0] = left;
            for (above, x) in row[1..].iter_mut().zip(bare(a)) {
                let replaced = corner + Cost::from(x != y);
                corner = *above;
                left = replaced.min(left + 1).min(corner + 1);
                *above = left;
            }
        }
        row.last().copied().unwrap_or(0)
    }

    /// Adds what was found.
    pub(crate) fn push(&self, lattice: &mut Lattice) {
        for &arc in &self.found {
            lattice.push(arc);
        }
    }
}

/// Whether the arc keeps its token as it was read.
fn is_kept(block: &Block, arc: Arc) -> bool {
    let number = block.token_number(arc.from as usize, arc.to as usize);
    match arc.output {
        Output::AsRead => true,
        Output::Word(id, _) => number.is_some_and(|n| block.looks(n).word == Some(id)),
        _ => false,
    }
}

/// Whether the arc keeps a token that is no word, of the language or another.
fn is_odd(block: &Block, arc: Arc) -> bool {
    let number = block.token_number(arc.from as usize, arc.to as usize);
    arc.output == Output::AsRead
        && arc.lm[0] == UNKNOWN
        && number.is_some_and(|number| !block.looks(number).is_legal_bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_differ_are_counted() {
        let mut echoes = Echoes::default();
        let mut apart = |a: &str, b: &str| echoes.distance(a, b);
        assert_eq!(apart("vận", "yafm"), 3);
        assert_eq!(apart("chức", "Chl'IC"), 3);
        assert_eq!(apart("về", "VÈẺ"), 1);
        assert_eq!((apart("đến", "DEN"), apart("ở", "")), (0, 1));
    }
}
