//! Files of OCR engines through the program, their ledger, and the way back.

use std::fs;
use std::path::PathBuf;

use crate::support::{Folder, STRIPPED};

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/fixtures");
    fs::read(folder.join(name)).expect("a fixture")
}

/// Names and bytes of files in all formats.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let hocr = fixture("ke-hoach.eng.hocr");
    let utf16 = String::from_utf8(hocr.clone()).expect("UTF-8");
    let utf16 = utf16.replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
    let utf16 = format!("\u{feff}{utf16}");
    let crlf = String::from_utf8(fixture("bao-cao.vie.alto.xml")).expect("UTF-8");
    vec![
        ("a.txt", fixture("ke-hoach.eng.ocr.txt")),
        ("a.hocr", hocr),
        ("a.alto.xml", fixture("ke-hoach.eng.alto.xml")),
        ("b.alto.xml", crlf.replace('\n', "\r\n").into_bytes()),
        ("a.tsv", fixture("ke-hoach.eng.tsv")),
        ("a.page.xml", fixture("ke-hoach.eng.page.xml")),
        (
            "b.hocr",
            utf16.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
    ]
}

fn entries(ledger: &[u8]) -> Vec<serde_json::Value> {
    let lines = String::from_utf8(ledger.to_vec()).expect("UTF-8");
    let entries = lines
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"));
    entries.collect()
}

#[test]
fn every_format_is_restored_and_goes_back_byte_for_byte() {
    for form in ["lines", "compact"] {
        for record in ["replace", "plain"] {
            let dir = Folder::new();
            let samples = samples();
            let mut args = vec![
                "restore",
                "-q",
                "-w",
                "--ledger",
                "l",
                "--ledger-form",
                form,
            ];
            args.extend(["--record", record]);
            for (name, bytes) in &samples {
                dir.put(name, bytes);
                args.push(name);
            }
            dir.run(&args).expect(0);
            for (name, bytes) in &samples {
                assert_ne!(&dir.get(name), bytes, "{name} is restored");
            }
            dir.run(&["revert", "l"]).expect(0);
            for (name, bytes) in &samples {
                assert_eq!(&dir.get(name), bytes, "{name}, {form}");
            }
        }
    }
}

#[test]
fn provenance_goes_back_with_the_changes() {
    let hocr = "<html><head><meta name='ocr-system' content='reader 1'/></head><body><div \
        class='ocr_page'><span class='ocr_line'><span class='ocrx_word'>Thuc</span> <span \
        class='ocrx_word'>hien</span> <span class='ocrx_word'>cong</span> <span \
        class='ocrx_word'>tac</span></span></div></body></html>";
    let named = "<meta name='ocr-system' content='reader 1; vidau ";
    for form in ["lines", "compact"] {
        let dir = Folder::new();
        dir.put("a.hocr", hocr);
        let restore = [
            "restore",
            "-q",
            "-w",
            "--provenance",
            "--ledger",
            "l",
            "--ledger-form",
            form,
        ];
        dir.run(&[&restore[..], &["a.hocr"]].concat()).expect(0);
        let restored = dir.get("a.hocr");
        assert!(String::from_utf8_lossy(&restored).contains(named));
        // Once more, nothing is changed, and it is not said twice.
        dir.run(&[&restore[..], &["a.hocr"]].concat()).expect(0);
        assert_eq!(dir.get("a.hocr"), restored);
        if form == "lines" {
            let first = &entries(&dir.get("l"))[0];
            let place = format!("{}:{}", first["line"], first["column"]);
            dir.run(&["revert", "l", "a.hocr", "--only", &place])
                .expect(0);
            let left = dir.get("a.hocr");
            assert!(left != restored && String::from_utf8_lossy(&left).contains(named));
        }
        dir.run(&["revert", "l", "a.hocr"]).expect(0);
        assert_eq!(dir.get("a.hocr"), hocr.as_bytes(), "{form}");
    }
}

#[test]
fn several_changes_of_one_word_go_back() {
    let hocr = "<html><body><div class='ocr_page'><span class='ocr_line'><span \
        class='ocrx_word' id='w1' title='bbox 1 2 300 30; x_wconf 71'>Thuc hien \
        cong/tac dan van</span></span></div></body></html>";
    let alto = "<alto><Layout><Page><PrintSpace><TextBlock><TextLine><String ID='s1' \
        HPOS='1' VPOS='2' WIDTH='300' HEIGHT='30' CONTENT='Thuc hien cong/tac dan van'/>\
        </TextLine></TextBlock></PrintSpace></Page></Layout></alto>";
    for (name, text) in [("a.hocr", hocr), ("a.alto.xml", alto)] {
        let bytes = text.as_bytes();
        for record in ["replace", "plain", "annotate"] {
            let dir = Folder::new();
            dir.put(name, bytes);
            let restore = ["restore", "-q", "-w", "--ledger", "l", "--record", record];
            dir.run(&[&restore[..], &[name]].concat()).expect(0);
            let all = entries(&dir.get("l"));
            let shared = all.iter().position(|e| e["edits"].is_null());
            let shared = shared.expect("a change that another's edits make");
            assert_eq!(all[shared]["word"], all[shared - 1]["word"]);
            let restored = dir.get(name);
            dir.run(&["revert", "l", name]).expect(0);
            assert_eq!(dir.get(name), bytes, "{name}, {record}");
            // One of the two goes, the other stays.
            for gone in [shared - 1, shared] {
                dir.put(name, &restored);
                let place = format!("{}:{}", all[gone]["line"], all[gone]["column"]);
                dir.run(&["revert", "l", name, "--only", &place]).expect(0);
                let left = entries(&dir.get("l")).split_off(all.len());
                let kept = 2 * shared - 1 - gone;
                assert!(left.iter().any(|e| e["span"] == all[kept]["span"]));
                assert!(left.iter().all(|e| e["span"] != all[gone]["span"]));
                dir.run(&["revert", "l", name]).expect(0);
                assert_eq!(dir.get(name), bytes, "{name}, {record}, {place}");
                let lines = String::from_utf8(dir.get("l")).expect("UTF-8");
                let first: String = lines.split_inclusive('\n').take(all.len()).collect();
                dir.put("l", first);
            }
        }
    }
}

#[test]
fn a_file_restored_again_into_the_same_ledger_goes_back() {
    for form in ["lines", "compact"] {
        let dir = Folder::new();
        for (name, bytes) in samples() {
            dir.put(name, &bytes);
            let ledger = ["--ledger", "l", "--ledger-form", form];
            let to_another = [&["restore", "-q", name, "-o", "o"], &ledger[..]].concat();
            let in_place = [&["restore", "-q", "-w", name], &ledger[..]].concat();
            dir.run(&to_another).expect(0);
            dir.run(&to_another).expect(0);
            dir.run(&["revert", "l", "o"]).expect(0);
            assert_eq!(dir.get("o"), bytes, "{name}, {form}");
            for _ in 0..2 {
                dir.run(&in_place).expect(0);
                dir.run(&["revert", "l", name]).expect(0);
                assert_eq!(dir.get(name), bytes, "{name}, {form}");
            }
        }
    }
}

#[test]
fn a_ledger_that_was_cut_off_loses_nothing_that_was_written() {
    let long = "Thuc hien cong tac dan van\n".repeat(11_000);
    for (form, text) in [
        ("lines", fixture("ke-hoach.eng.ocr.txt")),
        ("compact", fixture("ke-hoach.eng.ocr.txt")),
        ("compact", long.into_bytes()),
    ] {
        let dir = Folder::new();
        dir.put("a.txt", &text);
        let ledger = ["--ledger", "l", "--ledger-form", form];
        let restore = [&["restore", "-q", "a.txt", "-o", "o"], &ledger[..]].concat();
        dir.run(&restore).expect(0);
        let once = dir.get("l");
        dir.run(&restore).expect(0);
        let twice = dir.get("l");
        let restored = dir.get("o");
        // Killed in the middle of the second record, once in a line, once between two.
        let middle = once.len() + (twice.len() - once.len()) / 2;
        let line_end = middle
            + twice[middle..]
                .iter()
                .position(|&b| b == b'\n')
                .expect("one");
        for cut in [once.len() + 5, middle, line_end + 1, twice.len() - 2] {
            dir.put("l", &twice[..cut]);
            dir.run(&["revert", "l", "o", "-o", "back"]).expect(0);
            assert_eq!(dir.get("back"), text, "{form}, cut at {cut}");
            dir.put("b.txt", STRIPPED);
            dir.run(&[&["restore", "-q", "-w", "b.txt"], &ledger[..]].concat())
                .expect(0);
            for (file, before) in [("b.txt", STRIPPED.as_bytes()), ("o", &text)] {
                dir.run(&["revert", "l", file]).expect(0);
                assert_eq!(dir.get(file), before, "{file}, {form}, cut at {cut}");
            }
            dir.put("o", &restored);
        }
    }
}

#[test]
fn a_restored_file_hardly_changes_again() {
    let dir = Folder::new();
    for (name, bytes) in samples() {
        dir.put(name, bytes);
        let run = dir.run(&["restore", name, "-o", "once"]).expect(0);
        drop(run);
        dir.run(&["restore", "once", "--ledger", "l"]).expect(0);
        let again = fs::read(dir.path("l")).map_or(0, |l| entries(&l).len());
        assert!(again <= 8, "{name}: {again} changes");
        let _ = fs::remove_file(dir.path("l"));
    }
}

#[test]
fn a_file_that_was_changed_since_is_left_alone() {
    let dir = Folder::new();
    dir.put("a.txt", fixture("ke-hoach.eng.ocr.txt"));
    dir.run(&["restore", "-q", "-w", "--ledger", "l", "a.txt"])
        .expect(0);
    let mut text = dir.get("a.txt");
    text.push(b'\n');
    dir.put("a.txt", &text);
    dir.run(&["revert", "l", "a.txt"])
        .expect_error(2, &["a.txt", "not as the ledger left it"]);
    assert_eq!(dir.get("a.txt"), text);
}

#[test]
fn one_change_can_be_undone_alone() {
    for (name, bytes) in [
        ("a.txt", fixture("ke-hoach.eng.ocr.txt")),
        ("a.hocr", fixture("ke-hoach.eng.hocr")),
    ] {
        let dir = Folder::new();
        dir.put(name, &bytes);
        dir.run(&["restore", "-q", "-w", "--ledger", "l", name])
            .expect(0);
        let before = entries(&dir.get("l"));
        let change = &before[3];
        let place = format!("{}:{}", change["line"], change["column"]);
        dir.run(&["revert", "l", name, "--only", &place]).expect(0);
        let all = entries(&dir.get("l"));
        let left = &all[before.len()..];
        assert_eq!(left.len(), before.len() - 1);
        assert!(left.iter().all(|e| e["span"] != change["span"]));
        dir.run(&["revert", "l", name]).expect(0);
        assert_eq!(dir.get(name), bytes);
    }
}

#[test]
fn one_change_of_a_second_restoring_can_be_undone_alone() {
    let dir = Folder::new();
    let text = fixture("ke-hoach.eng.ocr.txt");
    dir.put("a.txt", &text);
    let restore = ["restore", "-q", "-w", "--ledger", "l", "a.txt"];
    let careful = [&restore[..], &["--min-confidence", "0.99"]].concat();
    dir.run(&careful).expect(0);
    let first = entries(&dir.get("l")).len();
    dir.run(&restore).expect(0);
    let all = entries(&dir.get("l"));
    let second = &all[first..];
    assert!(second.len() > 2, "{}", second.len());
    let place = format!("{}:{}", second[1]["line"], second[1]["column"]);
    dir.run(&["revert", "l", "a.txt", "--only", &place])
        .expect(0);
    let left = entries(&dir.get("l")).split_off(all.len());
    assert_eq!(left.len(), second.len() - 1);
    assert_eq!(left[0]["input"], second[0]["input"]);
    dir.run(&["revert", "l", "a.txt"]).expect(0);
    assert_eq!(dir.get("a.txt"), text);
}

#[test]
fn decisions_are_carried_out_and_can_be_undone() {
    for (name, bytes) in samples() {
        let dir = Folder::new();
        dir.put("original", &bytes);
        dir.put(name, &bytes);
        dir.run(&["restore", "-q", "-w", "--ledger", "l", name])
            .expect(0);
        let changes = entries(&dir.get("l"));
        let decision = |i: usize, action: &str, after: &str| {
            let mut decision = serde_json::json!({
                "span": changes[i]["span"], "before": changes[i]["before"], "action": action,
            });
            if action != "reject" {
                decision["after"] = after.into();
            }
            decision
        };
        let proposed = changes[2]["after"].as_str().expect("a text");
        let decisions = serde_json::json!({
            "schema": "vidau.decisions/1", "file": name, "input": changes[0]["input"],
            "model": changes[0]["model"], "reviewer": "Lan", "date": "2026-11-22",
            "decisions": [
                decision(0, "reject", ""), decision(1, "edit", "XYZ"), decision(2, "accept", proposed),
            ],
        });
        dir.put("d.json", decisions.to_string());
        // From the original: what was accepted and edited alone.
        dir.run(&[
            "apply", "d.json", "original", "-o", "few", "--ledger", "few.l",
        ])
        .expect(0);
        let few = entries(&dir.get("few.l"));
        assert_eq!(few.len(), 2, "{name}");
        assert!(
            few.iter()
                .all(|e| e["reviewer"] == "Lan" && e["date"] == "2026-11-22")
        );
        dir.run(&["revert", "few.l", "few"]).expect(0);
        assert_eq!(dir.get("few"), bytes, "{name}");
        // From the restored file and its ledger: the rest of them, too.
        dir.run(&[
            "apply", "d.json", name, "--from", "l", "-w", "--ledger", "l2",
        ])
        .expect(0);
        let all = entries(&dir.get("l2"));
        assert_eq!(all.len(), changes.len() - 1, "{name}");
        assert!(all.iter().any(|e| e["after"] == "XYZ"));
        dir.run(&["revert", "l2", name]).expect(0);
        assert_eq!(dir.get(name), bytes, "{name}");
        // Of another file nothing is decided.
        dir.put("other", "Thuc hien");
        dir.run(&["apply", "d.json", "other"])
            .expect_error(2, &["other", "not the file"]);
    }
}

#[test]
fn the_ledger_knows_words_and_boxes() {
    let dir = Folder::new();
    dir.put("a.hocr", fixture("ke-hoach.eng.hocr"));
    dir.run(&["restore", "a.hocr", "--ledger", "l"]).expect(0);
    let file = dir.get("a.hocr");
    for entry in entries(&dir.get("l")) {
        assert_eq!(entry["format"], "hocr");
        let id = entry["word"]["id"].as_str().expect("an id");
        assert!(id.starts_with("word_1_"), "{id}");
        assert_eq!(entry["word"]["box"].as_array().map(Vec::len), Some(4));
        let at = |k: usize| entry["span"][k].as_u64().expect("a byte") as usize;
        let read = String::from_utf8_lossy(&file[at(0)..at(1)]).into_owned();
        if !read.contains(['<', '&']) {
            assert_eq!(entry["before"], read);
        }
    }
}

#[test]
fn diff_shows_lines_of_markup() {
    let dir = Folder::new();
    dir.put(
        "a.hocr",
        "<div class=ocr_page>\n<span class=ocr_line>\n<b class=ocrx_word>Thuc</b>\n\
         <b class=ocrx_word>hien</b>\n<b class=ocrx_word>cong</b>\n<b class=ocrx_word>tac</b>\n</span></div>\n",
    );
    let run = dir.run(&["restore", "--diff", "a.hocr"]).expect(1);
    assert!(
        run.text()
            .contains("\n-<b class=ocrx_word>Thuc</b>\n-<b class=ocrx_word>hien</b>\n"),
        "{}",
        run.text()
    );
    assert!(run.text().contains("\n+<b class=ocrx_word>Thực</b>\n"));
}

#[test]
fn markup_that_is_too_large_is_refused_unless_it_is_allowed() {
    let dir = Folder::new();
    dir.put("a.hocr", fixture("ke-hoach.eng.hocr"));
    dir.run(&["restore", "--max-size", "20kB", "a.hocr"])
        .expect_error(2, &["a.hocr: ", "larger than 20000 bytes", "--max-size"]);
    dir.run(&["restore", "--max-size", "2MB", "a.hocr"])
        .expect(0);
}

/// A reader that does not stop would not end here.
#[cfg(unix)]
#[test]
fn markup_without_end_is_refused_when_it_is_too_much() {
    let dir = Folder::new();
    let endless = "(printf '<alto>'; yes '<String CONTENT=\"tac\"/>') | ";
    let script = format!("{endless} exec \"$0\" restore");
    let program = env!("CARGO_BIN_EXE_vidau");
    let run = std::process::Command::new("timeout")
        .args(["60", "sh", "-c", &script, program])
        .current_dir(dir.path(""))
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains("larger than 64000000 bytes"), "{said}");
    assert_eq!(run.status.code(), Some(2));
}

#[test]
fn what_has_no_place_for_annotations_stays() {
    let dir = Folder::new();
    let text = fixture("ke-hoach.eng.ocr.txt");
    let report = ["--report", "json", "--report-file", "r"];
    for (name, bytes) in [
        ("a.txt", text.clone()),
        ("a.tsv", fixture("ke-hoach.eng.tsv")),
        ("long.txt", text.repeat(1 + (1 << 18) / text.len())),
    ] {
        dir.put(name, &bytes);
        let restore = [
            "restore", "-w", "--record", "annotate", "--ledger", "l", name,
        ];
        dir.run(&[&restore[..], &report].concat()).expect(0);
        assert_eq!(dir.get(name), bytes, "{name}");
        assert!(!dir.path("l").exists(), "no change, no ledger");
        let found: serde_json::Value = serde_json::from_slice(&dir.get("r")).expect("JSON");
        let file = &found["files"][0];
        assert_eq!(file["changes"].as_array().map(Vec::len), Some(0));
        let flags = file["flags"].as_array().expect("a list");
        let first = flags.iter().find(|f| f["before"] == "UY").expect("a flag");
        assert_eq!(first["after"], "UY");
        assert_eq!(first["alternatives"][0]["text"], "ỦY");
    }
}

#[test]
fn a_file_in_another_format_than_asked_is_refused() {
    let dir = Folder::new();
    let kinds = ["ocr.txt", "hocr", "alto.xml", "page.xml", "tsv"];
    let formats = ["text", "hocr", "alto", "page", "tsv"];
    for (kind, is) in kinds.into_iter().zip(formats) {
        let bytes = fixture(&format!("ke-hoach.eng.{kind}"));
        dir.put("a", &bytes);
        for asked in formats.into_iter().filter(|f| *f != is) {
            let why = match is {
                "text" => format!("not sound {asked}"),
                _ => format!("asked to be read as {asked}, but it is {is}; leave --format out"),
            };
            dir.run(&["restore", "-w", "--format", asked, "a"])
                .expect_error(2, &["a", &why]);
            assert_eq!(dir.get("a"), bytes);
        }
    }
    dir.put("a", b"<?xml version='1.0'?><svg/>");
    for (asked, why) in [
        ("alto", "<svg>, not <alto>"),
        ("page", "<svg>, not <PcGts>"),
    ] {
        dir.run(&["restore", "-w", "--format", asked, "a"])
            .expect_error(2, &["a", why]);
    }
}

#[test]
fn damaged_files_are_refused_and_stay() {
    let dir = Folder::new();
    let hocr = fixture("ke-hoach.eng.hocr");
    let latin = String::from_utf8_lossy(&hocr).replacen("UTF-8", "ISO-8859-1", 1);
    for (name, bytes, why) in [
        ("cut", hocr[..hocr.len() / 2].to_vec(), "not sound hocr"),
        ("latin", latin.into_bytes(), "iso-8859-1"),
        (
            "bomb",
            b"<!DOCTYPE alto [<!ENTITY a 'b'>]><alto>&a;</alto>".to_vec(),
            "entities",
        ),
    ] {
        dir.put(name, &bytes);
        dir.run(&["restore", "-w", name])
            .expect_error(2, &[name, why]);
        assert_eq!(dir.get(name), bytes);
    }
    assert_eq!(dir.names(), ["bomb", "cut", "latin"]);
}
