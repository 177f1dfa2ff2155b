//! N-grams packed into integers, oldest word in the highest bits.

/// Bits of an id.
const BITS: usize = 16;

/// A packed n-gram; integers compare as the n-grams do.
pub(super) trait Key: Copy + Ord + Default + Send + Sync + std::fmt::Debug {
    /// Appends a word and keeps the last `order` words.
    fn push(self, id: u16, order: usize) -> Self;
    /// The last `length` words.
    fn suffix(self, length: usize) -> Self;
    /// All but the last word.
    fn context(self) -> Self;
    /// The last word.
    fn last(self) -> u16;
    /// How many of the words of an n-gram of `order` are `id` before another comes.
    fn leading(self, id: u16, order: usize) -> usize;
}

macro_rules! packed {
    ($int:ty) => {
        impl Key for $int {
            fn push(self, id: u16, order: usize) -> Self {
                ((self << BITS) | <$int>::from(id)).suffix(order)
            }

            fn suffix(self, length: usize) -> Self {
                self & (<$int>::MAX >> (<$int>::BITS as usize - BITS * length))
            }

            fn context(self) -> Self {
                self >> BITS
            }

            fn last(self) -> u16 {
                self as u16
            }

            fn leading(self, id: u16, order: usize) -> usize {
                let word = |i: usize| (self >> (BITS * (order - 1 - i))) as u16;
                (0..order).take_while(|&i| word(i) == id).count()
            }
        }
    };
}

packed!(u64);
packed!(u128);
