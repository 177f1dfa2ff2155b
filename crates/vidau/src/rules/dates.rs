//! Digits of dates that were read as letters: 27/4/2O15, "ngày l5 tháng 6". They
//! are put back only where the calendar has the date so found. Digits that were
//! read as digits are never touched.

/// Years that papers are of.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2099;

/// What a number beside it is a part of a date for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatePart {
    /// "ngày 15"
    Day,
    /// "tháng 6"
    Month,
    /// "năm 2015"
    Year,
}

impl DatePart {
    fn range(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::Day => 1..=31,
            Self::Month => 1..=12,
            Self::Year => YEARS,
        }
    }
}

/// The digit that `c` is, or looks like.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'O' | 'o' => Some('0'),
        'l' | 'I' | '|' => Some('1'),
        'Z' => Some('2'),
        'S' => Some('5'),
        'B' => Some('8'),
        _ => None,
    }
}

fn number(read: &str) -> Option<u32> {
    let mut digits = read.chars().map(|c| digit(c)?.to_digit(10));
    let is_short = read.chars().count() <= 4 && !read.is_empty();
    digits
        .try_fold(0, |sum, digit| Some(10 * sum + digit?))
        .filter(|_| is_short)
}

fn days(month: u32, year: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// Whether the calendar has 27/4/2015, or what is written so.
fn is_date(read: &str) -> Option<bool> {
    let separator = read.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = read.split(separator);
    let date = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then(|| is_day_of(date))?
}

/// The same of day, month and year.
fn is_day_of([day, month, year]: [&str; 3]) -> Option<bool> {
    if day.len() > 2 || month.len() > 2 || year.chars().count() != 4 {
        return None;
    }
    let (day, month, year) = (number(day)?, number(month)?, number(year)?);
    Some(YEARS.contains(&year) && (1..=days(month, year)).contains(&day))
}

fn has_letter(read: &str) -> bool {
    read.contains(|c: char| !c.is_ascii_digit() && digit(c).is_some())
}

/// As many of the signs have to be digits as they are.
fn has_digits(read: &str, least: usize) -> bool {
    read.chars().filter(char::is_ascii_digit).count() >= least
}

fn in_digits(read: &str) -> impl Iterator<Item = char> {
    read.chars().map(|c| digit(c).unwrap_or(c))
}

/// The date `read` with its digits put back; `None` when there is nothing to
/// repair, or the calendar does not have it.
pub(crate) fn repair_date(read: &str) -> Option<impl Iterator<Item = char>> {
    let is_sure = has_letter(read) && has_digits(read, 3) && is_date(read) == Some(true);
    is_sure.then(|| in_digits(read))
}

/// The same for a number beside "ngày", "tháng" or "năm"; for one in letters
/// alone only in a `whole` date whose other numbers are in digits.
pub(crate) fn repair_date_part<'r>(
    read: &'r str,
    part: DatePart,
    whole: Option<[&str; 3]>,
) -> Option<impl Iterator<Item = char> + use<'r>> {
    let least = if part == DatePart::Year { 2 } else { 1 };
    let is_proved = |date: [&str; 3]| {
        let in_letters = date.iter().filter(|number| has_letter(number)).count();
        in_letters == 1 && is_day_of(date) == Some(true)
    };
    let is_sure = has_letter(read)
        && number(read).is_some_and(|n| part.range().contains(&n))
        && (has_digits(read, least) || whole.is_some_and(is_proved));
    is_sure.then(|| in_digits(read))
}

/// Whether `read` has the form of a date but is none.
pub(crate) fn is_impossible_date(read: &str) -> bool {
    let is_digit_or_stroke = |c: char| c.is_ascii_digit() || c == '/';
    read.chars().all(is_digit_or_stroke) && is_date(read) == Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_proves_a_date() {
        for (read, date) in [
            ("27/4/2O15", "27/4/2015"),
            ("l5/6/2015", "15/6/2015"),
            ("O1-O2-1986", "01-02-1986"),
            ("29/2/2O16", "29/2/2016"),
        ] {
            let repaired = repair_date(read).map(String::from_iter);
            assert_eq!(repaired.as_deref(), Some(date), "{read}");
        }
        for read in [
            "29/2/2O15",
            "31/4/2O15",
            "27/4/2015",
            "27/4/15",
            "1/2/3/2O15",
            "S/B/SOlO",
        ] {
            assert!(repair_date(read).is_none(), "{read}");
        }
    }

    #[test]
    fn parts_of_dates() {
        let repaired = |read, part| repair_date_part(read, part, None).map(String::from_iter);
        assert_eq!(repaired("l5", DatePart::Day).as_deref(), Some("15"));
        assert_eq!(repaired("O9", DatePart::Month).as_deref(), Some("09"));
        assert_eq!(repaired("2O15", DatePart::Year).as_deref(), Some("2015"));
        assert_eq!(repaired("4l", DatePart::Day), None);
        assert_eq!(repaired("l3", DatePart::Month), None);
        assert_eq!(repaired("l", DatePart::Day), None);
        assert_eq!(repaired("3O15", DatePart::Year), None);
        assert_eq!(repaired("15", DatePart::Day), None);
    }

    #[test]
    fn parts_in_letters_alone() {
        let month = |date: [&'static str; 3]| {
            repair_date_part(date[1], DatePart::Month, Some(date)).map(String::from_iter)
        };
        assert_eq!(month(["12", "OI", "2026"]).as_deref(), Some("01"));
        assert_eq!(month(["12", "l", "2026"]).as_deref(), Some("1"));
        assert_eq!(month(["3l", "OI", "2026"]), None);
        assert_eq!(month(["32", "OI", "2026"]), None);
        assert_eq!(month(["12", "OI", "206"]), None);
        assert_eq!(month(["12", "01", "2026"]), None);
        assert_eq!(month(["12", "tới", "2026"]), None);
    }

    #[test]
    fn dates_that_no_calendar_has() {
        assert!(is_impossible_date("31/4/2015") && is_impossible_date("15/13/2015"));
        assert!(!is_impossible_date("30/4/2015") && !is_impossible_date("59/2023"));
    }
}
