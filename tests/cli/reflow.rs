//! Lines joined into paragraphs, and the way back.

use crate::support::{Folder, STRIPPED};

fn text() -> String {
    let page = |n: usize| {
        format!(
            "Thuc hien ke hoach cong tac nam 2015, Uy ban nhan dan huyen bao cao  \r\n\
             ket qua thuc hien nhiem vu duoc giao trong sau thang dau nam, trong do\r\n\
             neu ro nhung viec da lam duoc.\r\n\r\n- {n} -\r\n\u{c}"
        )
    };
    (1..=3).map(page).collect()
}

#[test]
fn paragraphs_are_joined_page_numbers_go_and_all_comes_back() {
    for form in ["lines", "compact"] {
        let dir = Folder::new();
        dir.put("a.txt", text());
        let args = ["restore", "-q", "--ledger", "l", "--ledger-form", form];
        let args = [&args[..], &["--reflow", "-w", "a.txt"]].concat();
        dir.run(&args).expect(0);
        let output = String::from_utf8(dir.get("a.txt")).expect("UTF-8");
        assert_eq!(
            output.lines().filter(|l| l.len() > 1).count(),
            3,
            "{output}"
        );
        assert!(
            output.contains("huyện báo cáo kết quả thực hiện"),
            "{output}"
        );
        assert!(!output.contains("- 2 -"), "{output}");
        dir.run(&["revert", "l"]).expect(0);
        assert_eq!(dir.get("a.txt"), text().as_bytes(), "{form}");
    }
}

#[test]
fn one_join_can_be_undone_alone() {
    let dir = Folder::new();
    dir.put("a.txt", text());
    let args = ["restore", "-q", "--reflow", "-w", "--ledger", "l", "a.txt"];
    dir.run(&args).expect(0);
    let before = dir.get("a.txt");
    let end = text().find("  \r\n").expect("the first line's end") + 1;
    dir.run(&["revert", "l", "a.txt", "--only", &format!("1:{end}")])
        .expect(0);
    let after = String::from_utf8(dir.get("a.txt")).expect("UTF-8");
    assert_eq!(
        after.replacen("cáo  \r\nkết", "cáo kết", 1).as_bytes(),
        before
    );
    dir.run(&["revert", "l", "a.txt"]).expect(0);
    assert_eq!(dir.get("a.txt"), text().as_bytes());
}

#[test]
fn it_has_to_be_asked_for_and_is_for_text() {
    let dir = Folder::new();
    dir.put("a.txt", text());
    let lines = |bytes: &[u8]| bytes.iter().filter(|&&b| b == b'\n').count();
    let run = dir.run(&["restore", "a.txt"]).expect(0);
    assert_eq!(lines(run.stdout()), lines(text().as_bytes()));
    let run = dir
        .run(&["restore", "--reflow", "--diff", "a.txt"])
        .expect(1);
    assert!(run.text().contains("\n--"), "{}", run.text());
    dir.put(
        "a.hocr",
        format!("<html><p class='ocr_line'>{STRIPPED}</p></html>"),
    );
    dir.run(&["restore", "--reflow", "a.hocr"])
        .expect_error(2, &["a.hocr", "--reflow is for plain text"]);
}
