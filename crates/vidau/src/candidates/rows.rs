//! Rows of costs: the least at which the letters so far are read as the first
//! so many characters.
//!
//! Costs have 16 bits here, so that the row of a usual token is one register;
//! what is dearer than any bound stays at [`NEVER`].

use wide::i16x8;

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
pub(super) struct ByCount(i16x8);

const _: () = assert!(MANY_LETTERS + 1 == LANES);

impl ByCount {
    pub(super) const NONE: Self = Self(i16x8::splat(NEVER));

    #[inline]
    pub(super) fn get(&self, letters: usize) -> Cell {
        self.0.as_array()[letters.min(MANY_LETTERS)]
    }

    /// Whatever the number.
    #[inline]
    pub(super) fn many(&self) -> Cell {
        self.get(MANY_LETTERS)
    }

    #[inline]
    pub(super) fn lower(&mut self, letters: usize, cost: Cell) {
        let cell = &mut self.0.as_mut_array()[letters.min(MANY_LETTERS)];
        *cell = cost.min(*cell);
    }

    /// Lowers each to `cost` above the other.
    #[inline]
    pub(super) fn lower_all(&mut self, other: &Self, cost: Cell) {
        let other = other.0.saturating_add(i16x8::splat(cost));
        self.0 = self.0.min(other);
    }

    /// The least sums of a row and what is to be paid after each of its cells.
    #[inline]
    pub(super) fn least_sums(row: &Row, rests: &[Self]) -> Self {
        let mut least = Self::NONE;
        for (&so_far, rest) in row.0[1..].iter().zip(rests) {
            least.lower_all(rest, so_far);
        }
        least
    }

    /// The least sum with `words` of what is at most `limit` and has words;
    /// [`NEVER`] if nothing is.
    #[inline]
    pub(super) fn least_price(&self, words: &Self, limit: Cell) -> Cell {
        self.least_price_but(words, limit, i16x8::splat(0))
    }

    /// The same of words that have letters to come.
    #[inline]
    pub(super) fn least_price_with_letters(&self, words: &Self, limit: Cell) -> Cell {
        self.least_price_but(words, limit, i16x8::new([-1, 0, 0, 0, 0, 0, 0, 0]))
    }

    #[inline(always)]
    fn least_price_but(&self, words: &Self, limit: Cell, but: i16x8) -> Cell {
        let never = i16x8::splat(NEVER);
        let price = self.0.saturating_add(words.0);
        let price = price.min(i16x8::splat(NEVER - 1));
        let is_out = self.0.simd_gt(i16x8::splat(limit)) | words.0.simd_eq(never) | but;
        is_out.select(never, price).reduce_min()
    }

    /// After one of the letters to come.
    #[inline]
    pub(super) fn after_one(&self) -> Self {
        let mut fewer = [self.many(); LANES];
        fewer[..MANY_LETTERS].copy_from_slice(&self.0.as_array()[1..]);
        Self(i16x8::new(fewer))
    }

    /// Each at least `cost`.
    #[inline]
    pub(super) fn at_least(&self, cost: Cell) -> Self {
        Self(self.0.max(i16x8::splat(cost)))
    }

    /// Before one more letter.
    #[inline]
    pub(super) fn with_one_more(&self) -> Self {
        let mut more = [NEVER; LANES];
        more[1..].copy_from_slice(&self.0.as_array()[..MANY_LETTERS]);
        let mut more = Self(i16x8::new(more));
        more.lower(MANY_LETTERS, self.many());
        more
    }
}

/// Costs by the code of a letter, below 32.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByLetter([i16x8; 32 / LANES]);

impl ByLetter {
    /// The same for all.
    #[inline]
    pub(super) fn of(cost: Cell) -> Self {
        Self([i16x8::splat(cost); 32 / LANES])
    }

    #[inline]
    pub(super) fn get(&self, letter: u8) -> Cell {
        let letter = usize::from(letter & 31);
        self.0[letter / LANES].as_array()[letter % LANES]
    }

    #[inline]
    pub(super) fn lower(&mut self, letter: u8, cost: Cell) {
        let letter = usize::from(letter & 31);
        let cell = &mut self.0[letter / LANES].as_mut_array()[letter % LANES];
        *cell = cost.min(*cell);
    }

    /// Lowers each to what the other has, or `floor` where that is more, `so_far`
    /// added.
    #[inline]
    pub(super) fn lower_all(&mut self, other: &Self, floor: Cell, so_far: Cell) {
        let (floor, so_far) = (i16x8::splat(floor), i16x8::splat(so_far));
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = own.min(other.max(floor).saturating_add(so_far));
        }
    }

    /// The lesser of both.
    #[inline]
    pub(super) fn min(mut self, other: &Self) -> Self {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = own.min(other);
        }
        self
    }

    /// Which letters cost `limit` at most, as bits.
    #[inline]
    pub(super) fn at_most(&self, limit: Cell) -> u32 {
        let limit = i16x8::splat(limit);
        let dearer = self
            .0
            .iter()
            .rev()
            .map(|eight| eight.simd_gt(limit).to_bitmask());
        !dearer.fold(0, |bits, eight| bits << LANES | eight)
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
        let deletion = i16x8::splat(deletion);
        let (stay, shift, read) = (
            eights(last.cells::<W>()),
            eights(last.before::<W>()),
            eights(read),
        );
        let cells = self.0[1..].chunks_exact_mut(LANES).take(W / LANES);
        for (((cells, stay), shift), read) in cells.zip(stay).zip(shift).zip(read) {
            let substituted = shift.saturating_add(read);
            let deleted = stay.saturating_add(deletion);
            cells.copy_from_slice(substituted.min(deleted).as_array());
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

    /// What is to be paid at least after what `so_far` has, where the `whole` costs
    /// at least so much and what is to come at least `rest`.
    #[inline]
    pub(super) fn set_rest<const W: usize>(&mut self, rest: &Self, so_far: &Self, whole: Cell) {
        let whole = i16x8::splat(whole);
        let (rest, so_far) = (eights(rest.cells::<W>()), eights(so_far.cells::<W>()));
        let cells = self.0[1..].chunks_exact_mut(LANES).take(W / LANES);
        for ((cells, rest), so_far) in cells.zip(rest).zip(so_far) {
            let to_come = rest.max(whole.saturating_sub(so_far));
            cells.copy_from_slice(to_come.as_array());
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

/// Cells in one register.
const LANES: usize = 8;

#[inline(always)]
fn eights<const W: usize>(cells: &[Cell; W]) -> impl Iterator<Item = i16x8> {
    cells
        .as_chunks::<LANES>()
        .0
        .iter()
        .map(|&eight| i16x8::new(eight))
}

#[inline(always)]
fn least_sum<const W: usize>(a: &[Cell; W], b: &[Cell; W]) -> Cell {
    let sums = eights(a).zip(eights(b)).map(|(a, b)| a.saturating_add(b));
    sums.fold(i16x8::splat(NEVER), i16x8::min).reduce_min()
}
