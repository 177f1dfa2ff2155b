//! What the page is about: lines as they were read, and the places in them
//! at which something was changed or is unsure.

use std::ops::Range;

use serde::Serialize;
use vidau::formats::{Bbox, Format, Scan, Word};

use super::geometry::page_sizes;
use crate::ledger::{Change, hash};
use crate::page::{self, PageOutcome};

/// Name and version of the layout, which is between the program and its page.
const SCHEMA: &str = "vidau.review/1";

/// Most lines of plain text shown as one page.
const PAGE_LINES: usize = 100;

#[derive(Serialize)]
pub(crate) struct Review {
    schema: &'static str,
    /// Of the inputs and the model: under it the browser keeps what was decided.
    id: String,
    model: String,
    /// Language of the labels, where it was asked for.
    lang: Option<&'static str>,
    files: Vec<File>,
    pages: Vec<Page>,
}

#[derive(Serialize)]
struct File {
    name: String,
    /// BLAKE3 of its bytes.
    input: String,
    words: usize,
    /// Lines are numbered as editors do, empty ones too.
    is_text: bool,
}

#[derive(Serialize)]
struct Page {
    file: usize,
    /// Within the file, from 1.
    number: u32,
    /// Number of its first line.
    from: usize,
    /// Width and height, in the units of the boxes.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<[f32; 2]>,
    /// Which of the images shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<usize>,
    lines: Vec<String>,
    places: Vec<Place>,
    /// Of the words at which nothing is to be seen.
    boxes: Vec<[i32; 4]>,
}

#[derive(Serialize)]
struct Place {
    /// Index of its line.
    line: usize,
    /// Where it stands in the line, in UTF-16 units, as browsers count.
    at: [usize; 2],
    /// Bytes of the input's text, as decisions name it.
    span: [usize; 2],
    after: String,
    kind: vidau::Reason,
    /// In thousandths.
    confidence: u16,
    flagged: bool,
    /// Other readings, with thousandths.
    others: Vec<(String, u16)>,
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    bbox: Option<[i32; 4]>,
    /// The engine's confidence in its reading, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<u16>,
}

impl Review {
    pub(crate) fn new(model: &str, lang: Option<&'static str>) -> Self {
        Self {
            schema: SCHEMA,
            id: hash(model.as_bytes()),
            model: model.to_owned(),
            lang,
            files: Vec::new(),
            pages: Vec::new(),
        }
    }

    /// Adds a restored file; the numbers of its pages in the whole.
    pub(crate) fn add(&mut self, outcome: &PageOutcome) -> anyhow::Result<Range<usize>> {
        let input = hash(outcome.input.bytes());
        self.id = hash(format!("{}{input}", self.id).as_bytes());
        let scan = page::scan(&outcome.input, outcome.format)?;
        let first = self.pages.len();
        self.pages.extend(pages(&scan, outcome, self.files.len()));
        self.files.push(File {
            name: outcome.input.name.clone(),
            input,
            words: outcome.words,
            is_text: outcome.format == Format::Text,
        });
        Ok(first..self.pages.len())
    }

    /// Shows the image of this number with a page.
    pub(crate) fn set_image(&mut self, page: usize, image: usize) {
        if let Some(page) = self.pages.get_mut(page) {
            page.image = Some(image);
        }
    }
}

/// A change or flag and where it stands in the document.
struct Found<'a> {
    span: Range<usize>,
    change: &'a Change,
}

/// In the order of the document.
fn found<'a>(scan: &Scan<'_>, outcome: &'a PageOutcome) -> Vec<Found<'a>> {
    let findings = &outcome.findings;
    let unchanged = findings.flags.iter().filter(|f| f.before == f.after);
    let mut all: Vec<Found<'a>> = findings
        .changes
        .iter()
        .chain(unchanged)
        .filter_map(|change| {
            let span = scan.document_span(change.span[0]..change.span[1])?;
            Some(Found { span, change })
        })
        .collect();
    all.sort_by_key(|f| (f.span.start, f.span.end));
    // Each letter is decided on once.
    let mut end = 0;
    all.retain(|f| {
        let is_apart = f.span.start >= end;
        if is_apart {
            end = f.span.end;
        }
        is_apart
    });
    all
}

fn pages(scan: &Scan<'_>, outcome: &PageOutcome, file: usize) -> Vec<Page> {
    let source = scan.document().source();
    let sizes = page_sizes(scan.file(), scan.format());
    let found = found(scan, outcome);
    let is_text = scan.format() == Format::Text;
    let mut next = 0;
    let mut pages: Vec<Page> = Vec::new();
    for (i, line) in lines(source, &found).into_iter().enumerate() {
        let number = page_number(scan, &line, pages.last(), source);
        if pages.last().is_none_or(|p| p.number != number) {
            let size = sizes.get(number as usize - 1).copied().flatten();
            pages.push(Page {
                file,
                number,
                from: if is_text { i + 1 } else { 1 },
                size,
                image: None,
                lines: Vec::new(),
                places: Vec::new(),
                boxes: Vec::new(),
            });
        }
        let Some(page) = pages.last_mut() else {
            continue;
        };
        let text = &source[line.clone()];
        let (mut at, mut units) = (0, 0);
        let start = next;
        while let Some(f) = found.get(next).filter(|f| f.span.start < line.end) {
            next += 1;
            let (from, to) = (f.span.start - line.start, f.span.end - line.start);
            let mut advance = |to: usize| {
                units += text[at..to].encode_utf16().count();
                at = to;
                units
            };
            let place = [advance(from), advance(to)];
            page.places
                .push(Place::new(scan, f, page.lines.len(), place));
        }
        push_other_boxes(scan, &line, &found[start..next], &mut page.boxes);
        page.lines.push(text.trim_end_matches('\r').to_owned());
    }
    pages
}

/// Lines of the document; a place that crosses a line end keeps both in one.
fn lines(source: &str, found: &[Found<'_>]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut next) = (0, 0);
    for (end, _) in source.match_indices('\n') {
        while found.get(next).is_some_and(|f| f.span.end <= end) {
            next += 1;
        }
        if found.get(next).is_some_and(|f| f.span.start <= end) {
            continue;
        }
        lines.push(start..end);
        start = end + 1;
    }
    if start < source.len() {
        lines.push(start..source.len());
    }
    lines
}

/// The page that a line stands on, where the last line's page is known.
fn page_number(scan: &Scan<'_>, line: &Range<usize>, last: Option<&Page>, source: &str) -> u32 {
    let number = last.map_or(1, |p| p.number);
    if scan.format() == Format::Text {
        let is_full = last.is_some_and(|p| p.lines.len() >= PAGE_LINES);
        let starts_page = last.is_some() && source[line.clone()].starts_with('\x0c');
        return number + u32::from(is_full || starts_page);
    }
    let runs = scan.document().runs();
    let first = runs.partition_point(|r| r.range.end <= line.start);
    let word = scan.word(first).filter(|_| !line.is_empty());
    word.map_or(number, |w| w.page().saturating_add(1))
}

impl Place {
    fn new(scan: &Scan<'_>, found: &Found<'_>, line: usize, at: [usize; 2]) -> Self {
        let change = found.change;
        let words = runs_in(scan, &found.span).filter_map(|run| scan.word(run));
        let mut joined: Option<[i32; 4]> = None;
        for bbox in words.filter_map(Word::bbox) {
            let b = whole(bbox);
            joined = Some(joined.map_or(b, |j| {
                [
                    j[0].min(b[0]),
                    j[1].min(b[1]),
                    j[2].max(b[2]),
                    j[3].max(b[3]),
                ]
            }));
        }
        let engine = change.word.as_ref().and_then(|w| w.confidence);
        Self {
            line,
            at,
            span: change.span,
            after: change.after.clone(),
            kind: change.reason,
            confidence: parts(change.confidence, 1000.0),
            flagged: change.flagged,
            others: change
                .alternatives
                .iter()
                .map(|a| (a.text.clone(), parts(a.probability, 1000.0)))
                .collect(),
            bbox: joined,
            engine: engine.map(|c| parts(c, 100.0)),
        }
    }
}

fn push_other_boxes(
    scan: &Scan<'_>,
    line: &Range<usize>,
    found: &[Found<'_>],
    boxes: &mut Vec<[i32; 4]>,
) {
    let runs = scan.document().runs();
    for run in runs_in(scan, line) {
        let range = &runs[run].range;
        let is_found = found
            .iter()
            .any(|f| f.span.start < range.end && range.start < f.span.end);
        let word = scan.word(run).filter(|_| !is_found);
        boxes.extend(word.and_then(Word::bbox).map(whole));
    }
}

/// Runs that share a letter with the span.
fn runs_in(scan: &Scan<'_>, span: &Range<usize>) -> Range<usize> {
    let runs = scan.document().runs();
    let first = runs.partition_point(|r| r.range.end <= span.start);
    let end = runs.partition_point(|r| r.range.start < span.end);
    first..end.max(first)
}

/// A share as a whole number of parts.
fn parts(share: f32, of: f32) -> u16 {
    (share.clamp(0.0, 1.0) * of).round() as u16
}

fn whole(b: Bbox) -> [i32; 4] {
    [b.left, b.top, b.right, b.bottom].map(|edge| edge.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{PageOptions, restore_bytes};

    fn review(bytes: &[u8]) -> serde_json::Value {
        let restorer = vidau::Restorer::embedded().expect("the model");
        let mut worker = restorer.worker();
        let options = PageOptions::default();
        let page = restore_bytes(&mut worker, "a", bytes.to_vec(), &options).expect("a page");
        let mut review = Review::new("m", None);
        review.add(&page).expect("data");
        serde_json::to_value(&review).expect("JSON")
    }

    /// The texts before the places, as a browser cuts them out of the lines.
    fn befores(page: &serde_json::Value) -> Vec<String> {
        let places = page["places"].as_array().expect("places");
        let cut = |place: &serde_json::Value| {
            let n = |v: &serde_json::Value| v.as_u64().expect("a number") as usize;
            let line = page["lines"][n(&place["line"])].as_str().expect("a line");
            let units: Vec<u16> = line.encode_utf16().collect();
            String::from_utf16(&units[n(&place["at"][0])..n(&place["at"][1])]).expect("letters")
        };
        places.iter().map(cut).collect()
    }

    #[test]
    fn places_are_cut_out_of_lines_after_letters_of_two_units() {
        let text = "\u{feff}😀 Thuc hien cong tac dan van\r\n\r\nBan hành ké hoach\n";
        let review = review(text.as_bytes());
        let page = &review["pages"][0];
        let lines: Vec<&str> = (0..3)
            .map(|i| page["lines"][i].as_str().expect(""))
            .collect();
        assert_eq!(
            lines,
            ["😀 Thuc hien cong tac dan van", "", "Ban hành ké hoach"]
        );
        let befores = befores(page);
        assert!(befores.contains(&"Thuc".to_owned()) && befores.contains(&"hoach".to_owned()));
        for (place, before) in page["places"]
            .as_array()
            .expect("places")
            .iter()
            .zip(befores)
        {
            let [start, end] = [0, 1].map(|i| place["span"][i].as_u64().expect("byte") as usize);
            assert_eq!(text[start..end], before);
        }
    }

    #[test]
    fn words_of_markup_have_boxes_and_sizes() {
        let hocr = "<div class='ocr_page' title='bbox 0 0 100 200'><span class='ocr_line'>\
            <span class='ocrx_word' title='bbox 1 2 30 9; x_wconf 71'>hi&eacute;n</span> \
            <span class='ocrx_word' title='bbox 31 2 50 9'>năm</span></span></div>\
            <div class='ocr_page' title='bbox 0 0 300 400'><span class='ocr_line'>\
            <span class='ocrx_word' title='bbox 5 6 7 8'>thuc</span></span></div>";
        let review = review(hocr.as_bytes());
        let pages = review["pages"].as_array().expect("pages");
        assert_eq!(pages.len(), 2);
        assert_eq!(pages[0]["size"], serde_json::json!([100.0, 200.0]));
        assert_eq!(pages[1]["size"], serde_json::json!([300.0, 400.0]));
        assert_eq!(pages[0]["lines"][0], "hién năm");
        let place = &pages[0]["places"][0];
        assert_eq!(place["box"], serde_json::json!([1, 2, 30, 9]));
        assert_eq!(place["engine"], 71);
        assert_eq!(befores(&pages[0])[0], "hién");
        assert_eq!(pages[1]["number"], 2);
    }

    #[test]
    fn long_texts_are_paged() {
        let text = "một\n".repeat(PAGE_LINES + 1) + "\x0chai\n";
        let review = review(text.as_bytes());
        let lines = |i: usize| review["pages"][i]["lines"].as_array().map(Vec::len);
        assert_eq!(
            [lines(0), lines(1), lines(2)],
            [Some(PAGE_LINES), Some(1), Some(1)]
        );
    }

    #[test]
    fn a_place_over_a_line_end_keeps_both_lines_together() {
        let change = Change::by_hand([0, 0]);
        let found = [Found {
            span: 2..5,
            change: &change,
        }];
        assert_eq!(lines("ab\ncd\nef\n", &[]), [0..2, 3..5, 6..8]);
        assert_eq!(lines("abc\nd\nef", &found), [0..5, 6..8]);
    }
}
