//! The engine with one part switched off, or more careful than it is.

use vidau::{Part, Profile, RestorerBuilder};

pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) set: fn(RestorerBuilder) -> RestorerBuilder,
}

const fn variant(name: &'static str, set: fn(RestorerBuilder) -> RestorerBuilder) -> Variant {
    Variant { name, set }
}

pub(super) const PARTS: [Variant; 21] = [
    variant("no second pass", |b| b.without(Part::SecondPass)),
    variant("damage not told of", |b| b.without(Part::Damage)),
    variant("no words from between the same two elsewhere", |b| {
        b.without(Part::Echoes)
    }),
    variant("no wide context", |b| b.without(Part::WideContext)),
    variant("n-grams of at most 3 words", |b| {
        b.without(Part::NgramsAbove(3))
    }),
    variant("n-grams of at most 2 words", |b| {
        b.without(Part::NgramsAbove(2))
    }),
    variant("words by themselves", |b| b.without(Part::NgramsAbove(1))),
    variant("lines not weighed, the prior for all", |b| {
        b.without(Part::LineProfiles)
    }),
    variant("all lines taken as read with `eng`", |b| {
        b.profile(Profile::Eng)
    }),
    variant("all lines taken as read with `vie`", |b| {
        b.profile(Profile::Vie)
    }),
    variant("all lines taken as stripped: only marks change", |b| {
        b.profile(Profile::Stripped)
    }),
    variant("no blanks put in or taken out", |b| b.without(Part::Blanks)),
    variant("no punctuation within words", |b| b.without(Part::Specks)),
    variant("signs and lone digits are no words", |b| {
        b.without(Part::SignWords)
    }),
    variant("no rules for codes, labels, letterheads", |b| {
        b.without(Part::Rules)
    }),
    variant("capitals say nothing", |b| b.without(Part::Case)),
    variant("lines in another language are like others", |b| {
        b.without(Part::ForeignLines)
    }),
    variant("signs out of place neither priced nor flagged", |b| {
        b.without(Part::StraySigns)
    }),
    variant("the engine's confidence ignored", |b| {
        b.without(Part::EngineConfidence)
    }),
    variant("words as read not preferred", |b| b.change_above(0.0)),
    variant("a beam of 4 instead of 24", |b| b.beam_width(4)),
];

pub(super) const CAUTION: [Variant; 7] = [
    variant("default", |b| b),
    variant("0", |b| b.min_confidence(0.0)),
    variant("0.25", |b| b.min_confidence(0.25)),
    variant("0.5", |b| b.min_confidence(0.5)),
    variant("0.75", |b| b.min_confidence(0.75)),
    variant("0.9", |b| b.min_confidence(0.9)),
    variant("0.95", |b| b.min_confidence(0.95)),
];
