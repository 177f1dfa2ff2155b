//! Text from before Unicode: read, written as UTF-8, and the way back.

use vidau::formats::Encoding;

use crate::support::Folder;

/// With something to restore in its last line.
const TEXT: &str = "Căn cứ đề nghị của phòng tổ chức,\r\n\
    ban thường vụ quyết định giao các xã thực hiện kế hoạch vận động.\r\n\
    Thuc hien cong tac dan van nam 2015\n";

/// With nothing.
const RIGHT: &str = "Căn cứ đề nghị của phòng tổ chức,\n\
    ban thường vụ quyết định giao các xã thực hiện kế hoạch.\n";

fn old() -> impl Iterator<Item = Encoding> {
    Encoding::ALL.into_iter().filter(|e| !e.is_unicode())
}

fn bytes(encoding: Encoding, text: &str) -> Vec<u8> {
    encoding.encode(text).expect("small letters are in all")
}

#[test]
fn old_encodings_are_told_and_lead_back() {
    for encoding in old() {
        for (text, form) in [(TEXT, "lines"), (TEXT, "compact"), (RIGHT, "lines")] {
            let dir = Folder::new();
            let input = bytes(encoding, text);
            dir.put("a.txt", &input);
            let args = ["restore", "-w", "--ledger", "l", "--ledger-form", form];
            let run = dir.run(&[&args[..], &["a.txt"]].concat()).expect(0);
            let said = format!("a.txt: read as {}, written as UTF-8", encoding.name());
            assert!(run.stderr().contains(&said), "{}", run.stderr());
            let output = String::from_utf8(dir.get("a.txt")).expect("UTF-8");
            let expected = text.replace(
                "Thuc hien cong tac dan van nam",
                "Thực hiện công tác dân vận năm",
            );
            assert_eq!(output, expected, "{encoding:?}");
            let ledger = String::from_utf8(dir.get("l")).expect("UTF-8");
            let field = format!("\"encoding\":\"{}\"", encoding.name());
            assert!(ledger.lines().all(|line| line.contains(&field)), "{ledger}");
            dir.run(&["revert", "l"]).expect(0);
            assert_eq!(dir.get("a.txt"), input, "{encoding:?}, {form}");
        }
    }
}

#[test]
fn one_change_of_an_old_file_can_be_undone_alone() {
    let dir = Folder::new();
    dir.put("a.txt", bytes(Encoding::Tcvn3, TEXT));
    dir.run(&["restore", "-q", "-w", "--ledger", "l", "a.txt"])
        .expect(0);
    dir.run(&["revert", "l", "a.txt", "--only", "3:1"])
        .expect(0);
    let output = String::from_utf8(dir.get("a.txt")).expect("UTF-8");
    assert!(
        output.ends_with("Thuc hiện công tác dân vận năm 2015\n"),
        "{output}"
    );
    dir.run(&["revert", "l", "a.txt"]).expect(0);
    assert_eq!(dir.get("a.txt"), bytes(Encoding::Tcvn3, TEXT));
}

#[test]
fn what_is_asked_for_is_not_told_from_the_bytes() {
    let dir = Folder::new();
    // Too little to be told.
    for (name, input, output) in [
        ("tcvn3", &b"c\xe9ng ho\xb5\n"[..], "cộng hoà\n"),
        ("vni", b"co\xe4ng ho\xf8a\n", "cộng hòa\n"),
        ("windows-1258", b"h\xf4\xf2i \x8a", ""),
    ] {
        dir.put("a.txt", input);
        dir.run(&["restore", "a.txt"])
            .expect_error(2, &["a.txt", "not UTF-8", "--encoding"]);
        let run = dir.run(&["restore", "--encoding", name, "a.txt"]);
        if name == "windows-1258" {
            // Nothing stands there in the code page.
            run.expect_error(2, &["a.txt: not windows-1258 at byte 5"]);
        } else {
            assert_eq!(run.expect(0).text(), output);
        }
    }
    dir.put("a.txt", "Việt");
    dir.run(&["restore", "--encoding", "vni", "a.txt"])
        .expect_error(2, &["not vni at byte"]);
    dir.put("a.txt", [0xff, b'a']);
    dir.run(&["restore", "--encoding", "utf-16", "a.txt"])
        .expect(0);
}

#[test]
fn markup_has_to_be_unicode() {
    let dir = Folder::new();
    let page = format!("<html><body><p class='ocr_line'>{RIGHT}</p></body></html>");
    dir.put("a.hocr", bytes(Encoding::Windows1258, &page));
    dir.run(&["restore", "a.hocr"])
        .expect_error(2, &["a.hocr", "hocr in windows-1258", "UTF-8"]);
}

#[test]
fn a_tree_may_hold_all_of_them() {
    let dir = Folder::new();
    for encoding in old() {
        let name = encoding.name();
        dir.put(&format!("in/{name}/a.txt"), bytes(encoding, RIGHT));
        // Longer than what is restored in parts.
        dir.put(
            &format!("in/{name}/b.txt"),
            bytes(encoding, &TEXT.repeat(2000)),
        );
    }
    let batch = ["batch", "in", "-o", "out", "-q"];
    dir.run(&batch).expect(0);
    for encoding in old() {
        let name = encoding.name();
        assert_eq!(dir.get(&format!("out/{name}/a.txt")), RIGHT.as_bytes());
        for file in ["a.txt", "b.txt"] {
            let output = format!("out/{name}/{file}");
            let ledger = format!("out/.vidau/ledger/{name}/{file}.ledger.zst");
            let back = dir.run(&["revert", &ledger, &output, "-o", "-"]).expect(0);
            assert!(
                back.stdout() == dir.get(&format!("in/{name}/{file}")),
                "{output}"
            );
        }
    }
}
