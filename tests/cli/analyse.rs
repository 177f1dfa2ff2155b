use serde_json::Value;

use crate::support::{Folder, STRIPPED, TRUTH};

/// What `vidau eval` says of a set is what the analysis says of it; without
/// a part the engine is worse; the page and the curves are there.
#[test]
fn sets_parts_and_curves() {
    let dir = Folder::new();
    for id in ["p1.eng", "p2.vie"] {
        dir.put(&format!("pages/{id}.truth.txt"), TRUTH);
        dir.put(&format!("pages/{id}.ocr.txt"), STRIPPED);
    }
    dir.put("t.txt", TRUTH);
    // The model compiled in, as a file of its own: two points of a curve.
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../vidau-model/default.vidau");
    let sets = ["pages", "laws=t.txt", "-o", "out", "--models", model, model];
    let run = dir.run(&[&["analyse"], &sets[..]].concat()).expect(0);
    assert!(run.stderr().contains("no second pass"));

    let json: Value = serde_json::from_slice(&dir.get("out/analysis.json")).expect("JSON");
    assert_eq!(json["schema"], "vidau.analysis/1");
    let sets = json["sets"].as_array().unwrap();
    let names: Vec<_> = sets.iter().map(|s| &s["figures"]["name"]).collect();
    assert_eq!(names, ["pages eng", "pages vie", "laws"]);
    let eval = dir.run(&["eval", "--strip", "t.txt", "--json"]).expect(0);
    let eval: Value = serde_json::from_str(&eval.text()).expect("JSON");
    for figure in ["raw", "restored", "over", "confidence"] {
        assert_eq!(
            sets[2]["figures"][figure], eval["total"][figure],
            "{figure}"
        );
    }

    let syl_err = |row: &Value| row["sets"][2]["syl_err"].as_f64().unwrap();
    let parts = json["parts"].as_array().unwrap();
    let alone = parts.iter().find(|p| p["name"] == "words by themselves");
    let whole = sets[2]["brief"]["syl_err"].as_f64().unwrap();
    assert!(syl_err(alone.unwrap()) > whole);
    let models = json["models"].as_array().unwrap();
    assert_eq!(syl_err(&models[0]), whole);
    assert!(models[0]["ngrams"].as_u64().unwrap() > 1_000_000);

    let page = String::from_utf8(dir.get("out/analysis.md")).expect("UTF-8");
    assert!(page.contains("| **all parts** |"), "{page}");
    for curve in ["found.svg", "models.svg"] {
        assert!(page.contains(curve), "{curve}");
        let svg = String::from_utf8(dir.get(&format!("out/{curve}"))).expect("UTF-8");
        assert_eq!(svg.matches("<polyline").count(), 3, "{svg}");
        assert!(svg.contains(">laws</text>") && svg.ends_with("</svg>\n"));
    }
}

#[test]
fn parts_can_be_left_out() {
    let dir = Folder::new();
    dir.put("t.txt", TRUTH);
    dir.run(&["analyse", "t.txt", "-o", "out", "--no-parts", "-q"])
        .expect(0);
    let page = String::from_utf8(dir.get("out/analysis.md")).expect("UTF-8");
    assert!(!page.contains("all parts") && page.contains("## Errors by kind"));
    assert!(!dir.path("out/models.svg").exists());
}

#[test]
fn a_set_that_is_not_there_is_said() {
    let dir = Folder::new();
    dir.run(&["analyse", "nowhere", "-o", "out"])
        .expect_error(2, &["nowhere"]);
    assert!(!dir.path("out").exists());
}
