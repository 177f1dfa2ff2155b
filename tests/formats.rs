//! Files of OCR engines: read, changed, written.

use std::fs;
use std::path::PathBuf;

use vidau::formats::{Format, Scan};

fn fixtures(suffix: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/fixtures");
    let mut found: Vec<(String, String)> = fs::read_dir(&folder)
        .expect("the fixtures")
        .filter_map(|e| e.expect("an entry").file_name().into_string().ok())
        .filter(|name| name.ends_with(suffix))
        .map(|name| {
            let text = fs::read_to_string(folder.join(&name)).expect("UTF-8");
            (name, text)
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no fixtures {suffix}");
    found
}

fn tokens(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn tesseracts_files_hold_the_words_of_its_text() {
    let texts = fixtures(".ocr.txt");
    for (suffix, format) in [(".hocr", Format::Hocr), (".alto.xml", Format::Alto)] {
        for (name, file) in fixtures(suffix) {
            assert_eq!(Format::detect(&file), Some(format), "{name}");
            let scan = Scan::new(&file, format).expect("sound");
            let id = name.strip_suffix(suffix).expect("a suffix");
            let text = texts.iter().find(|t| t.0 == format!("{id}.ocr.txt"));
            let (_, text) = text.expect("its text");
            let read = scan.text();
            assert_eq!(tokens(&read), tokens(text), "{name}");
            // The reading order may differ, the words may not.
            let mut reordered = tokens(scan.document().source());
            let mut words = tokens(text);
            reordered.sort_unstable();
            words.sort_unstable();
            assert_eq!(reordered, words, "{name}");
        }
    }
}
