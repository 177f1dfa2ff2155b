//! Learns the error model from pages and what engines made of them.

mod alike;
mod derive;
mod em;
mod fit;
mod known;
mod letters;
mod pages;
mod pairs;
mod smooth;
mod trust;

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use fit::{Fit, fit};
pub use pages::{Page, read_pages};

use self::em::{Learnt, Settings};
use self::pairs::Observations;
use self::smooth::{Readings, Strength, smooth};
use self::trust::TrustCounts;
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
            order: 3,
            min_count: 2.0,
            min_gain: 0.5,
            clean_rarer: 50.0,
        }
    }
}

/// Shares of lines expected to be `clean`, `stripped`, `eng`, `vie`, `latin`, `worn`.
const PRIORS: [f64; 6] = [0.3, 0.1, 0.25, 0.25, 0.05, 0.05];

/// Learns the profiles `vie`, `eng`, `latin` and `worn` from pages and derives
/// `clean` and `stripped`. `latin` leans on the first two, since little is ever
/// read with that engine, `worn` on `vie`.
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
    let mut eng = Lesson::new(pages, "eng", options)?;
    known::adjust(&mut eng.learnt);
    let (vie_profile, vie_readings) = vie.profile("vie", None);
    let (eng_profile, eng_readings) = eng.profile("eng", None);
    let prior = mixture(&eng_readings, &vie_readings);
    let latin = Lesson::new(pages, "latin", options).unwrap_or_default();
    let (latin_profile, _) = latin.profile("latin", Some(&prior));
    let worn = Lesson::new(pages, "worn", options).unwrap_or_default();
    let (worn_profile, _) = worn.profile("worn", Some(&vie_readings));
    let mut profiles = vec![
        derive::clean(&vie_profile, options.clean_rarer),
        derive::stripped(),
        eng_profile,
        vie_profile,
        latin_profile,
        worn_profile,
    ];
    for (profile, share) in profiles.iter_mut().zip(PRIORS) {
        profile.prior = cost_of(share);
    }
    Ok(ChannelModel { profiles })
}

/// What one profile's pages taught.
#[derive(Default)]
struct Lesson {
    observations: Observations,
    learnt: Learnt,
    trust: TrustCounts,
}

impl Lesson {
    fn new(pages: &[Page], profile: &str, options: &Options) -> Result<Self> {
        let mut observations = Observations::default();
        let mut trust = TrustCounts::default();
        let mut words = 0.0;
        for page in pages.iter().filter(|p| p.profile == profile) {
            observations.add(page);
            trust.add(page);
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
            trust,
        })
    }

    fn profile(&self, name: &str, prior: Option<&Readings>) -> (Profile, Readings) {
        let mut counts = self.learnt.singles.clone();
        let blanks = counts.remove(&' ').unwrap_or_default();
        let strength = Strength {
            letter: 10.0,
            base: 5.0,
            marks: 20.0,
            prior: 20.0,
        };
        let mut readings = smooth(&counts, &strength, prior);
        // Engines that know Vietnamese seldom take one stroke for another.
        if name == "eng" || name == "latin" {
            for (&letter, readings) in &mut readings {
                alike::spread(letter, readings);
            }
        }
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
        segments.extend(self.multiples());
        segments.sort_unstable();
        let profile = Profile {
            segments,
            trust: self.trust.ratios(),
            ..self.floors(name, &counts, &blanks)
        };
        (profile, readings)
    }

    fn multiples(&self) -> Vec<Segment> {
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
        for (reading, share) in known::BLANKS {
            *read_as.entry(reading).or_default() += share * blank_total;
        }
        let blanks: Vec<Reading> = (read_as.iter())
            .map(|(&observed, &count)| Reading {
                observed: observed.into(),
                cost: cost_of(count / blank_total),
            })
            .collect();
        Profile {
            lost_blank: blanks.first().map_or(0, |b| b.cost),
            kept_blank: cost_of(o.blanks_kept / blank_total),
            inserted_blank: share(o.blanks_inserted + known::INSERTED_BLANKS * o.gaps, o.gaps),
            unseen: cost_of(new(1) / characters),
            insertion: cost_of(new(2) / characters),
            deletion: cost_of(new(0)),
            spurious_word: share(o.words_spurious + known::SPURIOUS_WORDS * o.words, o.words),
            lost_word: share(o.words_lost, o.words),
            blanks,
            ..Profile::empty(name)
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

#[cfg(test)]
mod tests {
    use super::letters::alphabet;
    use super::*;

    fn page(profile: &str, truth: &str, observed: &str) -> Page {
        Page {
            profile: profile.to_owned(),
            weight: 1.0,
            is_line_by_line: false,
            truth: truth.to_owned(),
            observed: observed.to_owned(),
            words: None,
        }
    }

    fn toy() -> Vec<Page> {
        let truth = "Căn cứ Luật Tổ chức chính quyền địa phương\nnăm nay đã được sửa đổi\n";
        let eng = "Can cr Luat T6 chirc chinh quyén dia phuong\nnim nay da dugc stra déi\n";
        let vie = "Căn cứ Luật Tổ chức chính quyên địa phương\nnăm nay đã được sửa đổi\n";
        vec![
            page("eng", &truth.repeat(5), &eng.repeat(5)),
            page("vie", &truth.repeat(5), &vie.repeat(5)),
        ]
    }

    #[test]
    fn every_profile_knows_the_alphabet_and_comes_back() {
        let model = train(&toy(), &Options::default()).unwrap();
        let names: Vec<&str> = model.profiles.iter().map(|p| &*p.name).collect();
        assert_eq!(names, ["clean", "stripped", "eng", "vie", "latin", "worn"]);
        for profile in &model.profiles {
            assert!(profile.segments.is_sorted());
            for letter in alphabet() {
                let letter = letter.to_string();
                let known = profile.segments.iter().any(|s| *s.truth == letter);
                assert!(known, "{letter} in {}", profile.name);
            }
        }
        let bytes = model.to_bytes();
        assert_eq!(ChannelModel::from_bytes(&bytes).unwrap(), model);
        assert_eq!(
            train(&toy(), &Options::default()).unwrap().to_bytes(),
            bytes
        );
        assert!(dump(&model).contains("eng\tô\t"));
    }

    #[test]
    fn what_was_read_is_cheap() {
        let model = train(&toy(), &Options::default()).unwrap();
        let cost = |profile: &str, truth: &str, observed: &str| {
            super::super::Scorer::new(model.profile(profile).unwrap()).cost(truth, observed)
        };
        assert!(cost("eng", "Tổ", "T6") < 2 * NAT);
        assert!(cost("vie", "Tổ", "T6") > 4 * NAT);
        assert!(cost("vie", "quyền", "quyên") < 2 * NAT);
        assert!(cost("stripped", "quyền", "quyen") < NAT / 8);
        assert_eq!(cost("clean", "quyền", "quyền"), 0);
    }

    #[test]
    fn what_cannot_be_trained_is_an_error() {
        let missing = train(&toy()[..1], &Options::default()).unwrap_err();
        assert!(matches!(missing, Error::TrainingData { ref name, .. } if name == "vie"));
        let options = Options {
            order: 4,
            ..Options::default()
        };
        let order = train(&toy(), &options).unwrap_err();
        assert!(matches!(
            order,
            Error::Option {
                option: "order",
                ..
            }
        ));
    }
}
