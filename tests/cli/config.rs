//! What the user knows, on the command line and in vidau.toml.

use crate::support::Folder;

const READ: &str = "dia ban huyen Kr6ng Pac va xa Ea Knuéc\n";
const KNOWN: &str = "địa bàn huyện Krông Pắc và xã Ea Knuếc\n";
const NAMES: &str = "# names\n\nEa Knuếc   # a commune\n";

#[test]
fn names_of_the_user_s_are_found_where_they_were_misread() {
    let dir = Folder::new();
    dir.put("names.txt", NAMES);
    let args = ["restore", "--lexicon", "names.txt"];
    assert_eq!(dir.run_with(&args, READ.as_bytes()).expect(0).text(), KNOWN);
    // Without, the model has nothing of the kind.
    let run = dir.run_with(&["restore"], READ.as_bytes()).expect(0);
    assert_ne!(run.text(), KNOWN);
}

#[test]
fn what_is_to_be_kept_stays() {
    let dir = Folder::new();
    dir.put("keep.txt", "dia ban\nPac\n");
    let run = dir.run_with(&["restore", "--keep", "keep.txt"], READ.as_bytes());
    let text = run.expect(0).text();
    assert!(text.starts_with("dia ban huyện "), "{text}");
    assert!(text.contains(" Pac "), "{text}");
}

#[test]
fn tones_are_placed_as_asked_in_restored_words_only() {
    let dir = Folder::new();
    for (style, expected) in [
        ("old", "công tác thủy lợi, giá cả hoà bình\n"),
        ("new", "công tác thuỷ lợi, giá cả hoà bình\n"),
        ("keep", "công tác thuỷ lợi, giá cả hoà bình\n"),
    ] {
        let read = "công tác thuy loi, giá cả hoà bình\n";
        let run = dir.run_with(&["restore", "--tone-style", style], read.as_bytes());
        assert_eq!(run.expect(0).text(), expected, "{style}");
    }
}

#[test]
fn a_profile_can_be_forced() {
    let dir = Folder::new();
    let run = |profile: &str| {
        let args = ["restore", "--profile", profile];
        dir.run_with(&args, READ.as_bytes()).expect(0).text()
    };
    assert_eq!(run("auto"), run("eng"));
    assert_ne!(run("clean"), run("eng"));
}

#[test]
fn a_change_that_is_not_sure_enough_is_not_made_but_flagged() {
    let dir = Folder::new();
    let args = [
        "restore",
        "--min-confidence",
        "1",
        "--report",
        "json",
        "--report-file",
        "r.json",
    ];
    let run = dir.run_with(&args, b"Thuc hien cong tac dan van va cac to\n");
    let restored = run.expect(0).text();
    let report: serde_json::Value = serde_json::from_slice(&dir.get("r.json")).expect("JSON");
    let report = report.to_string();
    assert!(restored.ends_with("to\n"), "{restored}");
    assert!(report.contains("\"tổ\""), "{report}");
    assert!(!report.contains("\"best\":\"tổ\""), "{report}");
}

#[test]
fn settings_are_found_upward_from_the_input() {
    let dir = Folder::new();
    dir.put("a/vidau.toml", "lexicon = [\"lists/names.txt\"]\n");
    dir.put("a/lists/names.txt", NAMES);
    dir.put("a/b/page.txt", READ);
    let run = dir.run(&["restore", "a/b/page.txt"]).expect(0);
    assert_eq!(run.text(), KNOWN);
    let plain = dir
        .run(&["restore", "--no-config", "a/b/page.txt"])
        .expect(0);
    assert_ne!(plain.text(), KNOWN);
    // Stdin is looked for from the current folder.
    let run = dir.run_with(&["restore"], READ.as_bytes()).expect(0);
    assert_eq!(run.text(), plain.text());
    let run = dir
        .command(["restore", "page.txt"])
        .current_dir(dir.path("a/b"))
        .output()
        .expect("the program runs");
    assert_eq!(run.stdout, KNOWN.as_bytes());
    let args = ["restore", "--config", "a/vidau.toml"];
    assert_eq!(dir.run_with(&args, READ.as_bytes()).expect(0).text(), KNOWN);
}

#[test]
fn the_command_line_wins() {
    let dir = Folder::new();
    dir.put(
        "vidau.toml",
        "profile = \"clean\"\nlexicon = \"none.txt\"\n",
    );
    dir.put("names.txt", NAMES);
    let args = ["restore", "--profile", "auto", "--lexicon", "names.txt"];
    assert_eq!(dir.run_with(&args, READ.as_bytes()).expect(0).text(), KNOWN);
    // A list that is not there is an error, named as the file names it.
    dir.run_with(&["restore"], READ.as_bytes())
        .expect_error(2, &["none.txt"]);
}

#[test]
fn wrong_settings_name_file_line_and_remedy() {
    let dir = Folder::new();
    for (text, parts) in [
        (
            "profile = \"eng\"\nmodle = \"m\"\n",
            ["vidau.toml:2", "modle", "--no-config"],
        ),
        (
            "\n\nprofile = \"x\"\n",
            ["vidau.toml:3", "stripped", "--no-config"],
        ),
        (
            "keep = 3\n",
            ["vidau.toml:1", "list of file names", "--no-config"],
        ),
        (
            "a b\n",
            ["vidau.toml:1", "docs/configuration.md", "--no-config"],
        ),
        (
            "min-confidence = 3\n",
            ["vidau.toml", "--min-confidence", "from 0 to 1"],
        ),
    ] {
        dir.put("vidau.toml", text);
        dir.run_with(&["restore"], b"").expect_error(2, &parts);
        dir.run_with(&["restore", "--no-config"], b"").expect(0);
    }
}

#[test]
fn inputs_with_different_settings_are_not_mixed() {
    let dir = Folder::new();
    dir.put("a/vidau.toml", "profile = \"eng\"\n");
    dir.put("a/1.txt", "");
    dir.put("b/2.txt", "");
    dir.run(&["restore", "a/1.txt", "b/2.txt"])
        .expect_error(2, &["a/1.txt", "b/2.txt", "--config"]);
    dir.run(&["restore", "--no-config", "a/1.txt", "b/2.txt"])
        .expect(0);
}

#[test]
fn entries_that_cannot_be_used_are_named() {
    let dir = Folder::new();
    dir.put(
        "names.txt",
        "một hai ba bốn năm sáu bảy tám chín mười một hai ba\n",
    );
    dir.run_with(&["restore", "--lexicon", "names.txt"], b"")
        .expect_error(2, &["--lexicon", "một hai", "12 words"]);
}
