//! Candidates of the tokens seen, by token text and profile.

use super::{Asked, Candidate};
use crate::cost::Cost;
use crate::decode::ByProfile;
use crate::engine::PROFILES;
use crate::numbers::Numbers;

/// When more candidates than this are held, all are forgotten.
const CAPACITY: usize = 1 << 19;

/// What is known of one token.
#[derive(Debug, Default)]
struct Known {
    /// The last of its searches; plus one, 0 for none.
    last: u32,
    evidence: Option<[i16; PROFILES]>,
}

/// What a token was searched for, and found.
#[derive(Debug, Clone, Copy)]
struct Search {
    profile: u8,
    asked: Asked,
    start: u32,
    end: u32,
    /// The one before; plus one, 0 for none.
    before: u32,
}

/// Bounded store of search results. Most tokens are searched under one profile.
#[derive(Debug, Default)]
pub(crate) struct CandidateCache {
    tokens: Numbers,
    known: Vec<Known>,
    searches: Vec<Search>,
    flat: Vec<Candidate>,
}

impl CandidateCache {
    /// Forgets everything when full; called between blocks, so that numbers
    /// handed out stay good within one.
    pub(crate) fn trim(&mut self) {
        if self.flat.len() > CAPACITY {
            self.tokens.clear();
            self.known.clear();
            self.searches.clear();
            self.flat.clear();
        }
    }

    /// A number for the token.
    pub(crate) fn token(&mut self, text: &str) -> u32 {
        let number = self.tokens.of(text);
        if self.tokens.len() > self.known.len() {
            self.known.push(Known::default());
        }
        number
    }

    /// What was found for the token under a profile, if it was searched.
    pub(crate) fn get(&self, token: u32, profile: usize, asked: Asked) -> Option<&[Candidate]> {
        let mut at = self.known[token as usize].last;
        loop {
            let search = &self.searches[at.checked_sub(1)? as usize];
            if usize::from(search.profile) == profile && search.asked == asked {
                return Some(&self.flat[search.start as usize..search.end as usize]);
            }
            at = search.before;
        }
    }

    pub(crate) fn put(&mut self, token: u32, profile: usize, asked: Asked, found: &[Candidate]) {
        let start = self.flat.len() as u32;
        self.flat.extend_from_slice(found);
        let last = &mut self.known[token as usize].last;
        self.searches.push(Search {
            profile: profile as u8,
            asked,
            start,
            end: self.flat.len() as u32,
            before: *last,
        });
        *last = self.searches.len() as u32;
    }

    /// How well each profile explains the token, if it was asked before.
    pub(crate) fn evidence(&self, token: u32) -> Option<ByProfile> {
        Some(self.known[token as usize].evidence?.map(Cost::from))
    }

    /// Notes the evidence, which is of a few nats at most.
    pub(crate) fn put_evidence(&mut self, token: u32, evidence: ByProfile) {
        self.known[token as usize].evidence = Some(evidence.map(|cost| cost as i16));
    }
}
