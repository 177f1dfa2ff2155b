//! `--reflow`: the lines of a text joined into paragraphs, without what stands
//! on every page. What is decided is decided on the restored lines and done to
//! those that were read, so that the ledger can undo it.

mod furniture;
mod lines;

use vidau::Reason;
use vidau::formats::{Edit, Scan, Splice};

use crate::ledger::{Change, Findings, complete, place};
use lines::Page;

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Stay,
    /// Its end becomes a blank.
    JoinNext,
    Go,
}

/// One for each line of the text.
pub(crate) fn fates(text: &str) -> Vec<Fate> {
    let pages = lines::pages(text);
    let mut fates = vec![Fate::Stay; pages.iter().map(|p| p.lines.len()).sum()];
    for line in furniture::find(&pages) {
        fates[line] = Fate::Go;
    }
    let mut first = 0;
    for page in &pages {
        let fates = &mut fates[first..first + page.lines.len()];
        for line in joins(page) {
            if fates[line] == Fate::Stay && fates[line + 1] == Fate::Stay {
                fates[line] = Fate::JoinNext;
            }
        }
        first += page.lines.len();
    }
    fates
}

/// Lines that the next one goes on from.
fn joins(page: &Page<'_>) -> impl Iterator<Item = usize> {
    let width = page.width();
    let pairs = page.lines.windows(2).enumerate();
    pairs.filter_map(move |(i, pair)| lines::goes_on(pair[0], pair[1], width).then_some(i))
}

/// Adds to what was found in plain text what its lines become; corrections in
/// lines that go are none any more.
pub(crate) fn reflow(scan: &Scan<'_>, findings: &mut Findings, splice: &mut Splice) {
    let file = scan.file();
    let fates = fates(&splice.apply(file));
    let mut layout = Vec::new();
    let mut at = 0;
    for (line, fate) in file.split_inclusive('\n').zip(fates) {
        let start = at;
        at += line.len();
        let (span, after) = match fate {
            Fate::Stay => continue,
            Fate::JoinNext => {
                let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
                let end = line.trim_end().len();
                ([start + end, at + blanks(&file[at..])], " ")
            }
            // A form feed or byte order mark before it stays.
            Fate::Go => {
                let feeds = line.len() - line.trim_start_matches(['\u{c}', '\u{feff}']).len();
                ([start + feeds, at], "")
            }
        };
        layout.push(Change {
            before: file[span[0]..span[1]].to_owned(),
            after: after.to_owned(),
            reason: Reason::Layout,
            ..Change::by_hand(span)
        });
    }
    if layout.is_empty() {
        return;
    }
    let is_left = |change: &Change| {
        let next = layout.partition_point(|l| l.span[1] <= change.span[0]);
        layout.get(next).is_none_or(|l| change.span[1] <= l.span[0])
    };
    findings.changes.retain(&is_left);
    findings.flags.retain(&is_left);
    findings.changes.append(&mut layout);
    findings.changes.sort_by_key(|c| c.span);
    let edits = findings.changes.iter().enumerate();
    splice.edits = edits
        .map(|(i, change)| Edit {
            range: change.span[0]..change.span[1],
            text: change.after.clone(),
            change: i,
        })
        .collect();
    complete(scan, &splice.edits, &mut findings.changes);
    place(file, &splice.edits, &mut findings.flags);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text as it is reflowed, nothing corrected.
    fn reflowed(text: &str) -> String {
        let scan = Scan::new(text, vidau::formats::Format::Text).unwrap();
        let mut splice = scan.splice(&[], vidau::formats::Record::Replace);
        reflow(&scan, &mut Findings::default(), &mut splice);
        splice.apply(text)
    }

    const BODY: &str = "\
Thực hiện kế hoạch công tác năm 2015, Ủy ban nhân dân huyện báo cáo
kết quả thực hiện nhiệm vụ được giao trong sáu tháng đầu năm, trong đó
nêu rõ những việc đã làm được của từng đơn vị.
";

    #[test]
    fn a_paragraph_becomes_a_line() {
        assert_eq!(reflowed(BODY), BODY.trim_end().replace('\n', " ") + "\n");
        let odd = BODY.replace('\n', " \r\n  ");
        assert_eq!(reflowed(&odd).lines().count(), 2, "the last line is blank");
    }

    #[test]
    fn what_is_no_paragraph_stays_in_lines() {
        for text in [
            "ỦY BAN NHÂN DÂN HUYỆN          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nđộc lập - tự do - hạnh phúc và những điều khác ở dòng này\n",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM ĐỘC LẬP TỰ DO HẠNH PHÚC\nđộc lập\n",
            "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015,\nCăn cứ đề nghị của Trưởng phòng Nội vụ huyện tại tờ trình số 12\n",
            "các đơn vị trực thuộc có trách nhiệm triển khai thực hiện như sau,\n- một là việc này\n+ hai là việc kia\na) ba là\n1. bốn\nĐiều 5. năm\n",
            "các đơn vị trực thuộc có trách nhiệm triển khai thực hiện quyết định này.\nvà một dòng nữa\n",
            "TM. ỦY BAN NHÂN DÂN\nchủ tịch\nNguyễn Văn A\n",
            "2 Có thể Null Định hướng phát triển hành lang kinh tế trong quy hoạch\nquyHoachBatDau\n",
            "họ và tên\nnăm sinh\nnơi ở\n",
            "nội dung của văn bản này được nêu rõ trong các phần dưới đây của\n\nmột đoạn khác\n",
            "nội dung của văn bản này được nêu rõ trong các phần dưới đây của\n1 Xem báo cáo số 5\n(2) xem\n* chú thích\n",
        ] {
            assert_eq!(reflowed(text), text);
        }
    }

    #[test]
    fn page_numbers_and_running_heads_go() {
        let page = |n: usize| format!("Báo cáo năm 2015 - Trang {n}\n\n{BODY}\n- {n} -\n\u{c}");
        let text: String = (1..=4).map(page).collect();
        let out = reflowed(&text);
        assert_eq!(out.matches("Trang").count(), 1, "the first stays: {out}");
        assert!(!out.contains("- 3 -"), "{out}");
        assert_eq!(out.matches('\u{c}').count(), 4);
        assert_eq!(out.matches("từng đơn vị").count(), 4);
        // Numbers that do not count pages stay, and so does a letterhead.
        let page = |n: usize| {
            format!(
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n\n{BODY}\n{}\n\u{c}",
                n * n
            )
        };
        let text: String = (3..=6).map(page).collect();
        let out = reflowed(&text);
        assert_eq!(out.matches("CỘNG HÒA").count(), 4);
        assert!(out.contains("\n16\n") && out.contains("\n36\n"), "{out}");
    }

    #[test]
    fn numbers_between_pages_are_known_without_form_feeds_by_their_distance() {
        let body = BODY.repeat(5);
        let text: String = (2..=5).map(|n| format!("{body}\n{n}\n\n")).collect();
        assert!(!reflowed(&text).contains("\n3\n"));
        // The first column of a table is none.
        let table: String = (1..=9).map(|n| format!("{n}\n\nxã An Bình\n\n")).collect();
        assert_eq!(reflowed(&table), table);
    }
}
