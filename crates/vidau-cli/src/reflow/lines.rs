//! What a line is, and whether the next one goes on from it. A line too many
//! is better than two things in one.

/// Lines between form feeds.
pub(super) struct Page<'t> {
    pub(super) lines: Vec<&'t str>,
}

/// The pages of a text; every line is in one.
pub(super) fn pages(text: &str) -> Vec<Page<'_>> {
    let mut pages: Vec<Page<'_>> = Vec::new();
    for line in text.split_inclusive('\n') {
        match pages.last_mut() {
            Some(page) if !line.starts_with('\u{c}') => page.lines.push(line),
            _ => pages.push(Page { lines: vec![line] }),
        }
    }
    pages
}

impl Page<'_> {
    /// How long full lines are, in characters: all but a tenth are shorter.
    pub(super) fn width(&self) -> usize {
        let lines = self.lines.iter().map(|line| line.trim());
        let mut lengths: Vec<usize> = lines
            .filter(|line| !line.is_empty())
            .map(|line| line.chars().count())
            .collect();
        lengths.sort_unstable();
        lengths
            .get(lengths.len().saturating_sub(1) * 9 / 10)
            .copied()
            .unwrap_or(0)
    }
}

/// Lines of less are those of tables and columns.
const LEAST_WIDTH: usize = 40;

/// Words that end no sentence and no heading.
const OPEN: [&str; 32] = [
    "của", "và", "các", "những", "với", "cho", "do", "theo", "tại", "trong", "về", "là", "bằng",
    "từ", "đến", "thuộc", "được", "bị", "để", "khi", "nếu", "mà", "hoặc", "cùng", "một", "mỗi",
    "đã", "sẽ", "đang", "không", "ở", "gồm",
];

/// Whether the second line continues the sentence of the first.
pub(super) fn goes_on(line: &str, next: &str, width: usize) -> bool {
    let is_page_end = line.contains('\u{c}') || next.contains('\u{c}');
    let (line, next) = (line.trim(), next.trim());
    if is_page_end || !is_running(line) || !is_running(next) || starts_anew(next) {
        return false;
    }
    let is_full = width >= LEAST_WIDTH && line.chars().count() * 4 >= width * 3;
    let last = line.chars().next_back();
    let is_closed = last.is_none_or(|c| !(c.is_alphanumeric() || ",)”\"".contains(c)));
    if !is_full || is_closed {
        return false;
    }
    let word = line.rsplit(' ').next().unwrap_or_default();
    let is_open = last == Some(',') || OPEN.contains(&word);
    match next.chars().next() {
        // Names of fields in a table have capitals inside.
        Some(c) if c.is_lowercase() => {
            let mut first = next.split(' ').next().unwrap_or_default().chars();
            !first.any(char::is_uppercase)
        }
        Some(c) if c.is_alphabetic() => is_open && !starts_part(next),
        _ => false,
    }
}

/// Whether it is running text: no blank line, no heading in capitals, no row of
/// columns.
fn is_running(line: &str) -> bool {
    let has_small = line.chars().any(char::is_lowercase);
    let has_columns = line.contains("   ") || line.contains(['\t', '|']) || line.contains("...");
    let capitals = line.chars().filter(|c| c.is_uppercase()).count();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    has_small && !has_columns && capitals * 2 < letters
}

/// Whether it begins with the mark of a list or of a footnote.
fn starts_anew(line: &str) -> bool {
    let first = line.split(' ').next().unwrap_or_default();
    let inner = first.trim_matches(|c: char| "().[]/:*-".contains(c));
    let is_mark = first.len() > inner.len();
    let is_short = inner.chars().count() <= 4;
    let is_number = !inner.is_empty() && inner.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_roman = !inner.is_empty() && inner.chars().all(|c| "IVXLivxl".contains(c));
    let is_letter = inner.chars().count() <= 1;
    let is_footnote = is_number && is_short;
    is_footnote || (is_mark && (is_roman || is_letter)) || first.starts_with(['*', '+', '-', '•'])
}

/// Whether it begins as parts of documents do.
fn starts_part(line: &str) -> bool {
    const PARTS: [&str; 24] = [
        "Điều", "Chương", "Mục", "Phần", "Khoản", "Điểm", "Phụ", "Căn", "Xét", "Theo", "Thực",
        "Kính", "Nơi", "Số", "Về", "V/v", "TM.", "KT.", "TL.", "TUQ.", "Q.", "T/M", "K/T", "T/L",
    ];
    let first = line.split([' ', ':']).next().unwrap_or_default();
    PARTS.contains(&first)
}
