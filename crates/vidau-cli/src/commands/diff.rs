//! Unified diffs between texts whose lines correspond one to one, so that no
//! search for common lines is needed.

use std::fmt::Write;
use std::ops::Range;

const CONTEXT: usize = 3;

/// The diff, or nothing when the texts are equal.
pub(crate) fn unified(name: &str, old: &str, new: &str, with_color: bool) -> String {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let changed: Vec<usize> = (0..old.len()).filter(|&i| old[i] != new[i]).collect();
    let mut out = String::new();
    if changed.is_empty() {
        return out;
    }
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
    for hunk in hunks(&changed, old.len()) {
        let at = format!("{},{}", hunk.start + 1, hunk.len());
        put(CYAN, "@@ ", &format!("-{at} +{at} @@\n"));
        let mut i = hunk.start;
        while i < hunk.end {
            if old[i] == new[i] {
                put("", " ", old[i]);
                i += 1;
                continue;
            }
            let run = (i..hunk.end).take_while(|&k| old[k] != new[k]).count();
            old[i..i + run].iter().for_each(|line| put(RED, "-", line));
            new[i..i + run]
                .iter()
                .for_each(|line| put(GREEN, "+", line));
            i += run;
        }
    }
    out
}

const BOLD: &str = "\x1b[1m";
const CYAN: &str = "\x1b[36m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";

/// Changed lines with the lines around them, overlapping ones joined.
fn hunks(changed: &[usize], n: usize) -> Vec<Range<usize>> {
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for &i in changed {
        let around = i.saturating_sub(CONTEXT)..(i + CONTEXT + 1).min(n);
        match hunks.last_mut() {
            Some(last) if around.start <= last.end => last.end = around.end,
            _ => hunks.push(around),
        }
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(unified("f", "a\nb", "a\nb", false), "");
        assert_eq!(unified("f", "", "", false), "");
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
        assert_eq!(unified("f", old, new, false), expected);
    }

    #[test]
    fn colors_end_before_the_line_does() {
        let diff = unified("f", "a\r\n", "b\r\n", true);
        assert!(
            diff.contains("\x1b[31m-a\r\x1b[0m\n\x1b[32m+b\r\x1b[0m\n"),
            "{diff:?}"
        );
    }
}
