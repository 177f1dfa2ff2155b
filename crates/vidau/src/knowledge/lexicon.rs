//! The user's words, names and phrases.

use std::collections::{BTreeMap, BTreeSet};

use super::spelling::{MAX_CHARS, Spelling};
use crate::cost::{Cost, NAT, cost_of};
use crate::error::{Error, Result};
use crate::syllable::{Casing, apply_casing, casing};
use crate::text::Normalizer;

/// Most words of one phrase.
pub(super) const MAX_WORDS: usize = 12;
/// What an entry costs beside its channel: once, and for being one of many.
/// Far below what the language model asks for a few words.
const ENTRY: Cost = 3 * NAT;
const MOST: Cost = 9 * NAT;

/// How a word of an entry is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// As the user wrote it.
    Entered,
    /// With a capital, at the start of a sentence.
    Title,
    Upper,
}

impl Form {
    /// The form of the words after the first: only that one has a capital for
    /// the start of a sentence.
    pub(super) fn later(self) -> Self {
        match self {
            Self::Entered | Self::Title => Self::Entered,
            Self::Upper => Self::Upper,
        }
    }
}

/// A word of the user's in all its forms.
#[derive(Debug)]
pub(super) struct UserWord {
    forms: Vec<(Form, Spelling)>,
}

impl UserWord {
    fn new(text: &str) -> Self {
        let mut forms = vec![(Form::Entered, Spelling::new(text.to_owned()))];
        let others: &[(Form, Casing)] = match casing(text) {
            Casing::Lower => &[(Form::Title, Casing::Title), (Form::Upper, Casing::Upper)],
            Casing::Title => &[(Form::Upper, Casing::Upper)],
            _ => &[],
        };
        for &(form, casing) in others {
            let mut cased = String::new();
            apply_casing(&text.to_lowercase(), casing, &mut cased);
            if forms.iter().all(|(_, known)| known.text != cased) {
                forms.push((form, Spelling::new(cased)));
            }
        }
        Self { forms }
    }

    pub(super) fn forms(&self) -> impl Iterator<Item = (Form, &Spelling)> {
        self.forms.iter().map(|(form, spelling)| (*form, spelling))
    }

    /// How the word is written in `form`; as entered where that is the same.
    pub(super) fn text(&self, form: Form) -> &str {
        let found = self.forms.iter().find(|(f, _)| *f == form);
        &found.unwrap_or(&self.forms[0]).1.text
    }
}

/// All entries.
#[derive(Debug, Default)]
pub(super) struct UserLexicon {
    words: Vec<UserWord>,
    /// Numbers of words, by the first of them.
    entries: Vec<Vec<u32>>,
    numbers: BTreeMap<String, u32>,
    price: Cost,
    /// Of official papers, in capitals, not the user's.
    pub(super) is_phrases: bool,
}

impl UserLexicon {
    pub(super) fn new<E: AsRef<str>>(entries: &[E], is_phrases: bool) -> Result<Self> {
        let mut lexicon = Self {
            is_phrases,
            ..Self::default()
        };
        let mut all = BTreeSet::new();
        let mut normalizer = Normalizer::default();
        for entry in entries {
            let entry = entry.as_ref();
            normalizer.normalize(entry);
            let words: Vec<&str> = normalizer.text().split_whitespace().collect();
            if words.len() > MAX_WORDS {
                return Err(too_long(entry, format!("more than {MAX_WORDS} words")));
            }
            if words.iter().any(|w| w.chars().count() > MAX_CHARS) {
                return Err(too_long(
                    entry,
                    format!("a word above {MAX_CHARS} characters"),
                ));
            }
            if !words.is_empty() {
                all.insert(words.iter().map(|w| lexicon.number(w)).collect());
            }
        }
        lexicon.entries = all.into_iter().collect();
        let share = cost_of(1.0 / lexicon.entries.len().max(1) as f64);
        lexicon.price = (ENTRY + share).min(MOST);
        Ok(lexicon)
    }

    fn number(&mut self, word: &str) -> u32 {
        let words = &mut self.words;
        let next = words.len() as u32;
        *self.numbers.entry(word.to_owned()).or_insert_with(|| {
            words.push(UserWord::new(word));
            next
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether `text` is a word of an entry as it was entered.
    pub(super) fn has(&self, text: &str) -> bool {
        self.numbers.contains_key(text)
    }

    pub(super) fn words(&self) -> &[UserWord] {
        &self.words
    }

    /// What any entry costs beside its channel.
    pub(super) fn price(&self) -> Cost {
        self.price
    }

    /// The entries that begin with `words`, in a fixed order.
    pub(super) fn beginning_with(&self, words: &[u32]) -> &[Vec<u32>] {
        let first = self.entries.partition_point(|e| e.as_slice() < words);
        let rest = &self.entries[first..];
        &rest[..rest.partition_point(|e| e.starts_with(words))]
    }
}

fn too_long(entry: &str, problem: String) -> Error {
    let start: String = entry.chars().take(40).collect();
    Error::Option {
        option: "lexicon",
        problem: format!("{start:?} has {problem}; cut it into several entries"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(entries: &[&str]) -> UserLexicon {
        UserLexicon::new(entries, false).unwrap()
    }

    #[test]
    fn entries_are_found_by_how_they_begin() {
        let lexicon = lexicon(&["Krông Pắc", "  Krông\tNăng ", "Krông", "", "Krông Pắc"]);
        let krong = lexicon.numbers["Krông"];
        assert_eq!(lexicon.beginning_with(&[krong]).len(), 3);
        let pac = lexicon.numbers["Pắc"];
        assert_eq!(lexicon.beginning_with(&[krong, pac]).len(), 1);
        assert!(lexicon.beginning_with(&[pac]).is_empty());
        assert!(lexicon.has("Pắc") && !lexicon.has("pắc"));
    }

    #[test]
    fn words_have_the_casings_that_print_gives_them() {
        let forms = |word: &str| -> Vec<String> {
            UserWord::new(word)
                .forms()
                .map(|(_, s)| s.text.clone())
                .collect()
        };
        assert_eq!(forms("dân"), ["dân", "Dân", "DÂN"]);
        assert_eq!(forms("Pắc"), ["Pắc", "PẮC"]);
        assert_eq!(forms("TTg"), ["TTg"]);
        assert_eq!(UserWord::new("Pắc").text(Form::Title), "Pắc");
    }

    #[test]
    fn entries_that_are_too_long_are_named() {
        let long = "một ".repeat(MAX_WORDS + 1);
        let error = UserLexicon::new(&[long], false).unwrap_err().to_string();
        assert!(error.starts_with("lexicon: \"một"), "{error}");
        assert!(UserLexicon::new(&["x".repeat(MAX_CHARS + 1)], false).is_err());
    }
}
