//! Learns the error model from pages and what engines made of them.

mod derive;
mod em;
mod pages;
mod pairs;
mod smooth;

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use pages::{Page, read_pages};

use self::em::{Learnt, Settings};
use self::pairs::Observations;
use self::smooth::{Readings, Strength, smooth};
use super::{ChannelModel, Profile, Reading, Segment};
use crate::cost::{Cost, NAT, cost_of};
use crate::error::{Error, Result};

/// How the error model is estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Longest truth of a segment, 1 to 3.
    pub order: usize,
    /// Segments of several letters seen less often go.
    pub min_count: f64,
    /// What one segment of several letters has to be likelier by, in nats,
    /// than shorter segments make its reading.
    pub min_gain: f64,
    /// How many times rarer errors are in `clean` than in `vie`.
    pub clean_rarer: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            order: 2,
            min_count: 2.0,
            min_gain: 0.7,
            clean_rarer: 50.0,
        }
    }
}

/// Learns the profiles `vie`, `eng` and `latin` from pages and derives `clean`
/// and `stripped`. `latin` leans on the other two, since little is ever read
/// with that engine.
///
/// # Errors
/// [`Error::Option`] for an order that is not allowed, [`Error::TrainingData`]
/// where no page teaches `vie` or `eng`.
pub fn train(pages: &[Page], options: &Options) -> Result<ChannelModel> {
    if !(1..=super::MAX_TRUTH).contains(&options.order) {
        return Err(Error::Option {
            option: "order",
            problem: format!("1 to {} letters are possible", super::MAX_TRUTH),
        });
    }
    let vie = Lesson::new(pages, "vie", options)?;
    let eng = Lesson::new(pages, "eng", options)?;
    let (vie_profile, vie_readings) = vie.profile("vie", None);
    let (eng_profile, eng_readings) = eng.profile("eng", None);
    let prior = mixture(&eng_readings, &vie_readings);
    let latin = Lesson::new(pages, "latin", options).unwrap_or_default();
    let (latin_profile, _) = latin.profile("latin", Some((&prior, &eng_profile)));
    Ok(ChannelModel {
        profiles: vec![
            derive::clean(&vie_profile, options.clean_rarer),
            derive::stripped(),
            eng_profile,
            vie_profile,
            latin_profile,
        ],
    })
}

/// What one profile's pages taught.
#[derive(Default)]
struct Lesson {
    observations: Observations,
    learnt: Learnt,
}

impl Lesson {
    fn new(pages: &[Page], profile: &str, options: &Options) -> Result<Self> {
        let mut observations = Observations::default();
        let mut words = 0.0;
        for page in pages.iter().filter(|p| p.profile == profile) {
            observations.add(page);
            words += page.truth.split_whitespace().count() as f64;
        }
        if observations.pairs.is_empty() {
            return Err(Error::TrainingData {
                name: profile.to_owned(),
                line: 0,
                problem: "no pages for this profile; add some".to_owned(),
            });
        }
        observations.normalise(words);
        let settings = Settings {
            order: options.order,
            discount: 0.75,
            min_count: options.min_count,
            min_gain: options.min_gain,
            min_saving: 3.0,
            rounds: 9,
        };
        let learnt = em::learn(&observations.pairs, &settings);
        Ok(Self {
            observations,
            learnt,
        })
    }

    fn profile(&self, name: &str, prior: Option<(&Readings, &Profile)>) -> (Profile, Readings) {
        let mut counts = self.learnt.singles.clone();
        let blanks = counts.remove(&' ').unwrap_or_default();
        if name == "eng" {
            add_known_readings(&mut counts);
        }
        let strength = Strength {
            letter: 3.0,
            base: 5.0,
            marks: 20.0,
            prior: 20.0,
        };
        let readings = smooth(&counts, &strength, prior.map(|(readings, _)| readings));
        let mut segments = Vec::new();
        for (letter, readings) in &readings {
            for (observed, &p) in readings {
                segments.push(Segment {
                    truth: letter.to_string().into(),
                    observed: observed.as_str().into(),
                    cost: cost_of(p),
                });
            }
        }
        segments.extend(self.multiples(prior.map(|(_, profile)| profile)));
        segments.sort_unstable();
        segments.dedup_by(|b, a| a.truth == b.truth && a.observed == b.observed);
        let profile = Profile {
            segments,
            ..self.floors(name, &counts, &blanks)
        };
        (profile, readings)
    }

    /// Segments of several letters: this profile's, and of another what is
    /// missing here.
    fn multiples(&self, prior: Option<&Profile>) -> Vec<Segment> {
        let mut segments = Vec::new();
        for (truth, readings) in &self.learnt.multiples {
            for (observed, &(p, _)) in readings {
                segments.push(Segment {
                    truth: truth.as_str().into(),
                    observed: observed.as_str().into(),
                    cost: cost_of(p),
                });
            }
        }
        for segment in prior.iter().flat_map(|p| &p.segments) {
            let is_known = (self.learnt.multiples.get(&*segment.truth))
                .is_some_and(|readings| readings.contains_key(&*segment.observed));
            if segment.truth.chars().count() > 1 && !is_known {
                segments.push(Segment {
                    cost: segment.cost + NAT,
                    ..segment.clone()
                });
            }
        }
        segments
    }

    /// Costs of blanks, lost and spurious words, and of what was never seen:
    /// by Good and Turing, the events seen once tell how likely new ones are.
    fn floors(&self, name: &str, counts: &Readings, blanks: &BTreeMap<String, f64>) -> Profile {
        let o = &self.observations;
        let share = |part: f64, all: f64| cost_of((part + 0.5) / (all + 1.0));
        let all: f64 = counts.values().flat_map(BTreeMap::values).sum();
        let characters = 1.0 + counts.len() as f64;
        let new = |len: usize| {
            let rare = counts.iter().flat_map(|(letter, readings)| {
                let mut own = [0; 4];
                let own = letter.encode_utf8(&mut own).to_owned();
                readings.iter().filter(move |(reading, count)| {
                    **count < 1.5 && reading.chars().count() == len && **reading != own
                })
            });
            (rare.map(|(_, count)| count).sum::<f64>() + 0.5) / (all + 1.0)
        };
        let changed: f64 = blanks
            .iter()
            .filter(|(r, _)| *r != " ")
            .map(|(_, c)| c)
            .sum();
        let blank_total = o.blanks_kept + changed + 1.0;
        let mut read_as: BTreeMap<&str, f64> = BTreeMap::new();
        for (reading, &count) in blanks {
            if reading != " " && (count >= 0.5 || reading.is_empty()) {
                read_as.insert(reading, count);
            }
        }
        *read_as.entry("").or_default() += 0.5;
        let blanks: Vec<Reading> = (read_as.iter())
            .map(|(&observed, &count)| Reading {
                observed: observed.into(),
                cost: cost_of(count / blank_total),
            })
            .collect();
        Profile {
            lost_blank: blanks.first().map_or(0, |b| b.cost),
            kept_blank: cost_of(o.blanks_kept / blank_total).max(0),
            inserted_blank: share(o.blanks_inserted, o.gaps),
            unseen: cost_of(new(1) / characters),
            insertion: cost_of(new(2) / characters),
            deletion: cost_of(new(0)),
            spurious_word: share(o.words_spurious, o.words),
            lost_word: share(o.words_lost, o.words),
            blanks,
            ..Profile::empty(name)
        }
    }
}

/// Readings that real scans show far oftener than typeset pages.
fn add_known_readings(counts: &mut Readings) {
    const KNOWN: [(char, &[(&str, f64)]); 5] = [
        (
            'Đ',
            &[
                ("P", 0.25),
                ("D", 0.2),
                ("B", 0.08),
                ("Ð", 0.03),
                ("Pp", 0.02),
            ],
        ),
        ('ê', &[("¢", 0.01)]),
        ('ế', &[("¢", 0.02)]),
        ('ệ', &[("¢", 0.04)]),
        ('ề', &[("¢", 0.01)]),
    ];
    for (letter, readings) in KNOWN {
        let own = counts.entry(letter).or_default();
        let total: f64 = own.values().sum::<f64>().max(20.0);
        for &(reading, share) in readings {
            *own.entry(reading.to_owned()).or_default() += share * total;
        }
    }
}

fn mixture(a: &Readings, b: &Readings) -> Readings {
    let mut mixed = Readings::new();
    for (&letter, readings) in a.iter().chain(b) {
        let both = if a.contains_key(&letter) && b.contains_key(&letter) {
            0.5
        } else {
            1.0
        };
        let own = mixed.entry(letter).or_default();
        for (reading, p) in readings {
            *own.entry(reading.clone()).or_default() += both * p;
        }
    }
    mixed
}

/// The model as lines of profile, truth, observed and cost in nats, for
/// reading; scalars and blanks come first, named in angle brackets.
#[must_use]
pub fn dump(model: &ChannelModel) -> String {
    let nats = |cost: Cost| f64::from(cost) / f64::from(NAT);
    let mut out = String::from("profile\ttruth\tobserved\tcost\n");
    let mut line = |profile: &str, truth: &str, observed: &str, cost: Cost| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{profile}\t{truth}\t{observed}\t{:.3}", nats(cost));
    };
    for p in &model.profiles {
        for (scalar, cost) in [
            ("<prior>", p.prior),
            ("<lost blank>", p.lost_blank),
            ("<kept blank>", p.kept_blank),
            ("<inserted blank>", p.inserted_blank),
            ("<unseen>", p.unseen),
            ("<insertion>", p.insertion),
            ("<deletion>", p.deletion),
            ("<spurious word>", p.spurious_word),
            ("<lost word>", p.lost_word),
        ] {
            line(&p.name, scalar, "", cost);
        }
        for blank in &p.blanks {
            line(&p.name, "<blank>", &blank.observed, blank.cost);
        }
        for segment in &p.segments {
            line(&p.name, &segment.truth, &segment.observed, segment.cost);
        }
    }
    out
}

/// How well a profile predicts pages it has not seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Words found in both texts.
    pub words: f64,
    /// Letters of those words.
    pub letters: f64,
    /// Cost of the cheapest reading of each word, in nats a letter.
    pub nats_per_letter: f64,
    /// Share of the words that need an event without a segment of its own.
    pub at_floor: f64,
}

/// Measures `profile` on pages, word by word, by the cheapest cut.
#[must_use]
pub fn fit(profile: &Profile, pages: &[&Page]) -> Fit {
    let mut observations = Observations::default();
    for page in pages {
        observations.add(page);
    }
    let scorer = super::Scorer::new(profile);
    let floor = profile.unseen.min(profile.insertion).min(profile.deletion);
    let (mut words, mut letters, mut cost, mut floored) = (0.0, 0.0, 0.0, 0.0);
    for ((truth, observed), weight) in &observations.pairs {
        if truth.contains(' ') {
            continue;
        }
        words += weight;
        letters += weight * truth.chars().count() as f64;
        cost += weight * f64::from(scorer.cost(truth, observed)) / f64::from(NAT);
        let known: Cost = (scorer.segments(truth, observed).iter())
            .filter_map(|&(t, o)| scorer.segment(t, o).or((t == o).then_some(0)))
            .sum();
        if scorer.cost(truth, observed) >= known + floor {
            floored += weight;
        }
    }
    Fit {
        words,
        letters,
        nats_per_letter: cost / letters.max(1.0),
        at_floor: floored / words.max(1.0),
    }
}
