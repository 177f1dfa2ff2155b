//! Rows of costs: the least at which the letters so far are read as the first
//! so many characters.
//!
//! Costs have 16 bits here, so that the row of a usual token is one register;
//! what is dearer than any bound stays at [`NEVER`].

use super::readings::MAX_TOKEN;

/// A cost in a row.
pub(super) type Cell = i16;
/// Above every bound.
pub(super) const NEVER: Cell = Cell::MAX;

/// A cell for each number of characters from none on, and one before them
/// that is always [`NEVER`], to be shifted in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row([Cell; 1 + MAX_TOKEN + 8]);

impl Default for Row {
    fn default() -> Self {
        Self([NEVER; 1 + MAX_TOKEN + 8])
    }
}

/// Words with as many letters to come, or more, are taken together. Syllables
/// have at most as many after none.
pub(super) const MANY_LETTERS: usize = 7;

/// Costs by how many letters are to come, the last for [`MANY_LETTERS`] or more.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByCount([Cell; MANY_LETTERS + 1]);

impl ByCount {
    pub(super) const NONE: Self = Self([NEVER; MANY_LETTERS + 1]);

    #[inline]
    pub(super) fn get(&self, letters: usize) -> Cell {
        self.0[letters.min(MANY_LETTERS)]
    }

    /// Whatever the number.
    #[inline]
    pub(super) fn many(&self) -> Cell {
        self.0[MANY_LETTERS]
    }

    #[inline]
    pub(super) fn lower(&mut self, letters: usize, cost: Cell) {
        let cell = &mut self.0[letters.min(MANY_LETTERS)];
        *cell = cost.min(*cell);
    }

    /// Lowers each to `cost` above the other. Not inlined, or the cells would be
    /// taken one by one.
    #[inline(never)]
    pub(super) fn lower_all(&mut self, other: &Self, cost: Cell) {
        for k in 0..=MANY_LETTERS {
            self.0[k] = other.0[k].saturating_add(cost).min(self.0[k]);
        }
    }

    /// Before one more letter.
    #[inline]
    pub(super) fn with_one_more(&self) -> Self {
        let mut more = Self::NONE;
        more.0[1..].copy_from_slice(&self.0[..MANY_LETTERS]);
        more.lower(MANY_LETTERS, self.many());
        more
    }
}

/// A cost as a cell; costs are not negative.
#[inline]
pub(super) fn cell(cost: i32) -> Cell {
    Cell::try_from(cost).unwrap_or(NEVER)
}

impl Row {
    /// The same cost everywhere.
    pub(super) fn of(cost: Cell) -> Self {
        Self([cost; 1 + MAX_TOKEN + 8])
    }

    #[inline]
    pub(super) fn get(&self, characters: usize) -> Cell {
        self.0[1 + characters]
    }

    #[inline]
    pub(super) fn set(&mut self, characters: usize, cost: Cell) {
        self.0[1 + characters] = cost;
    }

    #[inline]
    pub(super) fn lower(&mut self, characters: usize, cost: Cell) {
        let cell = &mut self.0[1 + characters];
        *cell = cost.min(*cell);
    }

    /// The first `W` cells.
    #[inline]
    fn cells<const W: usize>(&self) -> &[Cell; W] {
        self.0[1..].first_chunk().unwrap_or(&[NEVER; W])
    }

    /// The cells before each of the first `W`.
    #[inline]
    fn before<const W: usize>(&self) -> &[Cell; W] {
        self.0.first_chunk().unwrap_or(&[NEVER; W])
    }

    /// What a letter after those of `last` can do: be read as one character,
    /// which has its cost for each place in `read`, or not at all.
    #[inline]
    pub(super) fn one_letter<const W: usize>(&mut self, last: &Self, read: &Self, deletion: Cell) {
        self.letter::<W>(last, read.cells(), deletion);
    }

    /// The same for any letter.
    #[inline]
    pub(super) fn any_letter<const W: usize>(
        &mut self,
        last: &Self,
        substitution: Cell,
        deletion: Cell,
    ) {
        self.letter::<W>(last, &[substitution; W], deletion);
    }

    #[inline(always)]
    fn letter<const W: usize>(&mut self, last: &Self, read: &[Cell; W], deletion: Cell) {
        let (stay, shift) = (last.cells::<W>(), last.before::<W>());
        if let Some(cells) = self.0[1..].first_chunk_mut::<W>() {
            for k in 0..W {
                let substituted = shift[k].saturating_add(read[k]);
                let deleted = stay[k].saturating_add(deletion);
                cells[k] = substituted.min(deleted);
            }
        }
    }

    /// What any character can do: stand there for nothing.
    #[inline]
    pub(super) fn insert<const W: usize>(&mut self, insertion: Cell) {
        let mut left = NEVER;
        if let Some(cells) = self.0[1..].first_chunk_mut::<W>() {
            for cell in cells {
                left = left.saturating_add(insertion).min(*cell);
                *cell = left;
            }
        }
    }

    /// The least of the whole: this row, and `rest` for the characters after.
    #[inline]
    pub(super) fn least_with<const W: usize>(&self, rest: &Self) -> Cell {
        least_sum(self.cells::<W>(), rest.cells())
    }

    /// The same if the next character stood for nothing, without its price.
    #[inline]
    pub(super) fn least_without_next<const W: usize>(&self, rest: &Self) -> Cell {
        least_sum(self.before::<W>(), rest.cells())
    }
}

/// The least sum, eight columns at a time; `W` is a multiple of eight. Plain
/// loops, since iterators are not always taken apart into instructions for
/// eight.
#[inline(always)]
fn least_sum<const W: usize>(a: &[Cell; W], b: &[Cell; W]) -> Cell {
    let mut eight = [NEVER; 8];
    let mut at = 0;
    while at + 8 <= W {
        for k in 0..8 {
            eight[k] = a[at + k].saturating_add(b[at + k]).min(eight[k]);
        }
        at += 8;
    }
    let mut half = 4;
    while half > 0 {
        for k in 0..half {
            eight[k] = eight[k].min(eight[k + half]);
        }
        half /= 2;
    }
    eight[0]
}
