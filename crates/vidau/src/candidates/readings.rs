//! What the stretches of one token may stand for, and what the characters
//! before and after them cost at least.

use std::ops::Range;

use super::index::{MAX_OBSERVED, MAX_WRITTEN, ProfileIndex, base_code, char_code, observed_key};
use super::limits::Limits;
use super::rows::{ByCount, ByLetter, Cell, MANY_LETTERS, NEVER, Row, cell};
use crate::cost::Cost;
use crate::syllable::Letter;

/// Longest token that is looked up, in characters.
pub(crate) const MAX_TOKEN: usize = 32;

/// A group of base letters at one place of the token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// Observed characters before it, and before what follows it.
    pub(super) start: u8,
    pub(super) end: u8,
    /// Least cost over marks and cases.
    pub(super) least: Cell,
    /// Its number in the profile.
    pub(super) group: u32,
    next: u32,
}

/// A longer group of which the first letters are there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    pub(super) start: u8,
    /// The code of the letter that must come next.
    pub(super) letter: u8,
    /// The group's own cost and that of the characters after it.
    pub(super) least: Cell,
    next: u32,
}

/// A stretch of the token that the channel knows as a reading.
#[derive(Debug, Clone)]
struct Stretch {
    start: u8,
    end: u8,
    /// The least cost by the number of letters, less one.
    least: [Cell; MAX_WRITTEN],
    groups: Range<u32>,
}

#[derive(Debug)]
pub(super) struct Readings {
    codes: Vec<u16>,
    /// The token's letters; `None` for other characters.
    letters: Vec<Option<Letter>>,
    stretches: Vec<Stretch>,
    links: Vec<Link>,
    /// First link of each group of base letters, plus one; 0 for none.
    heads: Vec<u32>,
    touched: Vec<u16>,
    /// The same for single letters that are read as one character or none;
    /// beside them what each costs at least, there and then.
    singles: [u32; 32],
    read: [Row; 32],
    lost: ByLetter,
    /// The same for the first letter, and the first two, of longer groups.
    aheads: Vec<Ahead>,
    ahead_heads: Vec<u32>,
    touched_ahead: Vec<u16>,
    /// For each start the least cost of a group that begins with a letter, and
    /// of the characters after the group.
    leads: Vec<ByLetter>,
    /// For each number of characters the least cost of those after them, what
    /// a walk must still pay at least: by how many letters are to come, the
    /// last for any number.
    rests: [ByCount; MAX_TOKEN + 1],
    /// The same in rows, and where there are so many letters at most.
    exact_rests: [Row; MANY_LETTERS + 1],
    most_rests: [Row; MANY_LETTERS + 1],
    /// The least cost of those before, whatever the letters.
    before: Row,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            codes: Vec::new(),
            letters: Vec::new(),
            stretches: Vec::new(),
            links: Vec::new(),
            heads: vec![0; 1 << (5 * MAX_WRITTEN)],
            touched: Vec::new(),
            singles: [0; 32],
            read: [Row::default(); 32],
            lost: ByLetter::of(NEVER),
            aheads: Vec::new(),
            ahead_heads: vec![0; 1 << (5 * (MAX_WRITTEN - 1))],
            touched_ahead: Vec::new(),
            leads: vec![ByLetter::of(NEVER); MAX_TOKEN + 1],
            rests: [ByCount::NONE; MAX_TOKEN + 1],
            exact_rests: [Row::default(); MANY_LETTERS + 1],
            most_rests: [Row::default(); MANY_LETTERS + 1],
            before: Row::default(),
        }
    }
}

impl Readings {
    /// Looks up a token's stretches in a profile; false for a token that is
    /// too long, or empty.
    pub(super) fn begin(&mut self, token: &str, channel: &ProfileIndex) -> bool {
        let characters = || token.chars().take(MAX_TOKEN + 1);
        self.codes.clear();
        self.codes.extend(characters().map(char_code));
        self.letters.clear();
        self.letters.extend(characters().map(Letter::from_char));
        if self.codes.is_empty() || self.codes.len() > MAX_TOKEN {
            return false;
        }
        self.find_stretches(channel);
        self.find_before(channel);
        self.find_rests(channel);
        true
    }

    /// The token's length in characters.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// The code of the base letter that was read as number `at`; 0 for none.
    #[inline]
    pub(super) fn letter(&self, at: usize) -> u8 {
        let letter = self.letters.get(at).copied().flatten();
        letter.map_or(0, |letter| base_code(letter.base) as u8)
    }

    /// Whether letters are marked as they were read.
    pub(super) fn are_marks(&self, marks: &[u8]) -> bool {
        self.letters.len() == marks.len()
            && (self.letters.iter().zip(marks))
                .all(|(letter, &mark)| letter.is_some_and(|l| l.mark == mark))
    }

    /// What is to be paid at least after each number of characters, with so many
    /// `letters` to come.
    #[inline]
    pub(super) fn exact_rest(&self, letters: usize) -> &Row {
        &self.exact_rests[letters.min(MANY_LETTERS)]
    }

    /// The same with at most so many.
    #[inline]
    pub(super) fn rest(&self, letters: usize) -> &Row {
        &self.most_rests[letters.min(MANY_LETTERS)]
    }

    /// What is to be paid at least after each number of characters, by how many
    /// letters are to come.
    #[inline]
    pub(super) fn rests(&self) -> &[ByCount] {
        &self.rests[..=self.codes.len()]
    }

    /// What the whole token costs at least.
    pub(super) fn least(&self) -> Cost {
        self.rests[0].many().into()
    }

    /// For each start the least cost of a group that begins with a letter, and
    /// of the characters after the group.
    #[inline]
    pub(super) fn leads(&self) -> &[ByLetter] {
        &self.leads[..=self.codes.len()]
    }

    /// What it costs at least that a letter is read as the one character
    /// before each place, and as none.
    #[inline]
    pub(super) fn single(&self, letter: u8) -> (&Row, Cell) {
        (&self.read[usize::from(letter & 31)], self.lost.get(letter))
    }

    /// Where a letter is read as one character or none.
    #[inline]
    pub(super) fn single_links(&self, letter: u8) -> impl Iterator<Item = &Link> {
        self.links_from(self.singles[usize::from(letter & 31)])
    }

    /// Where the last `letters` of `trail` are read as anything else.
    #[inline]
    pub(super) fn other_links(&self, trail: u16, letters: usize) -> impl Iterator<Item = &Link> {
        self.links_from(self.heads[usize::from(trail & ((1 << (5 * letters)) - 1))])
    }

    #[inline]
    fn links_from(&self, head: u32) -> impl Iterator<Item = &Link> {
        let mut at = head;
        std::iter::from_fn(move || {
            let link = self.links.get(at.checked_sub(1)? as usize)?;
            at = link.next;
            Some(link)
        })
    }

    /// Where a longer group may have begun with the last `letters` of `trail`.
    #[inline]
    pub(super) fn aheads(&self, trail: u16, letters: usize) -> impl Iterator<Item = &Ahead> {
        let mut at = self.ahead_heads[usize::from(trail & ((1 << (5 * letters)) - 1))];
        std::iter::from_fn(move || {
            let ahead = self.aheads.get(at.checked_sub(1)? as usize)?;
            at = ahead.next;
            Some(ahead)
        })
    }

    fn find_stretches(&mut self, channel: &ProfileIndex) {
        let n = self.codes.len();
        self.stretches.clear();
        for start in 0..=n {
            for len in 0..=MAX_OBSERVED.min(n - start) {
                let key = observed_key(self.codes[start..start + len].iter().copied());
                let (groups, least) = channel.groups_of(key);
                if !groups.is_empty() {
                    self.stretches.push(Stretch {
                        start: start as u8,
                        end: (start + len) as u8,
                        least,
                        groups,
                    });
                }
            }
        }
    }

    fn find_before(&mut self, channel: &ProfileIndex) {
        let one = cell(channel.insertion.min(channel.substitution));
        self.before = Row::default();
        self.before.set(0, 0);
        let mut stretches = self.stretches.iter().peekable();
        for j in 0..=self.codes.len() {
            if j > 0 {
                let inserted = self.before.get(j - 1).saturating_add(one);
                self.before.lower(j, inserted);
            }
            let here = self.before.get(j);
            while let Some(s) = stretches.next_if(|s| usize::from(s.start) == j) {
                let [a, b, c] = s.least;
                let least = a.min(b).min(c);
                self.before.lower(s.end.into(), here.saturating_add(least));
            }
        }
    }

    /// What is to be paid at least after each number of characters, for all
    /// numbers of letters at once.
    fn find_rests(&mut self, channel: &ProfileIndex) {
        let n = self.codes.len();
        let substitution = cell(channel.substitution);
        let insertion = cell(channel.insertion);
        // The least that one letter, two, three cost that are not read.
        let (_, mut lost) = channel.groups_of(observed_key(std::iter::empty()));
        lost[0] = cell(channel.deletion).min(lost[0]);
        // After each character; before one letter more, two, three.
        let mut after = [[ByCount::NONE; MAX_WRITTEN + 1]; MAX_TOKEN + 1];
        let mut stretches = self.stretches.iter().rev().peekable();
        for j in (0..=n).rev() {
            let mut here = ByCount::NONE;
            if j < n {
                here.lower_all(&after[j + 1][0], insertion);
                here.lower_all(&after[j + 1][1], substitution);
            } else {
                here.lower(0, 0);
                here.lower(MANY_LETTERS, 0);
            }
            while let Some(s) = stretches.next_if(|s| usize::from(s.start) == j) {
                if s.end > s.start {
                    for (after, least) in after[usize::from(s.end)][1..].iter().zip(s.least) {
                        here.lower_all(after, least);
                    }
                }
            }
            for letters in 1..MANY_LETTERS {
                for (taken, cost) in (1..=letters).zip(lost) {
                    let fewer = here.get(letters - taken);
                    here.lower(letters, fewer.saturating_add(cost));
                }
            }
            let mut more = here;
            for after in &mut after[j] {
                *after = more;
                more = more.with_one_more();
            }
            self.rests[j] = here;
        }
        self.exact_rests = [Row::default(); MANY_LETTERS + 1];
        self.most_rests = [Row::default(); MANY_LETTERS + 1];
        let rows = self.exact_rests.iter_mut().zip(&mut self.most_rests);
        for (letters, (exact, most)) in rows.enumerate() {
            for (j, rest) in self.rests[..=n].iter().enumerate() {
                exact.set(j, rest.get(letters));
            }
            *most = *exact;
        }
        for letters in 1..MANY_LETTERS {
            let (fewer, most) = self.most_rests.split_at_mut(letters);
            for j in 0..=n {
                most[0].lower(j, fewer[letters - 1].get(j));
            }
        }
    }

    /// Collects what the stretches may stand for, as far as a reading with it
    /// can be within the limits, for words that cost at least `word`.
    pub(super) fn link(&mut self, channel: &ProfileIndex, limits: &mut Limits, word: Cost) {
        for group in self.touched.drain(..) {
            self.heads[usize::from(group)] = 0;
        }
        for start in self.touched_ahead.drain(..) {
            self.ahead_heads[usize::from(start)] = 0;
        }
        self.links.clear();
        self.aheads.clear();
        self.singles = [0; 32];
        self.read = [Row::of(cell(channel.substitution)); 32];
        self.lost = ByLetter::of(cell(channel.deletion));
        self.leads[..=self.codes.len()].fill(ByLetter::of(NEVER));
        for i in 0..self.stretches.len() {
            let Stretch {
                start,
                end,
                ref groups,
                ..
            } = self.stretches[i];
            let numbers = groups.clone();
            let rest = self.rests[usize::from(end)].many();
            let around = Cost::from(self.before.get(start.into())) + Cost::from(rest);
            let groups = channel.groups(numbers.clone());
            for (number, group) in numbers.zip(groups) {
                if limits.leave_out(around + group.least, word) {
                    break;
                }
                let least = cell(group.least);
                let is_single = group.base < 32 && end - start < 2;
                let head = if is_single {
                    let letter = usize::from(group.base);
                    if start < end {
                        self.read[letter].lower(end.into(), least);
                    } else {
                        self.lost.lower(letter as u8, least);
                    }
                    &mut self.singles[letter]
                } else {
                    let head = &mut self.heads[usize::from(group.base)];
                    if *head == 0 {
                        self.touched.push(group.base);
                    }
                    head
                };
                self.links.push(Link {
                    start,
                    end,
                    least,
                    group: number,
                    next: *head,
                });
                *head = self.links.len() as u32;
                let least = least.saturating_add(rest);
                let mut first = group.base;
                while first > 31 {
                    let letter = (first & 31) as u8;
                    first >>= 5;
                    self.link_ahead(first, letter, start, least);
                }
                self.leads[usize::from(start)].lower(first as u8, least);
            }
        }
    }

    /// Notes that a group of the letters `first`, and then `letter`, may
    /// follow `start` characters.
    fn link_ahead(&mut self, first: u16, letter: u8, start: u8, least: Cell) {
        let head = &mut self.ahead_heads[usize::from(first)];
        if *head == 0 {
            self.touched_ahead.push(first);
        }
        let mut at = *head;
        while at > 0 {
            let known = &mut self.aheads[at as usize - 1];
            if (known.start, known.letter) == (start, letter) {
                known.least = known.least.min(least);
                return;
            }
            at = known.next;
        }
        self.aheads.push(Ahead {
            start,
            letter,
            least,
            next: *head,
        });
        *head = self.aheads.len() as u32;
    }
}
