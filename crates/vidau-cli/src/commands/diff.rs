//! Unified diffs of a text and what edits make of it, so that no search for
//! common lines is needed.

use std::collections::VecDeque;
use std::io::{self, Seek, Write};

use tempfile::SpooledTempFile;
use vidau::formats::Edit;

use crate::spool::spool;

const CONTEXT: usize = 3;

const BOLD: &str = "\x1b[1m";
const CYAN: &str = "\x1b[36m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";

/// The diff of a text that comes in parts. A hunk is put aside until its
/// length is known; of what is not changed only a few lines are held.
pub(crate) struct Diff<W> {
    out: W,
    name: String,
    with_color: bool,
    is_begun: bool,
    /// Of the block at hand: whole lines as they were, and as they are up to
    /// where the old ones have been gone through.
    old: String,
    new: String,
    is_changed: bool,
    /// Lines before it.
    old_lines: usize,
    new_lines: usize,
    /// The last lines that were not changed.
    calm: VecDeque<String>,
    hunk: Option<Hunk>,
}

/// Changed lines that are near each other, with the lines around them.
struct Hunk {
    old: Span,
    new: Span,
    text: SpooledTempFile,
    /// What the block at the end puts in the place of what it takes away.
    put: SpooledTempFile,
}

/// Lines that a hunk is about.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    len: usize,
}

impl Span {
    fn shown(self) -> String {
        format!("{},{}", self.start + usize::from(self.len > 0), self.len)
    }
}

impl<W: Write> Diff<W> {
    /// The diff of the text that messages call `name`.
    pub(crate) fn new(out: W, name: &str, with_color: bool) -> Self {
        Self {
            out,
            name: name.to_owned(),
            with_color,
            is_begun: false,
            old: String::new(),
            new: String::new(),
            is_changed: false,
            old_lines: 0,
            new_lines: 0,
            calm: VecDeque::new(),
            hunk: None,
        }
    }

    /// Adds a part of the text and its edits, which are in order.
    pub(crate) fn push(&mut self, part: &str, edits: &[Edit]) -> io::Result<()> {
        let mut at = 0;
        for edit in edits {
            self.keep(&part[at..edit.range.start])?;
            self.old += &part[edit.range.clone()];
            self.new += &edit.text;
            self.is_changed = true;
            at = edit.range.end;
        }
        self.keep(&part[at..])
    }

    /// Ends the text.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.end_block()?;
        self.end_hunk()?;
        self.out.flush()
    }

    /// Adds text that stays. A line end that stays in both ends a block.
    fn keep(&mut self, text: &str) -> io::Result<()> {
        for line in text.split_inclusive('\n') {
            self.old += line;
            self.new += line;
            if line.ends_with('\n') {
                self.end_block()?;
            }
        }
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        if self.old.is_empty() && self.new.is_empty() {
            return Ok(());
        }
        let old = std::mem::take(&mut self.old);
        let new = std::mem::take(&mut self.new);
        let lengths = [&old, &new].map(|text| text.split_inclusive('\n').count());
        if std::mem::take(&mut self.is_changed) {
            self.change(&old, &new, lengths)?;
        } else {
            self.calm.push_back(old);
            if self.hunk.is_none() && self.calm.len() > CONTEXT {
                self.calm.pop_front();
            } else if self.calm.len() > 2 * CONTEXT {
                self.end_hunk()?;
            }
        }
        self.old_lines += lengths[0];
        self.new_lines += lengths[1];
        Ok(())
    }

    fn change(&mut self, old: &str, new: &str, [old_len, new_len]: [usize; 2]) -> io::Result<()> {
        let before = self.calm.len();
        let mut hunk = match self.hunk.take() {
            Some(hunk) => hunk,
            None => {
                let span = |lines: usize| Span {
                    start: lines - before,
                    len: 0,
                };
                Hunk {
                    old: span(self.old_lines),
                    new: span(self.new_lines),
                    text: spool(None),
                    put: spool(None),
                }
            }
        };
        if before > 0 {
            pour(&mut hunk.put, &mut hunk.text)?;
        }
        for line in self.calm.drain(..) {
            hunk.keep(&line)?;
        }
        hunk.old.len += old_len;
        hunk.new.len += new_len;
        let color = |color| if self.with_color { color } else { "" };
        for line in old.split_inclusive('\n') {
            put(&mut hunk.text, color(RED), "-", line)?;
        }
        for line in new.split_inclusive('\n') {
            put(&mut hunk.put, color(GREEN), "+", line)?;
        }
        self.hunk = Some(hunk);
        Ok(())
    }

    /// Writes the hunk at hand, if there is one.
    fn end_hunk(&mut self) -> io::Result<()> {
        let Some(mut hunk) = self.hunk.take() else {
            return Ok(());
        };
        pour(&mut hunk.put, &mut hunk.text)?;
        let after = self.calm.len().min(CONTEXT);
        for line in self.calm.drain(..after) {
            hunk.keep(&line)?;
        }
        while self.calm.len() > CONTEXT {
            self.calm.pop_front();
        }
        let color = |color| if self.with_color { color } else { "" };
        if !std::mem::replace(&mut self.is_begun, true) {
            let name = &self.name;
            put(&mut self.out, color(BOLD), "--- ", &format!("{name}\n"))?;
            let restored = format!("{name} (restored)\n");
            put(&mut self.out, color(BOLD), "+++ ", &restored)?;
        }
        let at = format!("-{} +{} @@\n", hunk.old.shown(), hunk.new.shown());
        put(&mut self.out, color(CYAN), "@@ ", &at)?;
        pour(&mut hunk.text, &mut self.out)
    }
}

impl Hunk {
    /// Adds a line that is not changed.
    fn keep(&mut self, line: &str) -> io::Result<()> {
        self.old.len += 1;
        self.new.len += 1;
        put(&mut self.text, "", " ", line)
    }
}

/// Writes a line of the diff.
fn put(out: &mut impl Write, color: &str, sign: &str, line: &str) -> io::Result<()> {
    let (content, end) = match line.strip_suffix('\n') {
        Some(content) => (content, "\n"),
        None => (line, "\n\\ No newline at end of file\n"),
    };
    let off = if color.is_empty() { "" } else { "\x1b[0m" };
    // At once: each piece by itself would be a call of the system.
    out.write_all(format!("{color}{sign}{content}{off}{end}").as_bytes())
}

/// Empties `from` into `to`.
fn pour(from: &mut SpooledTempFile, to: &mut impl Write) -> io::Result<()> {
    from.rewind()?;
    io::copy(from, to)?;
    from.rewind()?;
    from.set_len(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unified(parts: &[(&str, &[Edit])], with_color: bool) -> String {
        let mut out = Vec::new();
        let mut diff = Diff::new(&mut out, "f", with_color);
        for (part, edits) in parts {
            diff.push(part, edits).expect("written");
        }
        diff.finish().expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    /// Edits of lines that correspond one to one.
    fn edits(old: &str, new: &str) -> Vec<Edit> {
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
        edits
    }

    fn diff(old: &str, new: &str, with_color: bool) -> String {
        unified(&[(old, &edits(old, new))], with_color)
    }

    #[test]
    fn lines_may_come_and_go() {
        let more = [Edit {
            range: 2..6,
            text: "X\nY\nZ".to_owned(),
            change: 0,
        }];
        assert_eq!(
            unified(&[("a\nb\ncc\nd\n", &more)], false),
            "--- f\n+++ f (restored)\n@@ -1,4 +1,5 @@\n a\n-b\n-cc\n+X\n+Y\n+Z\n d\n"
        );
        let gone = [Edit {
            range: 1..3,
            text: String::new(),
            change: 0,
        }];
        assert_eq!(
            unified(&[("a\nb\nc\n", &gone)], false),
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

    #[test]
    fn where_a_text_is_parted_does_not_show() {
        let old: String = (0..60).map(|i| format!("dòng {i}\n")).collect();
        for step in [2, 5, 7, 8, 30] {
            let new: String = old
                .lines()
                .enumerate()
                .map(|(i, line)| match i % step {
                    0 => format!("{line} khác\n"),
                    _ => format!("{line}\n"),
                })
                .collect();
            let whole = diff(&old, &new, false);
            for length in [1, 9, 100] {
                let mut parts: Vec<(&str, Vec<Edit>)> = Vec::new();
                let mut start = 0;
                while start < old.len() {
                    // Also within a line, but not within an edit.
                    let all = edits(&old, &new);
                    let is_cut = |at: usize| {
                        old.is_char_boundary(at)
                            && !all.iter().any(|e| e.range.start < at && at < e.range.end)
                    };
                    let end = (start + length..).find(|&at| at >= old.len() || is_cut(at));
                    let end = end.unwrap_or(old.len()).min(old.len());
                    let of_part = all
                        .iter()
                        .filter(|e| start <= e.range.start && e.range.end <= end);
                    let of_part = of_part.map(|e| Edit {
                        range: e.range.start - start..e.range.end - start,
                        ..e.clone()
                    });
                    parts.push((&old[start..end], of_part.collect()));
                    start = end;
                }
                let parts: Vec<(&str, &[Edit])> = parts
                    .iter()
                    .map(|(part, edits)| (*part, &edits[..]))
                    .collect();
                assert_eq!(unified(&parts, false), whole);
            }
        }
    }
}
