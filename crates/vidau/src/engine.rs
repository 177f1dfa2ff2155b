//! The immutable parts that restoring needs, opened from a model.

use crate::candidates::{Bounds, IndexBuilder, ProfileIndex, WordCosts};
use crate::channel::{Reading, Trust, read_profiles, trust_bin};
use crate::confidence::Trees;
use crate::context::ContextTable;
use crate::cost::{Cost, NAT};
use crate::decode::{ArcOptions, BeamOptions, ByProfile, Looks, RecurrenceOptions, is_clean};
use crate::error::Result;
use crate::lexicon::{Lexicon, WordId};
use crate::lm::{self, NgramModel};
use crate::model::container::{Container, Tag};
use crate::syllable::{Casing, casing, is_legal};

/// Number of channel profiles: clean, stripped, eng, vie, latin, worn.
pub(crate) const PROFILES: usize = 6;

/// Section with the channel.
pub(crate) const CHANNEL: Tag = *b"CHAN";

/// Lexicon, channel, language model, and how they are weighed.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) lexicon: Lexicon,
    /// Its costs weigh [`LM_SCALE`].
    pub(crate) lm: NgramModel,
    pub(crate) context: Option<ContextTable>,
    /// Weight of the wide context, in 1/256.
    pub(crate) context_scale: Cost,
    pub(crate) profiles: Vec<ProfileIndex>,
    pub(crate) priors: ByProfile,
    /// Whether the profiles are weighed line by line.
    pub(crate) weighs_lines: bool,
    /// Whether the first pass tells of damage that the profiles did not see.
    pub(crate) notes_damage: bool,
    /// Whether signs out of place are flagged.
    pub(crate) flags_stray: bool,
    /// Whether phrases of letterheads are looked for.
    pub(crate) knows_phrases: bool,
    /// Weight of casing, in 1/256.
    pub(crate) case_scale: Cost,
    /// Weight of what the profiles' channels say, in 1/256.
    pub(crate) channel_scale: ByProfile,
    pub(crate) blank_lost: ByProfile,
    pub(crate) blank_inserted: ByProfile,
    pub(crate) blanks: Vec<Vec<Reading>>,
    pub(crate) trust: Vec<Trust>,
    unseen: Cost,
    /// Price of each word by itself, weighed like the language model.
    pub(crate) words: WordCosts,
    pub(crate) confidence: Option<Trees>,
    pub(crate) arcs: ArcOptions,
    pub(crate) beam: BeamOptions,
    /// None: no second pass.
    pub(crate) recurrence: Option<RecurrenceOptions>,
}

/// Price of a legal syllable that the language model has not seen, beyond the
/// unknown word's.
const UNSEEN: Cost = 10 * NAT;

/// Weight of the language model, in 1/256: the channel's letters are not as
/// independent as the model takes them to be.
pub(crate) const LM_SCALE: Cost = 210;

/// Weight of the engine's own confidence, in 1/256.
const TRUST_SCALE: Cost = 256;

/// Weight of a word's casing as evidence, in 1/256: it is counted in print
/// and read from scans, and partly says what the n-grams say.
const CASE_SCALE: Cost = 96;

/// Weight of the wide context, in 1/256.
const CONTEXT_SCALE: Cost = 256;

/// Weight of the channel by profile, in 1/256. Where an engine for Vietnamese
/// errs, letters are not lost one by one but with their surroundings, which
/// the channel counts as so many errors.
const CHANNEL_SCALE: ByProfile = [256, 256, 256, 160, 256, 130];
/// Weight of the price of keeping a word that the lexicon does not have, where
/// the channel weighs less, in 1/256.
const KEPT: Cost = 220;

impl Engine {
    pub(crate) fn open(container: &Container) -> Result<Self> {
        let mut lm = NgramModel::open(container)?;
        lm.weigh(LM_SCALE);
        let lexicon = Lexicon::open(container, lm.words().clone())?;
        let bytes = container.section(CHANNEL)?;
        let mut segments: [IndexBuilder; PROFILES] = Default::default();
        let profiles = read_profiles(&bytes, |profile, truth, observed, cost| {
            if let Some(segments) = segments.get_mut(profile) {
                segments.add(truth, observed, cost);
            }
        });
        let profiles =
            profiles.map_err(|problem| container.damaged(CHANNEL, problem.to_string()))?;
        if profiles.len() != PROFILES {
            return Err(container.damaged(CHANNEL, "not six profiles"));
        }
        let by_profile = |f: &dyn Fn(&crate::channel::Profile) -> Cost| {
            let mut out = [0; PROFILES];
            for (o, p) in out.iter_mut().zip(&profiles) {
                *o = f(p);
            }
            out
        };
        let beam = BeamOptions {
            width: 24,
            margin: 9 * NAT,
        };
        let word_costs = (0..lexicon.len())
            .map(|id| {
                let (word, extra) = match u16::try_from(id) {
                    Ok(word) if id < lm.vocab_len() => (word, 0),
                    _ => (lm::UNKNOWN, UNSEEN),
                };
                lm.unigram(word) + extra
            })
            .collect();
        Ok(Self {
            profiles: (segments.into_iter().zip(&profiles))
                .map(|(segments, profile)| segments.finish(profile))
                .collect(),
            priors: by_profile(&|p| p.prior),
            weighs_lines: true,
            notes_damage: true,
            flags_stray: true,
            knows_phrases: true,
            case_scale: CASE_SCALE,
            channel_scale: CHANNEL_SCALE,
            blank_lost: by_profile(&|p| p.lost_blank),
            blank_inserted: by_profile(&|p| p.inserted_blank),
            trust: profiles.iter().map(|p| p.trust.clone()).collect(),
            blanks: profiles.iter().map(|p| p.blanks.clone()).collect(),
            lexicon,
            confidence: Trees::open(container)?,
            context: ContextTable::open(container, lm.vocab_len())?,
            context_scale: CONTEXT_SCALE,
            lm,
            unseen: UNSEEN,
            words: WordCosts::new(word_costs),
            arcs: ArcOptions {
                bounds: Bounds {
                    margin: 25 * NAT / 2,
                    channel_margin: 15 * NAT,
                    foreign: 4 * NAT,
                    max_cost: 28 * NAT,
                    max_price: Cost::MAX / 4,
                    n_best: 48,
                    only_syllables: false,
                },
                clean_margin: 10 * NAT,
                foreign_word: 3 * NAT,
                foreign_char: 5 * NAT / 2,
                foreign_odd: 4 * NAT,
                foreign_line: Some(4 * NAT),
                near: 8 * NAT,
                near_best: 8,
                profile_margin: 9 * NAT,
                sound_word: 6 * NAT,
                part: 14 * NAT,
                split_best: 8,
                speck: 0,
                paragraph: 2 * NAT,
                no_paragraph: NAT / 8,
                rule: Some(7 * NAT),
                sign: 6 * NAT,
                sign_word: 0,
                digit_word: 2 * NAT,
                dirt: 5 * NAT,
                stray_quote: 6 * NAT,
                tight_comma: 3 * NAT,
                lone_capitals: 3 * NAT,
                // A clean line has next to nothing else against it.
                miscased: -NAT / 2,
                abbreviation: 10 * NAT,
                echo: Some(4 * NAT),
            },
            beam,
            recurrence: Some(RecurrenceOptions {
                neighbour: 5 * NAT / 4,
                expected: -2 * NAT,
                alike: 128,
            }),
        })
    }

    /// Checks what [`open`](Self::open) took on trust.
    pub(crate) fn verify(&self, container: &Container) -> Result<()> {
        self.lexicon.verify(container)?;
        let context = self.context.as_ref();
        context.map_or(Ok(()), |context| context.verify(container))
    }

    /// Price of keeping a word that the lexicon does not have, by its characters
    /// and those of them that are letters.
    fn foreign_cost(&self, chars: usize, letters: usize) -> Cost {
        let o = &self.arcs;
        let odd = chars - letters;
        o.foreign_word + letters as Cost * o.foreign_char + odd as Cost * o.foreign_odd
    }

    /// Price of keeping a text so on a line whose profiles cost `line`.
    pub(crate) fn foreign_cost_in(&self, looks: &Looks, line: &ByProfile) -> Cost {
        let cost = self.foreign_cost(looks.chars as usize, looks.letters as usize);
        let scales = self.scales_in(looks.is_exact, line);
        match likeliest(line).is_none_or(|p| scales[p] == 256) {
            true => cost,
            false => cost * KEPT / 256,
        }
    }

    /// Weights of the profiles' channels, in 1/256, for a text, an
    /// [exact](is_exact) one or not, on a line whose profiles cost `line`.
    pub(crate) fn scales_in(&self, is_exact: bool, line: &ByProfile) -> ByProfile {
        if is_clean(line) || is_exact {
            [256; PROFILES]
        } else {
            self.channel_scale
        }
    }

    /// What it costs at most to keep `text` as it is: as an unknown word.
    pub(crate) fn as_read_price(&self, text: &str) -> Cost {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        self.foreign_cost(text.chars().count(), letters) + self.word_cost(u32::from(lm::UNKNOWN))
    }

    pub(crate) fn word_cost(&self, id: WordId) -> Cost {
        self.words.of(id)
    }

    pub(crate) fn unseen_price(&self, id: WordId) -> Cost {
        match self.known_id(Some(id)) {
            Some(_) => 0,
            None => self.unseen,
        }
    }

    /// The language model's number for a word of the lexicon, if it knows it.
    pub(crate) fn known_id(&self, id: Option<WordId>) -> Option<u16> {
        let id = id.filter(|&id| (id as usize) < self.lm.vocab_len())?;
        Some(id as u16)
    }

    /// The same, or that of an unknown word.
    pub(crate) fn known_or_unknown(&self, id: Option<WordId>) -> u16 {
        self.known_id(id).unwrap_or(lm::UNKNOWN)
    }

    /// The price of a word of the language model in a case; see
    /// [`NgramModel::case_costs`].
    pub(crate) fn case_cost(&self, word: u16, which: usize) -> Cost {
        self.lm.case_costs(word)[which] * self.case_scale / 256
    }

    pub(crate) fn blank_lost(&self, line: &ByProfile) -> Cost {
        least_sum(&self.blank_lost, line)
    }

    pub(crate) fn blank_inserted(&self, line: &ByProfile) -> Cost {
        least_sum(&self.blank_inserted, line)
    }

    /// What the engine's confidence in a word says for its being right; of the
    /// likeliest profile.
    pub(crate) fn trust(&self, read: &str, confidence: f32, line: &ByProfile) -> Cost {
        let Some(trust) = likeliest(line).and_then(|p| self.trust.get(p)) else {
            return 0;
        };
        let ratios = if is_legal(read) {
            &trust.legal
        } else {
            &trust.illegal
        };
        ratios[trust_bin(confidence)] * TRUST_SCALE / 256
    }

    /// The price of a blank being read as `text`, if the likeliest profile
    /// has seen that.
    pub(crate) fn read_blank(&self, text: &str, line: &ByProfile) -> Option<Cost> {
        let readings = self.blanks.get(likeliest(line)?)?;
        let found = readings.iter().find(|r| &*r.observed == text)?;
        Some(found.cost)
    }
}

/// Names, abbreviations, numbers and the letters of a list are no damage to be
/// explained away.
pub(crate) fn is_exact(text: &str) -> bool {
    let is_small = matches!(casing(text), Casing::Lower | Casing::None);
    !is_small || text.bytes().any(|b| b.is_ascii_digit()) || text.chars().nth(1).is_none()
}

/// The profile that costs least on a line.
pub(crate) fn likeliest(line: &ByProfile) -> Option<usize> {
    let profiles = line.iter().enumerate();
    profiles.min_by_key(|(p, w)| (**w, *p)).map(|(p, _)| p)
}

/// The candidates already pay for their profile, so only the likeliest
/// profile's price counts here.
fn least_sum(prices: &ByProfile, line: &ByProfile) -> Cost {
    let sums = prices.iter().zip(line).map(|(p, w)| (*w, *p));
    sums.min().map_or(0, |(_, price)| price)
}
