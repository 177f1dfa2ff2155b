//! The estimator against a model made by KenLM.

use std::collections::HashMap;

use super::count;
use super::kneser_ney::{self, Smoothing};
use super::model::BackoffModel;
use crate::lm::{BOS, EOS, UNKNOWN};

/// A text of words between blanks as one stream; all ids from 3 on are words.
fn stream(text: &str) -> (Vec<u16>, Vec<String>) {
    let mut words: Vec<String> = ["<unk>", "<s>", "</s>"].map(String::from).to_vec();
    let mut ids: HashMap<String, u16> = HashMap::new();
    let mut stream = Vec::new();
    for line in text.lines() {
        stream.push(BOS);
        for word in line.split_whitespace() {
            let id = *ids.entry(word.to_owned()).or_insert_with(|| {
                words.push(word.to_owned());
                words.len() as u16 - 1
            });
            stream.push(id);
        }
        stream.push(EOS);
    }
    (stream, words)
}

fn plain(streams: &[Vec<u16>], order: usize, words: usize) -> BackoffModel {
    let counts = count::count::<u64>(streams, order, words);
    let smoothing = Smoothing {
        weights: &vec![1.0; streams.len()],
        cutoffs: &[],
        continuation: true,
    };
    kneser_ney::estimate(&counts, &smoothing).0
}

/// Compares with KenLM: `VIDAU_ORACLE` names a folder with `corpus.txt` and
/// `order4.arpa`, made by `lmplz -o 4 --discount_fallback`.
#[test]
fn equals_kenlm() {
    let Some(folder) = std::env::var_os("VIDAU_ORACLE").map(std::path::PathBuf::from) else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("corpus.txt")).unwrap();
    let arpa = std::fs::read_to_string(folder.join("order4.arpa")).unwrap();
    let (stream, words) = stream(&text);
    let model = plain(&[stream], 4, words.len());
    let mut ours: HashMap<String, (f32, f32)> = HashMap::new();
    for (n, level) in model.levels.iter().enumerate() {
        for i in 0..level.len() {
            let ids = model.words(n + 1, i);
            let key: Vec<&str> = ids.iter().map(|&id| &*words[usize::from(id)]).collect();
            let backoff = level.backoff.get(i).map_or(0.0, |b| b.log10());
            ours.insert(key.join(" "), (level.p[i].log10(), backoff));
        }
    }
    let mut seen = 0;
    let mut worst = 0.0f32;
    for line in arpa.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [p, key, ref rest @ ..] = fields[..] else {
            continue;
        };
        let (our_p, our_backoff) = ours[key];
        let backoff = rest.first().map_or(0.0, |b| b.parse().unwrap());
        worst = worst.max((our_p - p.parse::<f32>().unwrap()).abs());
        worst = worst.max((our_backoff - backoff).abs());
        seen += 1;
    }
    assert_eq!(seen, ours.len());
    assert!(worst < 1e-4, "largest difference {worst}");
    std::fs::write(folder.join("difference"), worst.to_string()).ok();
    let _ = UNKNOWN;
}
