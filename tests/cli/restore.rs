use std::io::{Read, Write};
use std::process::Stdio;

use crate::support::{Folder, STRIPPED, TRUTH};

/// Everything but letters and marks must come out as it went in.
fn line_ends(bytes: &[u8]) -> Vec<&[u8]> {
    let lines = bytes.split_inclusive(|&b| b == b'\n');
    lines
        .map(|line| {
            let end = line.iter().rposition(|b| !b"\r\n".contains(b));
            &line[end.map_or(0, |i| i + 1)..]
        })
        .collect()
}

#[test]
fn line_ends_final_newline_and_byte_order_mark_stay() {
    let dir = Folder::new();
    let unix = STRIPPED.to_owned();
    let dos = STRIPPED.replace('\n', "\r\n");
    let mixed = STRIPPED.replacen('\n', "\r\n", 2);
    let cases = [
        String::new(),
        "\n".to_owned(),
        "\r\n\r\n".to_owned(),
        "   \n\t\n".to_owned(),
        unix.trim_end().to_owned(),
        dos.trim_end().to_owned(),
        format!("\u{feff}{unix}"),
        "\u{feff}".to_owned(),
        format!("{unix}\x0c{unix}"),
        unix,
        dos,
        mixed,
    ];
    for input in cases {
        let run = dir.run_with(&["restore"], input.as_bytes()).expect(0);
        let ends = line_ends(run.stdout());
        assert_eq!(ends, line_ends(input.as_bytes()), "{input:?}");
        assert_eq!(
            run.text().starts_with('\u{feff}'),
            input.starts_with('\u{feff}')
        );
        assert_eq!(run.stderr(), "");
    }
}

#[test]
fn right_text_stays_to_the_byte() {
    let dir = Folder::new();
    for input in [
        TRUTH.to_owned(),
        format!("\u{feff}{}", TRUTH.replace('\n', "\r\n")),
    ] {
        assert_eq!(
            dir.run_with(&["restore", "-"], input.as_bytes()).text(),
            input
        );
    }
}

#[test]
fn several_inputs_come_out_in_order() {
    let dir = Folder::new();
    dir.put("b.txt", "12\n");
    dir.put("a.txt", "34");
    let run = dir
        .run_with(&["restore", "b.txt", "-", "a.txt"], b"56\n")
        .expect(0);
    assert_eq!(run.text(), "12\n56\n34");
}

#[test]
fn bytes_that_are_no_utf8_are_refused_with_place_and_remedy() {
    let dir = Folder::new();
    let bad = b"m\xe1\xbb\x99t\nhai \xe2\x28 ba\n";
    dir.put("bad.txt", bad);
    let place = ["bad.txt", "byte 10", "line 2", "--encoding"];
    let run = dir.run(&["restore", "bad.txt"]).expect_error(2, &place);
    assert_eq!(run.stdout(), b"");
    dir.run(&["restore", "-w", "--ledger", "l.jsonl", "bad.txt"])
        .expect_error(2, &place);
    dir.run(&["restore", "-o", "out.txt", "bad.txt"])
        .expect_error(2, &place);
    assert_eq!(dir.get("bad.txt"), bad);
    assert_eq!(dir.names(), ["bad.txt"]);
    dir.run_with(&["restore"], bad)
        .expect_error(2, &["<stdin>", "byte 10"]);
}

#[test]
fn one_bad_input_does_not_stop_the_others() {
    let dir = Folder::new();
    dir.put("1.txt", "12\n");
    dir.put("2.txt", b"\xff");
    dir.put("3.txt", "34\n");
    let run = dir
        .run(&["restore", "1.txt", "2.txt", "missing.txt", "3.txt"])
        .expect(3);
    assert_eq!(run.text(), "12\n34\n");
    let stderr = run.stderr();
    assert!(stderr.contains("2.txt: not UTF-8 at byte 0") && stderr.contains("missing.txt"));
    dir.run(&["restore", "2.txt", "missing.txt"]).expect(2);
}

#[test]
fn an_output_folder_gets_the_same_names() {
    let dir = Folder::new();
    dir.put("1.txt", "12\n");
    dir.put("sub/2.txt", "34\n");
    dir.run(&["restore", "1.txt", "sub/2.txt", "-o", "out/"])
        .expect(0);
    assert_eq!(
        (dir.get("out/1.txt"), dir.get("out/2.txt")),
        (b"12\n".to_vec(), b"34\n".to_vec())
    );
    dir.put("other/2.txt", "56\n");
    dir.run(&["restore", "other/2.txt", "sub/2.txt", "-o", "out"])
        .expect_error(2, &["2.txt", "written to twice"]);
    dir.run(&["restore", "1.txt", "sub/2.txt", "-o", "file.txt"])
        .expect_error(2, &["file.txt", "folder"]);
    dir.run_with(&["restore", "-o", "out"], b"x")
        .expect_error(2, &["out", "<stdin>"]);
}

#[test]
fn an_input_is_not_written_to_unless_asked() {
    let dir = Folder::new();
    dir.put("1.txt", STRIPPED);
    dir.put("2.txt", STRIPPED);
    for args in [
        &["restore", "1.txt", "-o", "1.txt"][..],
        &["restore", "1.txt", "-o", "./1.txt"],
        &["restore", "1.txt", "2.txt", "-o", "."],
        &["restore", "-w", "1.txt", "--ledger", "1.txt"],
        &[
            "restore",
            "1.txt",
            "--report",
            "json",
            "--report-file",
            "1.txt",
        ],
    ] {
        dir.run(args).expect_error(2, &["1.txt", "is an input"]);
    }
    assert_eq!(dir.get("1.txt"), STRIPPED.as_bytes());
    dir.run(&["restore", "-w", "-"]).expect_error(2, &["stdin"]);
    dir.run(&["restore", "-w", "1.txt", "./1.txt"])
        .expect_error(2, &["given twice"]);
    dir.run(&["restore", "-", "-"])
        .expect_error(2, &["only once"]);
    assert_eq!(dir.names(), ["1.txt", "2.txt"]);
}

#[test]
fn check_and_diff_are_quiet_about_right_text() {
    let dir = Folder::new();
    dir.put("right.txt", TRUTH);
    for mode in ["--check", "--diff"] {
        let run = dir.run(&["restore", mode, "right.txt"]).expect(0);
        assert_eq!((run.text().as_str(), run.stderr().as_str()), ("", ""));
    }
}

#[test]
fn markup_that_is_no_format_is_refused() {
    let dir = Folder::new();
    dir.put("page.html", "\u{feff}\n<?xml version=\"1.0\"?><html/>");
    dir.run(&["restore", "page.html"])
        .expect_error(2, &["page.html", "hOCR"]);
    dir.put("image.svg", "<?xml version=\"1.0\"?><svg/>");
    dir.run(&["restore", "image.svg"])
        .expect_error(2, &["image.svg", "--format"]);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let dir = Folder::new();
    dir.put("long.txt", TRUTH.repeat(2000));
    let mut child = dir
        .command(["restore", "long.txt"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut start = [0; 10];
    let mut stdout = child.stdout.take().expect("stdout");
    stdout.read_exact(&mut start).expect("a start");
    drop(stdout);
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_json_report_goes_to_stderr_or_a_file() {
    let dir = Folder::new();
    dir.put("1.txt", "12\n");
    dir.put("2.txt", b"\xff");
    let args = ["restore", "--report", "json", "1.txt", "2.txt"];
    let report = |json: &[u8]| -> serde_json::Value { serde_json::from_slice(json).expect("JSON") };
    dir.run(&[&args[..], &["--report-file", "r.json"]].concat())
        .expect(3);
    let r = report(&dir.get("r.json"));
    assert_eq!(r["schema"], "vidau.report/1");
    assert_eq!(r["files"][0]["file"], "1.txt");
    assert_eq!(r["files"][0]["changes"], serde_json::json!([]));
    assert!(
        r["files"][1]["error"]
            .as_str()
            .is_some_and(|e| e.contains("not UTF-8"))
    );
    assert_eq!(r["summary"]["failed"], 1);

    let run = dir.run(&["restore", "--report", "json", "1.txt"]).expect(0);
    assert_eq!(run.stdout(), b"12\n");
    assert_eq!(report(run.stderr().as_bytes())["summary"]["files"], 1);
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let dir = Folder::new();
    for args in [
        &[][..],
        &["restore", "--nonsense"],
        &["restore", "-w", "--check", "x"],
        &["restore", "-w", "-o", "y", "x"],
        &["restore", "--report", "yaml", "x"],
    ] {
        dir.run(args).expect(2);
    }
    for args in [&["--help"][..], &["restore", "--help"], &["--version"]] {
        dir.run(args).expect(0);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_130() {
    use std::os::unix::process::ExitStatusExt;
    let dir = Folder::new();
    let mut child = dir
        .command(["restore"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("stdin");
    stdin.write_all(b"12\n").expect("it reads");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
    let status = child.wait().expect("an end");
    // On a busy machine the signal may come before its handler is there.
    assert!(
        status.code() == Some(130) || status.signal() == Some(2),
        "{status}"
    );
}

/// What happens when there is something to change.
mod with_changes {
    use super::*;

    /// The only line of the page that needs its marks.
    const PAGE: &str = "12\nThuc hien cong tac dan van\n34";
    const RESTORED: &str = "12\nThực hiện công tác dân vận\n34";

    #[test]
    fn marks_come_back() {
        let dir = Folder::new();
        assert_eq!(dir.run_with(&["restore"], PAGE.as_bytes()).text(), RESTORED);
        let page = format!("\u{feff}{}", PAGE.replace('\n', "\r\n"));
        let restored = format!("\u{feff}{}", RESTORED.replace('\n', "\r\n"));
        assert_eq!(dir.run_with(&["restore"], page.as_bytes()).text(), restored);
    }

    #[test]
    fn check_lists_and_diff_shows() {
        let dir = Folder::new();
        dir.put("page.txt", PAGE);
        dir.put("right.txt", RESTORED);
        let run = dir
            .run(&["restore", "--check", "right.txt", "page.txt"])
            .expect(1);
        assert_eq!(run.text(), "page.txt\n");
        let run = dir
            .run(&["restore", "--diff", "right.txt", "page.txt"])
            .expect(1);
        let expected = "--- page.txt\n+++ page.txt (restored)\n@@ -1,3 +1,3 @@\n 12\n\
                        -Thuc hien cong tac dan van\n+Thực hiện công tác dân vận\n 34\n\
                        \\ No newline at end of file\n";
        assert_eq!(run.text(), expected);
        let colored = ["restore", "--diff", "--color", "always", "page.txt"];
        assert!(dir.run(&colored).text().contains("\x1b[32m+Thực"));
        assert_eq!(dir.get("page.txt"), PAGE.as_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn in_place_keeps_permissions_and_links_and_leaves_nothing_behind() {
        use std::fs::{self, Permissions};
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = Folder::new();
        let page = dir.put("page.txt", PAGE);
        fs::set_permissions(&page, Permissions::from_mode(0o640)).unwrap();
        symlink("page.txt", dir.path("link.txt")).unwrap();
        let run = dir.run(&["restore", "-q", "-w", "link.txt"]).expect(0);
        assert_eq!((run.text().as_str(), run.stderr().as_str()), ("", ""));
        assert_eq!(dir.get("page.txt"), RESTORED.as_bytes());
        assert_eq!(
            fs::metadata(&page).unwrap().permissions().mode() & 0o7777,
            0o640
        );
        assert!(
            fs::symlink_metadata(dir.path("link.txt"))
                .unwrap()
                .is_symlink()
        );
        assert_eq!(dir.names(), ["link.txt", "page.txt"]);

        let page = dir.put("locked.txt", PAGE);
        fs::set_permissions(&page, Permissions::from_mode(0o440)).unwrap();
        dir.run(&["restore", "-w", "--ledger", "l", "locked.txt"])
            .expect_error(2, &["locked.txt", "read-only"]);
        assert_eq!(dir.get("locked.txt"), PAGE.as_bytes());
        assert!(!dir.path("l").exists());
    }

    #[test]
    fn the_ledger_leads_back_to_the_input() {
        let dir = Folder::new();
        let page = format!("\u{feff}{PAGE}");
        dir.put("page.txt", &page);
        dir.run(&["restore", "-w", "--ledger", "l.jsonl", "page.txt"])
            .expect(0);
        let ledger = String::from_utf8(dir.get("l.jsonl")).unwrap();
        let mut text = String::from_utf8(dir.get("page.txt")).unwrap();
        assert_ne!(text, page);
        assert!(ledger.lines().count() > 0);
        let entries = ledger
            .lines()
            .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap());
        for entry in entries.collect::<Vec<_>>().iter().rev() {
            assert_eq!(entry["schema"], "vidau.ledger/1");
            assert_eq!(
                (&entry["file"], &entry["line"]),
                (&"page.txt".into(), &2.into())
            );
            let (before, after) = (
                entry["before"].as_str().unwrap(),
                entry["after"].as_str().unwrap(),
            );
            let at = entry["output_start"].as_u64().unwrap() as usize;
            assert_eq!(&text[at..at + after.len()], after);
            text.replace_range(at..at + after.len(), before);
            let span = |k: usize| entry["span"][k].as_u64().unwrap() as usize;
            assert_eq!(&page[span(0)..span(1)], before);
        }
        assert_eq!(text, page);
    }
}

/// Above what is held whole: mostly figures, which take no time, with words
/// here and there, in lines long and short.
fn long_text() -> String {
    let figures = "12 345 6.789\n".repeat(40);
    let mut text = String::from("\u{feff}");
    while text.len() < 300_000 {
        text += STRIPPED;
        text += &figures;
        text += &STRIPPED.replace('\n', "; 1.234.567; ");
    }
    text
}

#[test]
fn a_long_text_is_undone_from_every_ledger() {
    let dir = Folder::new();
    let text = long_text();
    dir.put("page.txt", &text);
    let stdout = dir.run(&["restore", "page.txt"]).expect(0).text();
    assert_eq!(stdout.lines().count(), text.lines().count());
    assert_eq!(
        stdout.matches("Thực hiện chương trình").count(),
        text.matches("Thuc hien chuong trinh").count()
    );
    let piped = dir.run_with(&["restore"], text.as_bytes()).expect(0);
    assert_eq!(piped.text(), stdout);
    for form in ["lines", "compact"] {
        let with = |args: &[&str], ledger: &str| {
            let all = [args, &["--ledger-form", form, "--ledger", ledger]].concat();
            dir.run(&all).expect(0)
        };
        assert_eq!(with(&["restore", "page.txt"], "other").text(), stdout);
        with(&["restore", "-w", "page.txt"], "ledger");
        assert_eq!(dir.get("page.txt"), stdout.as_bytes(), "{form}");
        assert_eq!(dir.get("ledger"), dir.get("other"), "{form}");
        dir.run(&["revert", "ledger", "page.txt", "-o", "page.txt"])
            .expect(0);
        assert_eq!(dir.get("page.txt"), text.as_bytes(), "{form}");
        for ledger in ["ledger", "other"] {
            std::fs::remove_file(dir.path(ledger)).expect("removed");
        }
    }
    assert_eq!(dir.names(), ["page.txt"]);
}

#[test]
fn places_in_a_long_text_are_those_of_the_whole() {
    let dir = Folder::new();
    let text = long_text();
    dir.put("page.txt", &text);
    let args = ["restore", "page.txt", "-o", "out.txt", "--report", "json"];
    let run = dir.run(&args).expect(0);
    let report: serde_json::Value = serde_json::from_str(&run.stderr()).expect("JSON");
    let output = String::from_utf8(dir.get("out.txt")).expect("UTF-8");
    let file = &report["files"][0];
    let changes = file["changes"].as_array().expect("changes");
    assert_eq!(report["summary"]["changes"], changes.len());
    assert_eq!(file["words"], text.split_whitespace().count());
    let number = |value: &serde_json::Value| value.as_u64().expect("a number") as usize;
    for change in changes {
        let (before, after) = (change["before"].as_str(), change["after"].as_str());
        let start = number(&change["span"][0]);
        assert!(text[start..].starts_with(before.expect("text")));
        assert!(output[number(&change["output_start"])..].starts_with(after.expect("text")));
        let line = text
            .lines()
            .nth(number(&change["line"]) - 1)
            .expect("the line");
        let line = line.trim_start_matches('\u{feff}');
        let rest: String = line.chars().skip(number(&change["column"]) - 1).collect();
        assert!(rest.starts_with(before.expect("text")), "{change}");
    }
    assert!(changes.len() > 1000);
}

#[test]
fn a_long_text_has_the_diff_that_makes_it() {
    let dir = Folder::new();
    let text = long_text();
    dir.put("page.txt", &text);
    let restored = dir.run(&["restore", "page.txt"]).expect(0).text();
    let diff = dir.run(&["restore", "--diff", "page.txt"]).expect(1).text();
    let side = |sign: char| {
        let lines = diff.lines().skip(2);
        lines
            .filter_map(move |l| l.strip_prefix(sign))
            .collect::<Vec<_>>()
    };
    let changed = text.lines().zip(restored.lines()).filter(|(a, b)| a != b);
    let (before, after): (Vec<&str>, Vec<&str>) = changed.unzip();
    assert_eq!(side('-'), before);
    assert_eq!(side('+'), after);
    assert_eq!(
        dir.run(&["restore", "--check", "page.txt"])
            .expect(1)
            .text(),
        "page.txt\n"
    );
}

#[test]
fn a_long_text_that_is_none_is_refused_before_anything_is_written() {
    let dir = Folder::new();
    let mut bytes = "dòng\n".repeat(60_000).into_bytes();
    bytes.extend(b"m\xe1t\n");
    dir.put("page.txt", &bytes);
    for args in [
        &["restore", "page.txt"][..],
        &["restore"],
        &["restore", "-w", "page.txt"],
    ] {
        let run = dir.run_with(args, &bytes);
        let run = run.expect_error(2, &["not UTF-8 at byte 360001 (line 60001)"]);
        assert_eq!(run.stdout(), b"");
    }
    assert_eq!(dir.get("page.txt"), bytes);
}
