//! Roman numbers of headings: I11. is III., lV. is IV.

/// The highest number of a heading.
const MOST: u32 = 39;

/// Numbers of headings as they come along a text.
#[derive(Debug, Default)]
pub(crate) struct Headings {
    last: u32,
}

impl Headings {
    /// Forgets the headings.
    pub(crate) fn clear(&mut self) {
        self.last = 0;
    }

    /// Reads `read`, which stands before a full stop at the start of a line
    /// with a heading behind; true, and `written` is set, if it is a number that
    /// is written otherwise. A number without any of I, V, X as it was read has to follow
    /// the last heading's; two strokes after II have lost one, while one after I may be
    /// a 1.
    pub(crate) fn read(&mut self, read: &str, written: &mut String) -> bool {
        let Some(mut number) = number(read) else {
            return false;
        };
        if number == 2 && self.last == 2 && read.chars().all(|c| matches!(c, 'l' | '1' | '|')) {
            number = 3;
        }
        let has_letter = read.contains(['I', 'V', 'X']) && !read.contains('H');
        let comes_back = read.ends_with('L') && number <= self.last;
        if number != self.last + 1 && (!has_letter || comes_back) {
            return false;
        }
        self.last = number;
        written.clear();
        written.extend(roman(number));
        written != read
    }

    /// Reads `read`, which stands where [`read`](Self::read) expects a number, but
    /// without a full stop: its L may be an I with one. It has to follow the last
    /// heading's.
    pub(crate) fn read_with_stop(&mut self, read: &str, written: &mut String) -> bool {
        let follows = read.ends_with('L') && number(read) == Some(self.last + 1);
        let is_number = follows && self.last > 0 && self.read(read, written);
        if is_number {
            written.push('.');
        }
        is_number
    }
}

/// The Roman number that `read` is, or looks like. The last I may have run together
/// with the stop: L.
fn number(read: &str) -> Option<u32> {
    if read.is_empty() || read.len() > 8 || read.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let units_of = |c: char| -> Option<&[u32]> {
        match c {
            'I' | 'l' | '1' | '|' => Some(&[1]),
            'H' => Some(&[1, 1]),
            'V' => Some(&[5]),
            'X' => Some(&[10]),
            _ => None,
        }
    };
    let before = read.strip_suffix('L').filter(|b| b.ends_with(['I', 'V']));
    let rest = before.unwrap_or(read);
    if rest.chars().any(|c| units_of(c).is_none()) {
        return None;
    }
    let last = before.map(|_| 1);
    let letters = || rest.chars().filter_map(units_of).flatten().copied();
    (1..=MOST).find(|&number| units(number).eq(letters().chain(last)))
}

/// The letters of a number, by what they are worth.
fn units(number: u32) -> impl Iterator<Item = u32> {
    let tens = (0..number / 10).map(|_| 10);
    let ones: &[u32] = match number % 10 {
        1 => &[1],
        2 => &[1, 1],
        3 => &[1, 1, 1],
        4 => &[1, 5],
        5 => &[5],
        6 => &[5, 1],
        7 => &[5, 1, 1],
        8 => &[5, 1, 1, 1],
        9 => &[1, 10],
        _ => &[],
    };
    tens.chain(ones.iter().copied())
}

/// Whether `text` is a Roman number as it is written, up to XXXIX, in letters of
/// either case.
pub(crate) fn is_roman(text: &str) -> bool {
    let is_letter = |c: char| matches!(c, 'I' | 'V' | 'X' | 'i' | 'v' | 'x');
    let same = |number| roman(number).eq(text.chars().map(|c| c.to_ascii_uppercase()));
    text.chars().all(is_letter) && (1..=MOST).any(same)
}

fn roman(number: u32) -> impl Iterator<Item = char> {
    let letter = |unit| match unit {
        1 => 'I',
        5 => 'V',
        _ => 'X',
    };
    units(number).map(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(read: &str) -> String {
        let mut headings = Headings::default();
        let mut written = String::new();
        let is = read.split(' ').map(|read| {
            let is_other = headings.read(read, &mut written);
            if is_other { &written } else { read }.to_owned()
        });
        is.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn look_alikes_of_roman_letters() {
        assert_eq!(repaired("I Il I11 lV V Vl VIl"), "I II III IV V VI VII");
        assert_eq!(repaired("l ll HI"), "I II III");
        assert_eq!(repaired("X1X X|"), "XIX XI");
        assert_eq!(repaired("I ll ll IVL"), "I II III IVL");
        assert_eq!(repaired("I IIL IV VL VIL VIL"), "I III IV VI VII VIL");
    }

    #[test]
    fn a_stop_that_ran_together_with_the_last_letter() {
        let mut headings = Headings::default();
        let mut written = String::new();
        assert!(!headings.read_with_stop("IL", &mut written));
        headings.read("I", &mut written);
        assert!(!headings.read_with_stop("VIL", &mut written));
        assert!(headings.read_with_stop("IL", &mut written));
        assert_eq!(written, "II.");
    }

    #[test]
    fn numbers_as_they_are_written() {
        assert!(
            ["I", "ii", "IV", "XI", "xix", "XXXIX"]
                .into_iter()
                .all(is_roman)
        );
        assert!(
            !["", "IIII", "VX", "Xl", "XL", "L", "XI1"]
                .into_iter()
                .any(is_roman)
        );
    }

    #[test]
    fn what_is_no_number_or_out_of_order_stays() {
        for read in [
            "1 2 11",
            "ll",
            "H",
            "IlV",
            "VX",
            "IIII",
            "Vi",
            "XL",
            "L",
            "I l",
            "I II III lll",
            "l1lllllllllll",
        ] {
            assert_eq!(repaired(read), read);
        }
    }
}
