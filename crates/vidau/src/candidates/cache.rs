//! Candidates of the tokens seen, by token text and profile.

use std::collections::HashMap;

use super::Candidate;
use crate::engine::PROFILES;

/// When more candidates than this are held, all are forgotten.
const CAPACITY: usize = 1 << 20;

type Found = Option<(u32, u32)>;

/// Bounded store of search results.
#[derive(Debug, Default)]
pub(crate) struct CandidateCache {
    tokens: HashMap<Box<str>, u32>,
    found: Vec<[Found; PROFILES]>,
    flat: Vec<Candidate>,
}

impl CandidateCache {
    /// Forgets everything when full; called between blocks, so that numbers
    /// handed out stay good within one.
    pub(crate) fn trim(&mut self) {
        if self.flat.len() > CAPACITY {
            self.tokens.clear();
            self.found.clear();
            self.flat.clear();
        }
    }

    /// A number for the token.
    pub(crate) fn token(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.tokens.get(text) {
            return number;
        }
        let number = self.found.len() as u32;
        self.found.push([None; PROFILES]);
        self.tokens.insert(text.into(), number);
        number
    }

    /// What was found for the token under a profile, if it was searched.
    pub(crate) fn get(&self, token: u32, profile: usize) -> Option<&[Candidate]> {
        let (start, end) = self.found[token as usize][profile]?;
        Some(&self.flat[start as usize..end as usize])
    }

    pub(crate) fn put(&mut self, token: u32, profile: usize, found: &[Candidate]) {
        let start = self.flat.len() as u32;
        self.flat.extend_from_slice(found);
        self.found[token as usize][profile] = Some((start, self.flat.len() as u32));
    }
}
