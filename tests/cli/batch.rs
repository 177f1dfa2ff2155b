use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Folder, Run, STRIPPED, TRUTH};

/// A tree of `n` pages, no two alike, in three folders.
fn pages(dir: &Folder, n: usize) {
    for i in 0..n {
        let line = STRIPPED.lines().nth(i % 5).expect("five lines");
        dir.put(
            &format!("in/{}/page{i:03}.txt", i % 3),
            format!("So {i}\n{line}\n{STRIPPED}"),
        );
    }
}

/// Every file below the folder but the journal, whose order is that of the
/// threads.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn visit(folder: &Path, root: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                visit(&path, root, files);
                continue;
            }
            let name = path.strip_prefix(root).expect("below").to_string_lossy();
            if name != ".vidau/journal.jsonl" && name != ".vidau/lock" {
                files.insert(name.into_owned(), fs::read(&path).expect("a file"));
            }
        }
    }
    let mut files = BTreeMap::new();
    visit(root, root, &mut files);
    files
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let parse = |l| serde_json::from_str(l).expect("JSON");
    text.lines().map(parse).collect()
}

fn journal(dir: &Folder) -> Vec<Value> {
    lines(&dir.get("out/.vidau/journal.jsonl"))
}

/// Paths that the journal calls done, sorted, each as often as it does.
fn done(dir: &Folder) -> Vec<String> {
    let mut paths: Vec<String> = journal(dir)
        .iter()
        .filter(|l| l["status"] == "done")
        .map(|l| l["path"].as_str().expect("a path").to_owned())
        .collect();
    paths.sort();
    paths
}

fn report(dir: &Folder) -> Value {
    serde_json::from_slice(&dir.get("out/report.json")).expect("JSON")
}

fn batch(dir: &Folder, more: &[&str]) -> Run {
    dir.run(&[&["batch", "in", "-o", "out"], more].concat())
}

#[test]
fn the_tree_is_mirrored_and_a_second_run_finds_nothing_to_do() {
    let dir = Folder::new();
    pages(&dir, 6);
    dir.put("in/0/scan.tif", [0u8; 99]);
    dir.put("in/.hidden.txt", STRIPPED);
    let run = batch(&dir, &[]).expect(0);
    assert!(
        run.stderr()
            .contains("restored: 6, kept: 0, failed: 0, other files left alone: 1"),
        "{}",
        run.stderr()
    );
    for i in 0..6 {
        let name = format!("{}/page{i:03}.txt", i % 3);
        let alone = dir.run(&["restore", &format!("in/{name}")]).expect(0);
        assert_eq!(dir.get(&format!("out/{name}")), alone.stdout());
    }
    assert!(!dir.path("out/.hidden.txt").exists());
    assert!(!dir.path("out/0/scan.tif").exists());
    let first = tree(&dir.path("out"));
    let run = batch(&dir, &[]).expect(0);
    assert!(
        run.stderr().contains("restored: 0, kept: 6"),
        "{}",
        run.stderr()
    );
    assert_eq!(tree(&dir.path("out")), first);
    assert_eq!(report(&dir)["total"]["restored"], 6);
    assert_eq!(report(&dir)["left_alone"]["endings"]["tif"], 1);
}

#[test]
fn the_ledger_leads_back_to_the_input() {
    let dir = Folder::new();
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../data/fixtures/ke-hoach.eng."
    );
    for ending in ["hocr", "alto.xml"] {
        let page = fs::read(format!("{fixture}{ending}")).expect("the fixture");
        dir.put(&format!("in/page.{ending}"), page);
    }
    dir.put("in/a.txt", STRIPPED);
    let utf16 = STRIPPED.encode_utf16().flat_map(u16::to_le_bytes);
    dir.put("in/b.txt", utf16.collect::<Vec<u8>>());
    dir.put("in/long.txt", STRIPPED.repeat(1500));
    batch(&dir, &["-q"]).expect(0);
    for file in ["a.txt", "b.txt", "long.txt", "page.hocr", "page.alto.xml"] {
        let output = format!("out/{file}");
        let input = dir.get(&format!("in/{file}"));
        assert_ne!(dir.get(&output), input);
        let ledger = format!("out/.vidau/ledger/{file}.ledger.zst");
        let back = dir.run(&["revert", &ledger, &output, "-o", "-"]).expect(0);
        assert!(back.stdout() == input, "{file}");
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let dir = Folder::new();
    pages(&dir, 12);
    dir.put("in/bad.txt", b"\xff");
    batch(&dir, &["-q", "-j", "1"]).expect(3);
    let one = tree(&dir.path("out"));
    dir.run(&["batch", "in", "-o", "out4", "-q", "-j", "4"])
        .expect(3);
    assert_eq!(tree(&dir.path("out4")), one);
}

#[test]
fn what_changes_is_done_again_and_what_failed_when_asked() {
    let dir = Folder::new();
    pages(&dir, 3);
    dir.put("in/bad.txt", b"\xff\n");
    let counts = |more: &[&str], code: i32| {
        let stderr = batch(&dir, more).expect(code).stderr();
        let last = stderr.lines().last().expect("a line").to_owned();
        last.trim_start_matches("vidau: ").to_owned()
    };
    assert_eq!(counts(&[], 3), "restored: 3, kept: 0, failed: 1");
    assert_eq!(counts(&[], 3), "restored: 0, kept: 3, failed: 1");
    let tries = || {
        journal(&dir)
            .iter()
            .filter(|l| l["path"] == "bad.txt")
            .count()
    };
    assert_eq!(tries(), 1, "not tried again unasked");
    assert_eq!(
        counts(&["--retry-failed"], 3),
        "restored: 0, kept: 3, failed: 1"
    );
    assert_eq!(tries(), 2);
    dir.put("in/bad.txt", TRUTH);
    dir.put("in/0/page000.txt", TRUTH);
    assert_eq!(counts(&[], 0), "restored: 2, kept: 2, failed: 0");
    assert_eq!(dir.get("out/bad.txt"), TRUTH.as_bytes());
    // Right text is not changed, so there is nothing to undo any more.
    assert!(
        !dir.path("out/.vidau/ledger/0/page000.txt.ledger.zst")
            .exists()
    );
    assert_eq!(
        counts(&["--flag-below", "0.5"], 0),
        "restored: 4, kept: 0, failed: 0"
    );
    assert_eq!(
        counts(&["--flag-below", "0.5"], 0),
        "restored: 0, kept: 4, failed: 0"
    );
    assert_eq!(
        counts(&["--flag-below", "0.5", "--force"], 0),
        "restored: 4, kept: 0, failed: 0"
    );
    fs::remove_file(dir.path("out/bad.txt")).expect("it is there");
    assert_eq!(
        counts(&["--flag-below", "0.5"], 0),
        "restored: 1, kept: 3, failed: 0"
    );
}

#[cfg(unix)]
#[test]
fn what_cannot_be_done_is_named_and_the_rest_goes_on() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let dir = Folder::new();
    pages(&dir, 3);
    dir.put("in/empty.txt", "");
    dir.put("in/binary.txt", [b"text\n".as_slice(), &[0; 64]].concat());
    dir.put(
        "in/mets.xml",
        "<?xml version=\"1.0\"?>\n<mets:mets xmlns:mets=\"x\"/>\n",
    );
    dir.put("in/huge.hocr", format!("<html>{}</html>", " ".repeat(3000)));
    dir.put("in/report.html", "<html><body/></html>");
    let odd = dir.path("in").join(OsStr::from_bytes(b"na\xffme.txt"));
    fs::write(odd, STRIPPED).expect("a file");
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path("in/pipe.txt"))
        .status();
    assert!(made.is_ok_and(|s| s.success()));
    let device = std::process::Command::new("mknod")
        .arg(dir.path("in/device.txt"))
        .args(["c", "1", "5"])
        .output();
    let device = usize::from(device.is_ok_and(|o| o.status.success()));
    if device == 0 {
        eprintln!("not tested: no right to make a device");
    }
    for (name, head) in [("sparse.txt", ""), ("half.txt", STRIPPED)] {
        dir.put(&format!("in/{name}"), head.repeat(100));
        let sparse = fs::File::options()
            .append(true)
            .open(dir.path("in").join(name));
        let sparse = sparse.expect("the file");
        sparse.set_len(1 << 31).expect("no space is used");
    }
    dir.put("in/bytes.txt", b"cong t\xe1\xffc d\x81n\n");
    let _socket =
        std::os::unix::net::UnixListener::bind(dir.path("in/socket.txt")).expect("a socket");

    let run = batch(&dir, &["--max-size", "2kB"]).expect(3);
    let stderr = run.stderr();
    for (file, why) in [
        ("empty.txt", "empty"),
        ("binary.txt", "binary"),
        ("huge.hocr", "--max-size"),
        ("report.html", "belongs to the report"),
        ("pipe.txt", "a pipe"),
        ("socket.txt", "a socket"),
        ("device.txt", "a device"),
        ("sparse.txt", "binary"),
        ("half.txt", "binary data at byte"),
        ("bytes.txt", "UTF-8"),
    ] {
        let times = if file == "device.txt" { device } else { 1 };
        let named = |l: &&str| l.starts_with(&format!("vidau: {file}: ")) && l.contains(why);
        assert_eq!(
            stderr.lines().filter(named).count(),
            times,
            "{file}: {stderr}"
        );
        assert!(!dir.path(&format!("out/{file}")).exists() || file == "report.html");
    }
    let failed = 9 + device;
    assert!(
        stderr.contains(&format!(
            "restored: 4, kept: 0, failed: {failed}, other files left alone: 1"
        )),
        "{stderr}"
    );
    assert!(done(&dir).contains(&"na\\xffme.txt".to_owned()));
    assert_eq!(
        report(&dir)["failures"].as_array().map(Vec::len),
        Some(failed)
    );

    let plan = batch(&dir, &["--max-size", "2kB", "--dry-run"]).expect(3);
    assert!(
        plan.text().contains("keep\t0/page000.txt\n"),
        "{}",
        plan.text()
    );
    assert!(
        plan.text().contains("fail\tempty.txt\tempty"),
        "{}",
        plan.text()
    );
    assert!(plan.text().contains("leave\tmets.xml\n"), "{}", plan.text());
}

#[test]
fn a_dry_run_writes_nothing() {
    let dir = Folder::new();
    pages(&dir, 2);
    let plan = batch(&dir, &["--dry-run"]).expect(0);
    assert_eq!(
        plan.text(),
        "restore\t0/page000.txt\nrestore\t1/page001.txt\n"
    );
    assert_eq!(dir.names(), ["in"]);
}

#[test]
fn globs_ignore_files_and_lists_choose() {
    let dir = Folder::new();
    pages(&dir, 6);
    dir.put("in/1/.ignore", "page004.txt\n");
    dir.put("in/.more/page009.txt", STRIPPED);
    let chosen = |more: &[&str]| {
        let plan = batch(&dir, &[&["--dry-run"], more].concat()).text();
        let name = |l: &str| l.split('\t').nth(1).expect("a name").to_owned();
        plan.lines().map(name).collect::<Vec<_>>().join(" ")
    };
    let (zero, one, two) = (
        "0/page000.txt 0/page003.txt",
        "1/page001.txt",
        "2/page002.txt 2/page005.txt",
    );
    assert_eq!(chosen(&[]), format!("{zero} {one} {two}"));
    assert_eq!(
        chosen(&["-g", "1/page001.txt", "-g", "2/**", "-g", "!*5.txt"]),
        format!("{one} 2/page002.txt")
    );
    assert_eq!(
        chosen(&["--no-ignore", "--hidden", "-g", "!2/"]),
        format!(".more/page009.txt {zero} 1/.ignore {one} 1/page004.txt")
    );
    dir.put(
        "list",
        "2/page005.txt\n./0/page000.txt\n0/page000.txt\n../list\n1/none.txt\n",
    );
    let run = batch(&dir, &["--file-list", "list"]).expect(3);
    assert_eq!(done(&dir), ["0/page000.txt", "2/page005.txt"]);
    for (file, why) in [("../list", "leads out"), ("1/none.txt", "No such file")] {
        let line = format!("vidau: {file}: {why}");
        assert!(run.stderr().contains(&line), "{}", run.stderr());
    }
}

/// From a pipe names come only once, though the files are counted as well.
#[test]
fn a_list_may_come_from_a_pipe() {
    let dir = Folder::new();
    pages(&dir, 6);
    for names in [&b"0/page000.txt\n2/page002.txt"[..], b"1/page001.txt\0"] {
        let arguments = ["batch", "in", "-o", "out", "--file-list", "-"];
        let run = dir.run_with(&arguments, names).expect(0);
        assert!(!run.stderr().contains("restored: 0"), "{}", run.stderr());
    }
    assert_eq!(
        done(&dir),
        ["0/page000.txt", "1/page001.txt", "2/page002.txt"]
    );
}

#[test]
fn folders_within_each_other_are_refused() {
    let dir = Folder::new();
    pages(&dir, 1);
    dir.run(&["batch", "in", "-o", "in/out"])
        .expect_error(2, &["in/out", "inside"]);
    dir.run(&["batch", "in", "-o", "in/../in"])
        .expect_error(2, &["inside"]);
    dir.run(&["batch", "in", "-o", "."])
        .expect_error(2, &["contains the input folder"]);
    dir.run(&["batch", "in/0/page000.txt", "-o", "out"])
        .expect_error(2, &["not a folder"]);
    dir.run(&["batch", "in", "-o", "out", "-g", "["])
        .expect_error(2, &["--glob ["]);
    assert_eq!(dir.names(), ["in"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_when_asked_and_never_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let dir = Folder::new();
    pages(&dir, 1);
    dir.put("elsewhere/secret.txt", STRIPPED);
    for (to, link) in [
        ("page000.txt", "in/0/same.txt"),
        ("..", "in/0/loop"),
        ("../elsewhere", "in/away"),
        ("../elsewhere/secret.txt", "in/away.txt"),
        ("nowhere.txt", "in/dangling.txt"),
    ] {
        symlink(to, dir.path(link)).expect("a link");
    }
    let run = batch(&dir, &[]).expect(0);
    assert!(
        run.stderr().contains("links not followed (--follow): 5"),
        "{}",
        run.stderr()
    );
    assert_eq!(done(&dir), ["0/page000.txt"]);

    let run = batch(&dir, &["--follow"]).expect(3);
    assert_eq!(done(&dir), ["0/page000.txt", "0/same.txt"]);
    for (file, why) in [
        ("0/loop", "in a circle"),
        ("away", "leads out"),
        ("away.txt", "leads out"),
        ("dangling.txt", "No such file"),
    ] {
        let named = |l: &str| l.starts_with(&format!("vidau: {file}: ")) && l.contains(why);
        assert!(run.stderr().lines().any(named), "{file}: {}", run.stderr());
    }
    assert!(!dir.path("out/away").exists() && !dir.path("out/away.txt").exists());
}

fn start(dir: &Folder, more: &[&str]) -> std::process::Child {
    let mut command = dir.command([&["batch", "in", "-o", "out", "-q"], more].concat());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the program runs")
}

/// Waits until the journal names so many files as done.
fn wait_for(dir: &Folder, files: usize) {
    let started = Instant::now();
    loop {
        let journal = fs::read_to_string(dir.path("out/.vidau/journal.jsonl"));
        if journal
            .unwrap_or_default()
            .matches("\"done\",\"input\"")
            .count()
            >= files
        {
            return;
        }
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "it does not get on"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(unix)]
fn signal(child: &std::process::Child, name: &str) {
    let arguments = ["-s", name, &child.id().to_string()].map(str::to_owned);
    let sent = std::process::Command::new("kill").args(arguments).status();
    assert!(sent.is_ok_and(|s| s.success()));
}

/// Stops it, and waits until its last thread stands or it has ended: none obeys at once.
#[cfg(unix)]
fn stop(child: &std::process::Child) {
    signal(child, "STOP");
    let tasks = format!("/proc/{}/task", child.id());
    if !Path::new(&tasks).exists() {
        std::thread::sleep(std::time::Duration::from_millis(200));
        return;
    }
    let stands = |task: std::io::Result<fs::DirEntry>| {
        let stat = task.and_then(|t| fs::read_to_string(t.path().join("stat")));
        // Its state stands behind its name, which is in brackets.
        stat.is_ok_and(|s| {
            s.rsplit(") ")
                .next()
                .is_some_and(|s| s.starts_with(['T', 'Z']))
        })
    };
    while !fs::read_dir(&tasks).expect("it is there").all(stands) {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn killed_at_any_moment_it_goes_on_and_ends_the_same() {
    let dir = Folder::new();
    pages(&dir, 120);
    dir.run(&["batch", "in", "-o", "whole", "-q"]).expect(0);
    for (round, files) in [0, 1, 7, 19, 33].into_iter().enumerate() {
        let mut child = start(&dir, &["-j", "2"]);
        wait_for(&dir, files);
        // A little later each time, so that all steps are hit in the long run.
        std::thread::sleep(Duration::from_micros(700 * round as u64));
        child.kill().expect("it is still at it");
        child.wait().expect("it ends");
    }
    let before = done(&dir);
    assert!(before.len() >= 33 && before.len() < 120, "{}", before.len());
    batch(&dir, &["-q"]).expect(0);
    assert_eq!(tree(&dir.path("out")), tree(&dir.path("whole")));
    let mut all = done(&dir);
    all.dedup();
    assert_eq!(all.len(), 120);
    let ends = journal(&dir).iter().filter(|l| l["event"] == "end").count();
    assert_eq!(ends, 1, "only the last run came to its end");
}

#[test]
fn what_the_user_knows_holds_for_the_tree_and_a_new_word_does_it_again() {
    let dir = Folder::new();
    dir.put("in/a/page.txt", STRIPPED);
    dir.put("in/vidau.toml", "keep = \"../keep.txt\"\n");
    dir.put("keep.txt", "");
    batch(&dir, &[]).expect(0);
    let restored = dir.get("out/a/page.txt");
    assert_ne!(restored, STRIPPED.as_bytes());
    let words: Vec<&str> = STRIPPED.split_whitespace().collect();
    dir.put("keep.txt", words.join("\n"));
    batch(&dir, &[]).expect(0);
    assert_ne!(dir.get("out/a/page.txt"), restored);
    let run = batch(&dir, &[]).expect(0);
    assert!(run.stderr().contains("restored: 0, kept: 1"));
    batch(&dir, &["--no-config"]).expect(0);
    assert_eq!(dir.get("out/a/page.txt"), restored);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_between_files_with_its_code() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let dir = Folder::new();
        pages(&dir, 60);
        let mut child = start(&dir, &["-j", "1"]);
        wait_for(&dir, 3);
        // It would be done before the other has begun.
        stop(&child);
        // Meanwhile nobody else may write there.
        batch(&dir, &[]).expect_error(2, &["another vidau batch", &child.id().to_string()]);
        signal(&child, name);
        signal(&child, "CONT");
        assert_eq!(child.wait().expect("it ends").code(), Some(code));
        let files: Vec<String> = tree(&dir.path("out")).into_keys().collect();
        let outputs = files.iter().filter(|f| !f.starts_with(".vidau"));
        assert_eq!(outputs.cloned().collect::<Vec<_>>(), done(&dir));
        assert!(!files.iter().any(|f| f.starts_with(".vidau/tmp")));
        let last = journal(&dir).pop().expect("a line");
        assert_eq!(last["outcome"], "interrupted");
        batch(&dir, &["-q"]).expect(0);
        assert_eq!(done(&dir).len(), 60, "none done twice");
    }
}

/// Why the latest record of each failed file says that it failed.
fn reasons(dir: &Folder) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let failed = |l: &&Value| l["status"] == "failed";
    let records = journal(dir);
    let records = records.iter().filter(failed);
    records
        .map(|l| (text(&l["path"]), text(&l["error"])))
        .collect()
}

/// Stops a batch over 60 pages in one folder when two are done; all of them
/// are listed then, and most not yet opened.
#[cfg(unix)]
fn stopped_in_the_middle(dir: &Folder) -> std::process::Child {
    for i in 0..60 {
        dir.put(
            &format!("in/a/page{i:03}.txt"),
            format!("So {i}\n{STRIPPED}"),
        );
    }
    let child = start(dir, &["-j", "1"]);
    wait_for(dir, 2);
    stop(&child);
    assert!(done(dir).len() < 40);
    child
}

#[cfg(unix)]
#[test]
fn files_that_vanish_cost_only_themselves() {
    let dir = Folder::new();
    let mut child = stopped_in_the_middle(&dir);
    for i in 50..60 {
        fs::remove_file(dir.path(&format!("in/a/page{i:03}.txt"))).expect("it is there");
    }
    signal(&child, "CONT");
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
    assert_eq!(done(&dir).len(), 50);
    let reasons = reasons(&dir);
    assert_eq!(reasons.len(), 10);
    assert!(
        reasons
            .values()
            .all(|r| r == "gone since its folder was listed"),
        "{reasons:?}"
    );
    // What is gone is no failure of the next run.
    batch(&dir, &["-q"]).expect(0);
    assert_eq!(report(&dir)["total"]["failed"], 0);
}

#[cfg(unix)]
#[test]
fn a_folder_replaced_by_a_link_is_not_read_through_it() {
    let dir = Folder::new();
    for i in 0..60 {
        dir.put(
            &format!("elsewhere/page{i:03}.txt"),
            "Bi mat, khong ai duoc doc.\n",
        );
    }
    let mut child = stopped_in_the_middle(&dir);
    fs::rename(dir.path("in/a"), dir.path("moved")).expect("it is there");
    std::os::unix::fs::symlink("../elsewhere", dir.path("in/a")).expect("a link");
    signal(&child, "CONT");
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
    let first = done(&dir);
    let reasons = reasons(&dir);
    assert_eq!(first.len() + reasons.len(), 60);
    assert!(
        reasons.values().all(|r| r == "its folder is none any more"),
        "{reasons:?}"
    );
    for (file, bytes) in tree(&dir.path("out")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.to_lowercase().contains("khong ai"), "{file}");
    }
    fs::remove_file(dir.path("in/a")).expect("the link");
    fs::rename(dir.path("moved"), dir.path("in/a")).expect("back");
    batch(&dir, &["-q"]).expect(0);
    assert_eq!(done(&dir).len(), 60, "none done twice");
    assert_eq!(report(&dir)["total"]["failed"], 0);
}

/// A file system of so many kB, where the tests may mount one.
#[cfg(target_os = "linux")]
struct Small(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Small {
    fn mount(at: &Path, kb: usize) -> Option<Self> {
        fs::create_dir(at).expect("a folder");
        let size = format!("size={kb}k");
        let mount = ["-t", "tmpfs", "-o", &size, "tmpfs"];
        let mounted = std::process::Command::new("mount")
            .args(mount)
            .arg(at)
            .output();
        if !mounted.is_ok_and(|o| o.status.success()) {
            eprintln!("not tested: no right to mount");
            return None;
        }
        Some(Self(at.to_owned()))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_it_without_half_files_and_it_goes_on() {
    let dir = Folder::new();
    pages(&dir, 40);
    dir.run(&["batch", "in", "-o", "whole", "-q"]).expect(0);
    // From what takes not even the lock to what takes nearly all.
    for kb in [4, 24, 60, 200] {
        let name = format!("small{kb}");
        let Some(small) = Small::mount(&dir.path(&name), kb) else {
            return;
        };
        let out = format!("{name}/out");
        let run = dir.run(&["batch", "in", "-o", &out, "-q"]).expect(2);
        assert!(run.stderr().contains("No space left"), "{}", run.stderr());
        let whole = tree(&dir.path("whole"));
        for (file, bytes) in tree(&dir.path(&out)) {
            assert_eq!(whole.get(&file), Some(&bytes), "{file} at {kb} kB");
        }
        let more = ["-o", "remount,size=20000k"];
        let grown = std::process::Command::new("mount")
            .args(more)
            .arg(&small.0)
            .status();
        assert!(grown.is_ok_and(|s| s.success()));
        dir.run(&["batch", "in", "-o", &out, "-q"]).expect(0);
        assert_eq!(tree(&dir.path(&out)), whole);

        let more = ["-o", "remount,ro"];
        let shut = std::process::Command::new("mount")
            .args(more)
            .arg(&small.0)
            .status();
        assert!(shut.is_ok_and(|s| s.success()));
        dir.run(&["batch", "in", "-o", &out, "-q"])
            .expect_error(2, &["Read-only"]);
    }
}

/// A mounted file takes the room of its own file system.
#[cfg(target_os = "linux")]
#[test]
fn a_journal_that_cannot_be_written_stops_it_and_it_goes_on() {
    let dir = Folder::new();
    pages(&dir, 40);
    dir.run(&["batch", "in", "-o", "whole", "-q"]).expect(0);
    let Some(small) = Small::mount(&dir.path("small"), 4) else {
        return;
    };
    dir.put("small/journal", "");
    let journal_file = dir.put("out/.vidau/journal.jsonl", "");
    let mount = |arguments: &[&std::ffi::OsStr]| {
        let run = std::process::Command::new("mount").args(arguments).status();
        assert!(run.is_ok_and(|s| s.success()));
    };
    let bind = "--bind".as_ref();
    mount(&[
        bind,
        dir.path("small/journal").as_os_str(),
        journal_file.as_os_str(),
    ]);
    let bound = Small(journal_file);

    let run = batch(&dir, &["-q"]).expect(2);
    let stderr = run.stderr();
    assert!(
        stderr.contains("the journal cannot be written: No space left"),
        "{stderr}"
    );
    assert!(stderr.contains("run again to go on"), "{stderr}");
    let whole = tree(&dir.path("whole"));
    for (file, bytes) in tree(&dir.path("out")) {
        assert_eq!(whole.get(&file), Some(&bytes), "{file}");
    }
    let before = done(&dir);
    assert!(before.len() < 40, "each line is whole: {}", before.len());

    mount(&[
        "-o".as_ref(),
        "remount,size=20000k".as_ref(),
        small.0.as_os_str(),
    ]);
    batch(&dir, &["-q"]).expect(0);
    assert_eq!(tree(&dir.path("out")), whole);
    assert_eq!(done(&dir).len(), 40, "what was on record was kept");
    drop(bound);
}

/// As somebody who may not do everything.
#[cfg(target_os = "linux")]
#[test]
fn what_may_not_be_read_or_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let dir = Folder::new();
    pages(&dir, 3);
    let allow = |name: &str, mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(dir.path(name), mode).expect("the mode");
    };
    allow("", 0o777);
    dir.put("in/locked/a.txt", STRIPPED);
    dir.put("out/1/old.txt", "old");
    allow("out", 0o777);
    allow("in/0/page000.txt", 0);
    allow("in/locked", 0);
    allow("out/1", 0o555);
    let mut command = dir.command(["batch", "in", "-o", "out"]);
    if fs::read(dir.path("in/0/page000.txt")).is_ok() {
        command.uid(65534).gid(65534);
    }
    let Ok(output) = command.output() else {
        eprintln!("not tested: no right to be somebody else");
        return;
    };
    allow("in/locked", 0o755);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    for file in ["0/page000.txt", "1/page001.txt", "locked"] {
        let named =
            |l: &str| l.starts_with(&format!("vidau: {file}: ")) && l.contains("Permission");
        assert!(stderr.lines().any(named), "{file}: {stderr}");
    }
    assert_eq!(done(&dir), ["2/page002.txt"]);
}

#[test]
fn a_long_text_is_restored_in_parts_as_the_whole_would_be() {
    let dir = Folder::new();
    let line = "Thuc hien cong tac dan van\n";
    let text = line.repeat(11_000);
    dir.put("in/long.txt", &text);
    dir.put("in/one-line.txt", text.replace('\n', " "));
    batch(&dir, &["-q"]).expect(0);
    let long = String::from_utf8(dir.get("out/long.txt")).expect("UTF-8");
    assert_eq!(long, "Thực hiện công tác dân vận\n".repeat(11_000));
    let one = String::from_utf8(dir.get("out/one-line.txt")).expect("UTF-8");
    assert_eq!(one.split_whitespace().count(), 66_000);
    let packed = dir.get("out/.vidau/ledger/long.txt.ledger.zst");
    let rows = lines(&zstd::decode_all(&packed[..]).expect("zstd"));
    assert_eq!(rows.len(), 6 * 11_000 + 2);
    // Of "dan van", from the one a to the other.
    assert_eq!(rows[rows.len() - 3][0], 3, "offsets go on over the parts");

    dir.put("in/long.txt", text.clone() + "\0");
    let run = batch(&dir, &[]).expect(3);
    assert!(
        run.stderr()
            .contains("long.txt: binary data at byte 297000"),
        "{}",
        run.stderr()
    );
}

#[test]
fn what_takes_too_long_fails_in_every_format_and_the_rest_goes_on() {
    let dir = Folder::new();
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../data/fixtures/ke-hoach.eng."
    );
    let files = ["hocr", "alto.xml", "page.xml", "tsv", "ocr.txt"];
    for ending in files {
        let page = fs::read(format!("{fixture}{ending}")).expect("the fixture");
        dir.put(&format!("in/page.{ending}"), page);
    }
    dir.put("in/long.txt", STRIPPED.repeat(1500));
    let utf16 = STRIPPED.encode_utf16().flat_map(u16::to_le_bytes);
    dir.put("in/wide.txt", utf16.collect::<Vec<u8>>());
    dir.put("in/empty.txt", "");
    let run = batch(&dir, &["--timeout", "0"]).expect(3);
    let late = run.stderr().matches("took more than 0 s").count();
    assert_eq!(late, files.len() + 2, "{}", run.stderr());
    assert!(run.stderr().contains("failed: 8"), "{}", run.stderr());
    assert!(done(&dir).is_empty());
    let outputs = tree(&dir.path("out"));
    let outputs: Vec<&String> = outputs.keys().collect();
    assert_eq!(outputs, ["report.html", "report.json"]);
    // Longer alone does not try them again.
    batch(&dir, &["-q"]).expect(3);
    assert!(done(&dir).is_empty());
    batch(&dir, &["-q", "--retry-failed"]).expect(3);
    assert_eq!(done(&dir).len(), files.len() + 2);
}

#[test]
fn events_are_json() {
    let dir = Folder::new();
    pages(&dir, 2);
    dir.put("in/bad.txt", b"\xff\n");
    let run = batch(&dir, &["--json"]).expect(3);
    let events = lines(run.stdout());
    assert!(events.iter().all(|e| e["schema"] == "vidau.batch-event/1"));
    assert_eq!(events[0]["event"], "start");
    let files = events.iter().filter(|e| e["event"] == "file");
    let mut files: Vec<(&str, &str)> = files
        .map(|e| {
            (
                e["path"].as_str().expect("a path"),
                e["status"].as_str().expect("a status"),
            )
        })
        .collect();
    files.sort_unstable();
    assert_eq!(
        files,
        [
            ("0/page000.txt", "done"),
            ("1/page001.txt", "done"),
            ("bad.txt", "failed")
        ]
    );
    let last = &events[events.len() - 1];
    assert_eq!(
        (&last["event"], &last["failed"]),
        (&"end".into(), &1.into())
    );
}

#[test]
fn the_report_names_what_differs_from_an_earlier_run() {
    let dir = Folder::new();
    dir.put("in/a/<b>&.txt", STRIPPED.repeat(3));
    dir.put("in/right.txt", TRUTH);
    dir.run(&["batch", "in", "-o", "old", "-q", "--change-above", "1"])
        .expect(0);
    batch(&dir, &["-q", "--compare", "old"]).expect(0);
    let report = report(&dir);
    let compared = &report["compared"];
    assert_eq!(
        (&compared["files"], &compared["files_differ"]),
        (&2.into(), &1.into())
    );
    let words: u64 = compared["words_differ"].as_u64().expect("a count");
    let listed = compared["frequent"].as_array().expect("a list").iter();
    let listed: u64 = listed.map(|r| r["count"].as_u64().expect("a count")).sum();
    assert_eq!((words > 0, listed), (true, words));
    assert_eq!(report["worst"][0]["path"], "a/<b>&.txt");
    assert_eq!(report["worst"][0]["advice"], "read-with-vietnamese");
    let page = String::from_utf8(dir.get("out/report.html")).expect("UTF-8");
    assert!(page.contains("a/&lt;b&gt;&amp;.txt"), "{page}");
    assert!(!page.contains("<b>&") && !page.contains("http"), "{page}");
    batch(&dir, &["--compare", "in"]).expect_error(2, &["in/.vidau/journal.jsonl", "no output"]);
}

#[test]
fn files_that_are_less_sure_get_a_review_page() {
    let dir = Folder::new();
    let doubtful = "Xz qvk tbn hoac mot nguoi kia roi\n";
    dir.put("in/a b/doubtful.txt", doubtful);
    dir.put("in/right.txt", TRUTH);
    let review = |below: &str| batch(&dir, &["-q", "--review", below]).expect(0);
    let exists = |page: &str| dir.path("out/.vidau/review").join(page).exists();
    review("0.999");
    let page =
        String::from_utf8(dir.get("out/.vidau/review/a b/doubtful.txt.html")).expect("UTF-8");
    assert!(page.contains("a b/doubtful.txt") && page.contains("qvk"));
    let report = String::from_utf8(dir.get("out/report.html")).expect("UTF-8");
    let link = "<a href=\"./.vidau/review/a%20b/doubtful.txt.html\">review</a>";
    assert!(report.contains(link), "{report}");
    assert_eq!(report.contains("right.txt.html"), exists("right.txt.html"));
    let json: Value = serde_json::from_slice(&dir.get("out/report.json")).expect("JSON");
    assert_eq!(json["worst"][0]["review"], true);

    review("0");
    assert!(
        !exists("a b/doubtful.txt.html"),
        "a page that is no longer wanted"
    );
    let report = String::from_utf8(dir.get("out/report.html")).expect("UTF-8");
    assert!(!report.contains(".vidau/review/"));
    batch(&dir, &["--review", "7"]).expect(2);
}
