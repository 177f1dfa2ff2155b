//! What stands on every page and belongs to none: its number and its head.

use std::collections::HashMap;

use super::lines::Page;

/// Without form feeds, numbers of pages have so many lines of text between them.
const APART: usize = 10;
/// So many numbers in a row are no accident, where nothing else tells pages.
const IN_A_ROW: usize = 3;
/// A head stands on so many pages.
const REPEATED: usize = 3;
/// Lines from the top of a page among which a document's head is looked for.
const TOP: usize = 5;

/// A line that has something on it.
struct Filled<'t> {
    /// Its number in the text.
    at: usize,
    text: &'t str,
}

/// The lines that are to go.
pub(super) fn find(pages: &[Page<'_>]) -> Vec<usize> {
    let mut first = 0;
    let mut filled = Vec::with_capacity(pages.len());
    for page in pages {
        let lines = page.lines.iter().enumerate();
        let lines = lines.map(|(i, line)| Filled {
            at: first + i,
            text: line.trim(),
        });
        let lines: Vec<Filled<'_>> = lines.filter(|line| !line.text.is_empty()).collect();
        first += page.lines.len();
        filled.push(lines);
    }
    let texts = filled.iter().filter(|page| !page.is_empty()).count();
    if texts < 2 {
        return numbers_apart(filled.iter().flatten(), pages);
    }
    let mut found = numbers_of_pages(&filled);
    found.extend(heads(&filled));
    found
}

/// The number in a line that has nothing else but signs or the word for page.
fn number(line: &str) -> Option<usize> {
    let is_sign = |c: char| !c.is_alphanumeric();
    let rest = line.trim_matches(is_sign);
    let rest = ["Trang", "trang", "TRANG"]
        .iter()
        .find_map(|word| rest.strip_prefix(word))
        .unwrap_or(rest)
        .trim_matches(is_sign);
    // As in 3/12.
    let rest = rest.split_once('/').map_or(rest, |(page, of)| {
        if of.trim().parse::<usize>().is_ok() {
            page.trim()
        } else {
            rest
        }
    });
    rest.parse().ok().filter(|&n| n < 10_000)
}

/// First or last lines that count the pages.
fn numbers_of_pages(pages: &[Vec<Filled<'_>>]) -> Vec<usize> {
    let mut by_start: HashMap<usize, Vec<usize>> = HashMap::new();
    for (i, page) in pages.iter().enumerate() {
        let ends = [page.first(), page.last()];
        // A page of one line has it at both ends.
        let ends = &ends[..ends.len().min(page.len())];
        for line in ends.iter().flatten() {
            if let Some(n) = number(line.text) {
                let start = (n + pages.len()).saturating_sub(i);
                by_start.entry(start).or_default().push(line.at);
            }
        }
    }
    let of_pages = by_start.into_values().filter(|lines| lines.len() >= 2);
    of_pages.flatten().collect()
}

/// Numbers in lines of their own, blank lines around them, one higher than the
/// one before, with much text between.
fn numbers_apart<'p>(
    lines: impl Iterator<Item = &'p Filled<'p>>,
    pages: &[Page<'_>],
) -> Vec<usize> {
    let all: Vec<&str> = pages
        .iter()
        .flat_map(|page| page.lines.iter().copied())
        .collect();
    let is_blank = |i: Option<usize>| {
        i.and_then(|i| all.get(i))
            .is_none_or(|line| line.trim().is_empty())
    };
    // Line, number, filled lines before it.
    let alone = lines.enumerate().filter_map(|(before, line)| {
        let stands_alone = is_blank(line.at.checked_sub(1)) && is_blank(Some(line.at + 1));
        let n = number(line.text).filter(|_| stands_alone)?;
        Some((line.at, n, before))
    });
    let mut rows: Vec<Vec<(usize, usize, usize)>> = Vec::new();
    for (at, n, before) in alone {
        let row = rows.iter_mut().find(|row| {
            row.last()
                .is_some_and(|&(_, last, text)| n == last + 1 && before - text > APART)
        });
        match row {
            Some(row) => row.push((at, n, before)),
            None => rows.push(vec![(at, n, before)]),
        }
    }
    let rows = rows.into_iter().filter(|row| row.len() >= IN_A_ROW);
    rows.flatten().map(|(at, ..)| at).collect()
}

/// First and last lines that are the same on several pages of a document but
/// for their digits; the first of them stays.
fn heads(pages: &[Vec<Filled<'_>>]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut start = 0;
    for i in 1..=pages.len() {
        if i == pages.len() || begins_document(&pages[i]) {
            found.extend(heads_of(&pages[start..i]));
            start = i;
        }
    }
    found
}

fn heads_of(pages: &[Vec<Filled<'_>>]) -> Vec<usize> {
    let mut same: HashMap<(bool, String), Vec<usize>> = HashMap::new();
    for page in pages.iter().filter(|page| page.len() > 2) {
        for (is_first, line) in [(true, page.first()), (false, page.last())] {
            if let Some(line) = line.filter(|line| number(line.text).is_none()) {
                let text = line.text.to_lowercase();
                let text: String = text.chars().filter(|c| c.is_alphabetic()).collect();
                if text.chars().count() >= 4 {
                    same.entry((is_first, text)).or_default().push(line.at);
                }
            }
        }
    }
    let on_many = same
        .into_values()
        .filter(|lines| lines.len() >= REPEATED && lines.len() * 2 > pages.len());
    on_many
        .flat_map(|lines| lines.into_iter().skip(1))
        .collect()
}

/// Whether a page has the head of a document: the state's name or the party's.
fn begins_document(page: &[Filled<'_>]) -> bool {
    page.iter().take(TOP).any(|line| {
        let text = line.text.to_uppercase();
        ["CỘNG HÒA", "CỘNG HOÀ", "ĐẢNG CỘNG SẢN"]
            .iter()
            .any(|head| text.contains(head))
    })
}
