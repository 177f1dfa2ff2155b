//! Unified diffs of a text and what edits make of it, so that no search for
//! common lines is needed.

use std::fmt::Write;
use std::ops::Range;

use vidau::formats::Edit;

const CONTEXT: usize = 3;

/// The diff, or nothing when there are no edits; they are in order.
pub(crate) fn unified(name: &str, old: &str, edits: &[Edit], with_color: bool) -> String {
    let mut out = String::new();
    if edits.is_empty() {
        return out;
    }
    let blocks = blocks(old, edits);
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let mut put = |color: &str, sign: &str, line: &str| {
        let (content, end) = match line.strip_suffix('\n') {
            Some(content) => (content, "\n"),
            None => (line, "\n\\ No newline at end of file\n"),
        };
        let (on, off) = if with_color && !color.is_empty() {
            (color, "\x1b[0m")
        } else {
            ("", "")
        };
        let _ = write!(out, "{on}{sign}{content}{off}{end}");
    };
    put(BOLD, "--- ", &format!("{name}\n"));
    put(BOLD, "+++ ", &format!("{name} (restored)\n"));
    let mut growth = 0;
    for hunk in hunks(&blocks, old.len()) {
        let inner: isize = hunk.blocks.iter().map(Block::growth).sum();
        let lines = |start: usize, len: usize| format!("{},{len}", start + usize::from(len > 0));
        let (start, len) = (hunk.lines.start, hunk.lines.len());
        let (new_start, new_len) = (
            start.saturating_add_signed(growth),
            len.saturating_add_signed(inner),
        );
        let at = format!("-{} +{} @@\n", lines(start, len), lines(new_start, new_len));
        put(CYAN, "@@ ", &at);
        growth += inner;
        let mut i = start;
        for block in hunk.blocks {
            old[i..block.lines.start]
                .iter()
                .for_each(|l| put("", " ", l));
            old[block.lines.clone()]
                .iter()
                .for_each(|l| put(RED, "-", l));
            let new = block.new.split_inclusive('\n');
            new.for_each(|l| put(GREEN, "+", l));
            i = block.lines.end;
        }
        old[i..hunk.lines.end].iter().for_each(|l| put("", " ", l));
    }
    out
}

const BOLD: &str = "\x1b[1m";
const CYAN: &str = "\x1b[36m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";

/// Lines that are changed together.
struct Block {
    lines: Range<usize>,
    /// What they are now.
    new: String,
}

impl Block {
    /// By how many lines there are more.
    fn growth(&self) -> isize {
        self.new.split_inclusive('\n').count() as isize - self.lines.len() as isize
    }
}

/// Whole lines for the edits.
fn blocks(old: &str, edits: &[Edit]) -> Vec<Block> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(old.match_indices('\n').map(|(i, _)| i + 1))
        .filter(|&start| start < old.len())
        .collect();
    let line_of = |byte: usize| starts.partition_point(|&s| s <= byte).max(1) - 1;
    let end_of = |line: usize| starts.get(line).copied().unwrap_or(old.len());
    let mut blocks: Vec<Block> = Vec::new();
    let mut at = 0;
    for edit in edits {
        let first = line_of(edit.range.start);
        // An edit that ends with a line's end joins the next line to it.
        let end = line_of(edit.range.end) + 1;
        match blocks.last_mut() {
            Some(last) if first <= last.lines.end => {
                last.new += &old[at..edit.range.start];
                last.lines.end = last.lines.end.max(end);
            }
            last => {
                if let Some(last) = last {
                    last.new += &old[at..end_of(last.lines.end)];
                }
                blocks.push(Block {
                    lines: first..end,
                    new: old[end_of(first)..edit.range.start].to_owned(),
                });
            }
        }
        if let Some(last) = blocks.last_mut() {
            last.new += &edit.text;
        }
        at = edit.range.end;
    }
    if let Some(last) = blocks.last_mut() {
        last.new += &old[at..end_of(last.lines.end)];
    }
    blocks
}

/// Blocks with the lines around them, near ones together.
struct Hunk<'b> {
    lines: Range<usize>,
    blocks: &'b [Block],
}

fn hunks(blocks: &[Block], n: usize) -> Vec<Hunk<'_>> {
    let mut hunks: Vec<Hunk<'_>> = Vec::new();
    let mut first = 0;
    for (i, block) in blocks.iter().enumerate() {
        let around = block.lines.start.saturating_sub(CONTEXT)..(block.lines.end + CONTEXT).min(n);
        match hunks.last_mut() {
            Some(last) if around.start <= last.lines.end => {
                last.lines.end = around.end;
                last.blocks = &blocks[first..=i];
            }
            _ => {
                first = i;
                hunks.push(Hunk {
                    lines: around,
                    blocks: &blocks[i..=i],
                });
            }
        }
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diff of lines that correspond one to one.
    fn diff(old: &str, new: &str, with_color: bool) -> String {
        let mut edits = Vec::new();
        let mut at = 0;
        for (a, b) in old.split_inclusive('\n').zip(new.split_inclusive('\n')) {
            if a != b {
                let end = at + a.trim_end_matches('\n').len();
                edits.push(Edit {
                    range: at..end,
                    text: b.trim_end_matches('\n').to_owned(),
                    change: 0,
                });
            }
            at += a.len();
        }
        unified("f", old, &edits, with_color)
    }

    #[test]
    fn lines_may_come_and_go() {
        let more = [Edit {
            range: 2..6,
            text: "X\nY\nZ".to_owned(),
            change: 0,
        }];
        assert_eq!(
            unified("f", "a\nb\ncc\nd\n", &more, false),
            "--- f\n+++ f (restored)\n@@ -1,4 +1,5 @@\n a\n-b\n-cc\n+X\n+Y\n+Z\n d\n"
        );
        let gone = [Edit {
            range: 1..3,
            text: String::new(),
            change: 0,
        }];
        assert_eq!(
            unified("f", "a\nb\nc\n", &gone, false),
            "--- f\n+++ f (restored)\n@@ -1,3 +1,2 @@\n-a\n-b\n+a\n c\n"
        );
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(diff("a\nb", "a\nb", false), "");
        assert_eq!(diff("", "", false), "");
    }

    #[test]
    fn far_changes_are_parted_and_near_ones_joined() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\nx";
        let new = "A\nB\n3\n4\n5\n6\n7\n8\n9\ny";
        let expected = "\
--- f
+++ f (restored)
@@ -1,5 +1,5 @@
-1
-2
+A
+B
 3
 4
 5
@@ -7,4 +7,4 @@
 7
 8
 9
-x
\\ No newline at end of file
+y
\\ No newline at end of file
";
        assert_eq!(diff(old, new, false), expected);
    }

    #[test]
    fn colors_end_before_the_line_does() {
        let diff = diff("a\r\n", "b\r\n", true);
        assert!(
            diff.contains("\x1b[31m-a\r\x1b[0m\n\x1b[32m+b\r\x1b[0m\n"),
            "{diff:?}"
        );
    }
}
