//! The order in which words are read, and what stands between them.

use super::{Level, Word};
use crate::document::Break;

/// A gap this many times the page's usual one parts columns ...
const WIDE: f32 = 3.0;
/// ... when it is also this many times as wide as words are high.
const WIDE_TO_HEIGHT: f32 = 1.5;

/// Words in reading order, each with the break after it.
///
/// Engines read the two columns of a letterhead as one line. A word's context
/// is its column, and no word goes on over the gap, so a line ends there.
/// (To read such lines column by column gained nothing on 400 pages.)
pub(super) fn reading_order(words: &[Word]) -> Vec<(usize, Break)> {
    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_by_key(|&i| (words[i].place[Level::Page as usize], words[i].rank));
    let wide = wide_gap(words, &order);
    let after = |k: usize, i: usize| {
        let Some(next) = order.get(k + 1).map(|&next| &words[next]) else {
            return Break::Line;
        };
        match (break_between(&words[i], next), words[i].bbox, next.bbox) {
            (Break::Blank, Some(a), Some(b)) if b.left - a.right > wide => Break::Line,
            (natural, ..) => natural,
        }
    };
    order
        .iter()
        .enumerate()
        .map(|(k, &i)| (i, after(k, i)))
        .collect()
}

/// What stands between two words that follow each other.
pub(super) fn break_between(word: &Word, next: &Word) -> Break {
    let differs = |level: Level| word.place[level as usize] != next.place[level as usize];
    if differs(Level::Page) {
        Break::Page
    } else if differs(Level::Block) || differs(Level::Paragraph) {
        Break::Paragraph
    } else if differs(Level::Line) {
        Break::Line
    } else {
        Break::Blank
    }
}

/// The least gap that parts columns.
fn wide_gap(words: &[Word], order: &[usize]) -> f32 {
    let (mut gaps, mut heights) = (Vec::new(), Vec::new());
    for pair in order.windows(2) {
        let (word, next) = (&words[pair[0]], &words[pair[1]]);
        if let (Some(a), Some(b)) = (word.bbox, next.bbox)
            && break_between(word, next) == Break::Blank
        {
            gaps.push((b.left - a.right).max(0.0));
            heights.push(a.bottom - a.top);
        }
    }
    (median(gaps) * WIDE).max(median(heights) * WIDE_TO_HEIGHT)
}

/// Without values, more than any.
fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return f32::INFINITY;
    }
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use crate::formats::{Format, Scan};

    fn line(words: &[(u32, u32, &str)], top: u32) -> String {
        let mut out = "<span class='ocr_line'>".to_owned();
        for (left, right, text) in words {
            out += &format!(
                "<span class='ocrx_word' title='bbox {left} {top} {right} {}'>{text}</span> ",
                top + 20
            );
        }
        out + "</span>\n"
    }

    #[test]
    fn a_wide_gap_ends_the_line() {
        let first = [
            (0, 30, "a"),
            (35, 60, "b"),
            (200, 230, "c"),
            (235, 250, "d"),
        ];
        let second = [(0, 50, "e"), (55, 150, "f"), (155, 300, "g")];
        let file = format!(
            "<div class='ocr_page'>{}{}</div>",
            line(&first, 0),
            line(&second, 30)
        );
        let scan = Scan::new(&file, Format::Hocr).unwrap();
        assert_eq!(scan.document().source(), "a b\nc d\ne f g\n");
        assert_eq!(scan.text(), "a b c d\ne f g\n");
    }

    #[test]
    fn without_boxes_the_order_is_the_files() {
        let file = "<p class='ocr_page'><b class=ocrx_word>a</b><b class=ocrx_word>b</b></p>";
        let scan = Scan::new(file, Format::Hocr).unwrap();
        assert_eq!(scan.document().source(), "a b\n");
    }
}
