//! Writes the lexicon's sections.

use std::collections::{BTreeMap, HashSet};

use super::{EXTRA_WORDS, LEXICON, MAX_LETTERS, write_key};
use crate::error::{Error, Result};
use crate::model::container::Tag;
use crate::syllable::{TonePlacement, legal_syllables, place_tone};

/// The sections of a lexicon over `vocabulary` (the language model's words in
/// the order of their ids) and every other legal syllable.
///
/// # Errors
/// When the vocabulary holds more words than an id can name.
pub fn build_lexicon(vocabulary: &[String]) -> Result<Vec<(Tag, Vec<u8>)>> {
    let known: HashSet<&str> = vocabulary.iter().map(String::as_str).collect();
    let extra: Vec<String> = legal_syllables()
        .filter(|s| !known.contains(s.as_str()))
        .collect();
    let mut keys: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    let mut spelt = String::new();
    for (id, word) in vocabulary.iter().chain(&extra).enumerate() {
        for placement in [TonePlacement::Old, TonePlacement::New] {
            spelt.clear();
            place_tone(word, placement, &mut spelt);
            let mut key = [0; 2 * MAX_LETTERS + 1];
            if let Some(len) = write_key(&spelt, &mut key) {
                keys.entry(key[..len].to_vec()).or_insert(id as u64);
            }
        }
    }
    let fst = fst::Map::from_iter(keys).map_err(|e| Error::TrainingData {
        name: "vocabulary".to_owned(),
        line: 0,
        problem: e.to_string(),
    })?;
    Ok(vec![
        (LEXICON, fst.into_fst().into_inner()),
        (EXTRA_WORDS, extra.join("\n").into_bytes()),
    ])
}
