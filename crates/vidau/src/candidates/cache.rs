//! Candidates of the tokens seen, by token text and profile.

use std::collections::HashMap;

use super::{Asked, Candidate};
use crate::decode::ByProfile;
use crate::engine::PROFILES;

/// When more candidates than this are held, all are forgotten.
const CAPACITY: usize = 1 << 20;

type Found = Option<(u32, u32)>;

/// What is known of one token.
#[derive(Debug, Default)]
struct Known {
    found: [[Found; PROFILES]; 4],
    evidence: Option<ByProfile>,
}

/// Bounded store of search results.
#[derive(Debug, Default)]
pub(crate) struct CandidateCache {
    tokens: HashMap<Box<str>, u32>,
    known: Vec<Known>,
    flat: Vec<Candidate>,
}

impl CandidateCache {
    /// Forgets everything when full; called between blocks, so that numbers
    /// handed out stay good within one.
    pub(crate) fn trim(&mut self) {
        if self.flat.len() > CAPACITY {
            self.tokens.clear();
            self.known.clear();
            self.flat.clear();
        }
    }

    /// A number for the token.
    pub(crate) fn token(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.tokens.get(text) {
            return number;
        }
        let number = self.known.len() as u32;
        self.known.push(Known::default());
        self.tokens.insert(text.into(), number);
        number
    }

    /// What was found for the token under a profile, if it was searched.
    pub(crate) fn get(&self, token: u32, profile: usize, asked: Asked) -> Option<&[Candidate]> {
        let (start, end) = self.known[token as usize].found[asked as usize][profile]?;
        Some(&self.flat[start as usize..end as usize])
    }

    pub(crate) fn put(&mut self, token: u32, profile: usize, asked: Asked, found: &[Candidate]) {
        let start = self.flat.len() as u32;
        self.flat.extend_from_slice(found);
        self.known[token as usize].found[asked as usize][profile] =
            Some((start, self.flat.len() as u32));
    }

    /// How well each profile explains the token, if it was asked before.
    pub(crate) fn evidence(&self, token: u32) -> Option<ByProfile> {
        self.known[token as usize].evidence
    }

    pub(crate) fn put_evidence(&mut self, token: u32, evidence: ByProfile) {
        self.known[token as usize].evidence = Some(evidence);
    }
}
