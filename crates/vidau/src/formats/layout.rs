//! The order in which words are read, and what stands between them.

use std::ops::Range;

use super::{Bbox, Level, Word};
use crate::document::Break;

/// A gap this many times the page's usual one parts columns ...
const WIDE: f32 = 3.0;
/// ... when it is also this many times as wide as words are high.
const WIDE_TO_HEIGHT: f32 = 1.5;

/// Words in reading order, each with the break after it.
///
/// Engines read two columns of a letterhead as one line. The context of a word
/// is its column, so lines are parted at wide gaps, and lines so parted that
/// follow each other are read column by column.
pub(super) fn reading_order(words: &[Word]) -> Vec<(usize, Break)> {
    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_by_key(|&i| (words[i].place[Level::Page as usize], words[i].rank));
    let pieces = pieces(words, &order);
    let mut out = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < pieces.len() {
        let (end, split) = columns(&pieces, at);
        if end == at {
            let after = pieces.get(at + 1);
            put(&mut out, words, &order, &pieces[at], after, false);
            at += 1;
            continue;
        }
        let group = &pieces[at..end];
        for is_right in [false, true] {
            let side: Vec<&Piece> = group
                .iter()
                .filter(|p| (p.bbox.left >= split) == is_right)
                .collect();
            for (k, piece) in side.iter().enumerate() {
                let next = side.get(k + 1).copied();
                put(&mut out, words, &order, piece, next, true);
            }
        }
        at = end;
    }
    out
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

/// A line or, where wide gaps part it, a piece of one.
struct Piece {
    /// In the order given.
    words: Range<usize>,
    bbox: Bbox,
    page: u32,
    /// Whether the next piece stands on the same line.
    continues: bool,
}

fn pieces(words: &[Word], order: &[usize]) -> Vec<Piece> {
    let wide = wide_gap(words, order);
    let mut pieces: Vec<Piece> = Vec::new();
    for (k, &i) in order.iter().enumerate() {
        let word = &words[i];
        let bbox = word.bbox.unwrap_or(NOWHERE);
        let previous = k.checked_sub(1).map(|p| &words[order[p]]);
        let follows = previous.is_some_and(|p| break_between(p, word) == Break::Blank);
        if let Some(piece) = pieces.last_mut().filter(|_| follows) {
            let is_wide = match (previous.and_then(|p| p.bbox), word.bbox) {
                (Some(before), Some(here)) => here.left - before.right > wide,
                _ => false,
            };
            if !is_wide {
                piece.words.end = k + 1;
                piece.bbox = piece.bbox.join(bbox);
                continue;
            }
            piece.continues = true;
        }
        pieces.push(Piece {
            words: k..k + 1,
            bbox,
            page: word.place[Level::Page as usize],
            continues: false,
        });
    }
    pieces
}

/// Joined with a box, it is the box.
const NOWHERE: Bbox = Bbox {
    left: f32::INFINITY,
    top: f32::INFINITY,
    right: f32::NEG_INFINITY,
    bottom: f32::NEG_INFINITY,
};

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

/// As many lines in a row may stand in one of two columns alone.
const MOST_ALONE: usize = 3;

/// Where the lines in two columns that begin with the piece `at` end (`at` when
/// there are none), and where the right column begins.
fn columns(pieces: &[Piece], at: usize) -> (usize, f32) {
    let (mut left, mut right) = (f32::NEG_INFINITY, f32::INFINITY);
    let (mut end, mut split) = (at, right);
    let (mut i, mut alone) = (at, 0);
    while i < pieces.len() && pieces[i].page == pieces[at].page {
        let first = &pieces[i];
        let (l, r, next) = if first.continues {
            let second = &pieces[i + 1];
            if second.continues {
                break;
            }
            (first.bbox.right, second.bbox.left, i + 2)
        } else if first.bbox.right <= right && first.bbox.left <= left {
            (first.bbox.right, f32::INFINITY, i + 1)
        } else if first.bbox.left >= left && first.bbox.right >= right {
            (f32::NEG_INFINITY, first.bbox.left, i + 1)
        } else {
            break;
        };
        let (l, r) = (left.max(l), right.min(r));
        alone = if first.continues { 0 } else { alone + 1 };
        if l >= r || (end == at && !first.continues) || alone > MOST_ALONE {
            break;
        }
        (left, right) = (l, r);
        // A line on one side alone belongs here only when both sides go on.
        if first.continues {
            (end, split) = (next, right);
        }
        i = next;
    }
    (end, split)
}

/// `next` is the piece that is read after this one; in columns it is on the
/// same side, or there is none.
fn put(
    out: &mut Vec<(usize, Break)>,
    words: &[Word],
    order: &[usize],
    piece: &Piece,
    next: Option<&Piece>,
    in_columns: bool,
) {
    let last = piece.words.end - 1;
    let inner = &order[piece.words.start..last];
    out.extend(inner.iter().map(|&word| (word, Break::Blank)));
    let break_after = match next {
        None => Break::Column,
        Some(_) if in_columns => Break::Line,
        Some(next) => {
            let natural = break_between(&words[order[last]], &words[order[next.words.start]]);
            if natural == Break::Blank {
                Break::Column
            } else {
                natural
            }
        }
    };
    out.push((order[last], break_after));
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn a_letterhead_is_read_column_by_column() {
        let file = format!(
            "<div class='ocr_page'>{}{}{}{}</div>",
            line(
                &[
                    (0, 30, "a"),
                    (35, 60, "b"),
                    (200, 230, "c"),
                    (235, 250, "d")
                ],
                0
            ),
            line(&[(10, 30, "e")], 30),
            line(&[(0, 30, "f"), (35, 60, "g"), (210, 230, "h")], 60),
            line(&[(0, 50, "i"), (55, 150, "j"), (155, 300, "k")], 90),
        );
        let scan = Scan::new(&file, Format::Hocr).unwrap();
        assert_eq!(scan.document().source(), "a b\ne\nf g\nc d\nh\ni j k\n");
        assert_eq!(scan.text(), "a b c d\ne\nf g h\ni j k\n");
        let breaks: Vec<_> = scan
            .document()
            .runs()
            .iter()
            .map(|r| r.break_after)
            .collect();
        assert_eq!(breaks[4], Break::Column);
    }

    #[test]
    fn without_boxes_the_order_is_the_files() {
        let file = "<p class='ocr_page'><b class=ocrx_word>a</b><b class=ocrx_word>b</b></p>";
        let scan = Scan::new(file, Format::Hocr).unwrap();
        assert_eq!(scan.document().source(), "a b\n");
    }
}
