//! The review page, as far as it can be tested without a browser.

use std::path::PathBuf;

use crate::support::{Folder, STRIPPED};

fn png() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\nnot shown here".to_vec()
}

/// The data in the page.
fn data(page: &[u8]) -> serde_json::Value {
    let page = std::str::from_utf8(page).expect("UTF-8");
    let start = page.find("id=\"data\">").expect("data") + "id=\"data\">".len();
    let json = page[start..].split("</script>").next().expect("an end");
    serde_json::from_str(json).expect("JSON")
}

#[test]
fn changes_nothing_and_holds_everything() {
    let dir = Folder::new();
    dir.put("a.txt", STRIPPED);
    dir.put("b.txt", "</script><script>alert(1)</script> & Thuc hien\n");
    dir.put("scans/a.png", png());
    dir.run(&[
        "review", "a.txt", "b.txt", "-o", "r.html", "--lang", "vi", "--image", "scans",
    ])
    .expect(0);
    assert_eq!(dir.get("a.txt"), STRIPPED.as_bytes());
    let page = dir.get("r.html");
    let data = data(&page);
    assert_eq!(data["lang"], "vi");
    assert_eq!(data["files"][1]["name"], "b.txt");
    assert_eq!(data["pages"][0]["image"], 0);
    assert!(data["pages"][1].get("image").is_none());
    let page = String::from_utf8(page).expect("UTF-8");
    assert!(!page.contains("<script>alert"));
    assert!(page.contains("data:image/png;base64,iVBORw0KGgpub3Qg"));
}

#[test]
fn the_same_inputs_give_the_same_page() {
    let dir = Folder::new();
    dir.put("a.txt", STRIPPED);
    dir.run(&["review", "-q", "a.txt", "-o", "1.html"])
        .expect(0);
    dir.run(&["review", "-q", "a.txt", "-o", "2.html"])
        .expect(0);
    assert!(dir.get("1.html") == dir.get("2.html"));
}

#[test]
fn mistakes_are_named() {
    let dir = Folder::new();
    dir.put("a.txt", STRIPPED);
    dir.put("bad.txt", b"\xff\xfe\xff");
    dir.put("a.tif", b"II*\0");
    dir.run(&["review", "a.txt", "-o", "a.txt"])
        .expect_error(2, &["a.txt", "is an input"]);
    dir.run(&["review", "a.txt", "-o", "r.html", "--image", "a.tif"])
        .expect_error(2, &["a.tif", "PNG"]);
    dir.run(&["review", "none.txt", "-o", "r.html"])
        .expect_error(2, &["none.txt"]);
    assert_eq!(dir.names(), ["a.tif", "a.txt", "bad.txt"]);
    dir.run(&["review", "-q", "none.txt", "a.txt", "-o", "r.html"])
        .expect_error(3, &["none.txt"]);
    assert_eq!(
        data(&dir.get("r.html"))["files"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn decisions_of_several_files_find_theirs() {
    let dir = Folder::new();
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/fixtures");
    let hocr = std::fs::read(fixtures.join("ke-hoach.eng.hocr")).expect("a fixture");
    dir.put("a.txt", "Thuc hien\n");
    dir.put("b.hocr", &hocr);
    dir.run(&["review", "-q", "a.txt", "b.hocr", "-o", "r.html"])
        .expect(0);
    let data = data(&dir.get("r.html"));
    let line = |file: usize, decisions: serde_json::Value| {
        serde_json::json!({
            "schema": "vidau.decisions/1", "file": data["files"][file]["name"],
            "input": data["files"][file]["input"], "model": data["model"], "decisions": decisions,
        })
        .to_string()
    };
    let edit =
        serde_json::json!([{"span": [0, 4], "before": "Thuc", "action": "edit", "after": "Thức"}]);
    dir.put(
        "d.jsonl",
        line(0, edit) + "\n" + &line(1, serde_json::json!([])) + "\n",
    );
    let run = dir.run(&["apply", "d.jsonl", "a.txt"]).expect(0);
    assert_eq!(run.text(), "Thức hien\n");
    assert_eq!(
        dir.run(&["apply", "d.jsonl", "b.hocr"]).expect(0).stdout(),
        hocr
    );
    dir.run(&["apply", "d.jsonl", "r.html", "--format", "text"])
        .expect_error(2, &["r.html", "not the file"]);
}
