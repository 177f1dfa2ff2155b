use crate::support::{Folder, STRIPPED, TRUTH};

fn json(run: &crate::support::Run) -> serde_json::Value {
    serde_json::from_str(&run.text()).expect("JSON")
}

#[test]
fn figures_of_a_small_text() {
    let dir = Folder::new();
    dir.put("t.txt", "công tác 2015\ndân vận\n");
    dir.put("o.txt", "cong tác 2015\ndan van\n");
    dir.put("r.txt", "công tắc 2016\ndân vận\n");
    let run = dir
        .run(&["eval", "t.txt", "o.txt", "r.txt", "--json", "--errors", "5"])
        .expect(0);
    let report = json(&run);
    assert_eq!(report["schema"], "vidau.eval/1");
    assert_eq!(report["units"], "lines");
    let total = &report["total"];
    // cong, dan, van of five tokens; then tắc and 2016.
    assert_eq!(
        (&total["raw"]["wer"], &total["restored"]["wer"]),
        (&60.0.into(), &40.0.into())
    );
    assert_eq!(
        total["restored"]["counts"]["kinds"],
        serde_json::json!({"marks": 1, "number": 1})
    );
    assert_eq!(
        (&total["over"], &total["num_chg"]),
        (&100.0.into(), &2.into())
    );
    let first = serde_json::json!(
        {"kind": "marks", "truth": "tác", "raw": "tác", "restored": "tắc", "count": 1}
    );
    assert_eq!(report["errors"][0], first);
}

#[test]
fn a_folder_of_pages_is_pooled_and_grouped_by_engine() {
    let dir = Folder::new();
    for (id, lang) in [("p1", "engbest"), ("p2", "eng"), ("p3", "vie")] {
        dir.put(&format!("in/{id}.truth.txt"), TRUTH);
        dir.put(
            &format!("in/{id}.json"),
            format!("{{\"lang\": \"{lang}\", \"dpi\": 200}}"),
        );
        // Other lines, the same words: a page is aligned as a whole.
        dir.put(&format!("in/{id}.ocr.txt"), TRUTH.replace('\n', " "));
        dir.put(&format!("out/{id}.txt"), TRUTH);
    }
    dir.put("out/p3.txt", STRIPPED);
    let report = json(&dir.run(&["eval", "in", "in", "out", "--json"]).expect(0));
    assert_eq!(report["total"]["texts"], 3);
    assert_eq!(report["total"]["raw"]["wer"], 0.0);
    let groups: Vec<_> = report["groups"].as_array().unwrap().iter().collect();
    let named = |g: &serde_json::Value| (g["name"].clone(), g["texts"].clone());
    assert_eq!(named(groups[0]), ("eng".into(), 2.into()));
    assert_eq!(named(groups[1]), ("vie".into(), 1.into()));
    assert_eq!(groups[0]["restored"]["wer"], 0.0);
    assert!(groups[1]["restored"]["wer"].as_f64().unwrap() > 50.0);

    let one = json(
        &dir.run(&["eval", "in", "in", "out", "--json", "--select", "p*2"])
            .expect(0),
    );
    assert_eq!(one["total"]["texts"], 1);
    dir.run(&["eval", "in", "in", "out", "--select", "p9"])
        .expect_error(2, &["--select"]);
    std::fs::remove_file(dir.path("out/p2.txt")).unwrap();
    dir.run(&["eval", "in", "in", "out"])
        .expect_error(2, &["out", "p2"]);
}

#[test]
fn a_threshold_is_a_gate() {
    let dir = Folder::new();
    dir.put("t.txt", "công tác");
    dir.put("o.txt", "cong tác");
    let files = ["eval", "t.txt", "o.txt", "o.txt", "--threshold"];
    let run = |threshold: &str| dir.run(&[&files[..], &[threshold]].concat());
    run("wer=50").expect(0);
    run("wer=49.9").expect_error(1, &["total: wer is 50, above 49.9"]);
    run("x=1").expect_error(2, &["no figure is called x"]);
    run("wer").expect_error(2, &["METRIC=VALUE"]);
    run("nobody:wer=1").expect_error(2, &["nobody"]);
}

#[test]
fn what_is_missing_is_said() {
    let dir = Folder::new();
    dir.put("t.txt", "công tác");
    dir.run(&["eval", "t.txt"]).expect_error(2, &["OCR"]);
    dir.run(&["eval", "t.txt", "nothing.txt"])
        .expect_error(2, &["nothing.txt"]);
    std::fs::create_dir(dir.path("empty")).unwrap();
    dir.run(&["eval", "empty"])
        .expect_error(2, &["empty", "truth.txt"]);
}

#[test]
fn clean_text_is_its_own_reading() {
    let dir = Folder::new();
    dir.put("t.txt", TRUTH);
    let report = json(&dir.run(&["eval", "--clean", "t.txt", "--json"]).expect(0));
    assert_eq!(report["total"]["raw"]["wer"], 0.0);
    assert_eq!(report["total"]["restored"]["wer"], 0.0);
    let report = json(&dir.run(&["eval", "--strip", "t.txt", "--json"]).expect(0));
    // All but the numbers and a few words such as BAN, giao and chi.
    assert!(report["total"]["raw"]["wer"].as_f64().unwrap() > 60.0);
}
