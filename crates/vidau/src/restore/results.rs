//! What was restored, changed and flagged.

use std::ops::Range;

use crate::cost::Cost;
use crate::decode::probability;

/// The worker's results; texts stand in one string.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub(super) text: String,
    pub(super) strings: String,
    pub(super) places: Vec<Place>,
    pub(super) alternatives: Vec<(Range<usize>, Cost)>,
}

#[derive(Debug)]
pub(super) struct Place {
    pub(super) span: Range<usize>,
    pub(super) run: usize,
    pub(super) original: Range<usize>,
    pub(super) best: Range<usize>,
    pub(super) confidence: f32,
    pub(super) flagged: bool,
    pub(super) changed: bool,
    pub(super) reason: Reason,
    pub(super) alternatives: Range<usize>,
}

impl Results {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.strings.clear();
        self.places.clear();
        self.alternatives.clear();
    }
}

/// A restored document, borrowed from the worker until its next call.
#[derive(Debug, Clone, Copy)]
pub struct Restored<'w> {
    results: &'w Results,
}

impl<'w> Restored<'w> {
    pub(super) fn new(results: &'w Results) -> Self {
        Self { results }
    }

    /// The whole text, with everything between the runs as it was.
    #[must_use]
    pub fn text(&self) -> &'w str {
        &self.results.text
    }

    /// The changes, in the order of the text.
    pub fn corrections(&self) -> impl Iterator<Item = Correction<'w>> + use<'w> {
        self.places(|p| p.changed)
    }

    /// The places, changed or not, at which a person should look.
    pub fn flags(&self) -> impl Iterator<Item = Correction<'w>> + use<'w> {
        self.places(|p| p.flagged)
    }

    fn places(&self, wanted: fn(&Place) -> bool) -> impl Iterator<Item = Correction<'w>> + use<'w> {
        let results = self.results;
        results
            .places
            .iter()
            .filter(move |p| wanted(p))
            .map(|place| Correction { results, place })
    }

    /// A copy that outlives the worker's next call.
    #[must_use]
    pub fn to_owned(&self) -> OwnedRestored {
        OwnedRestored {
            text: self.text().to_owned(),
            corrections: self.corrections().map(|c| c.to_owned()).collect(),
            flags: self.flags().map(|c| c.to_owned()).collect(),
        }
    }
}

/// What decided a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Reason {
    /// Marks restored or changed; the base letters are as they were read.
    Marks,
    /// Letters that the engine misread.
    Letters,
    /// A blank put in or taken out.
    Blanks,
    /// A rule of administrative writing: document codes, labels of lists,
    /// phrases of letterheads.
    Rule,
    /// An entry of the user's [lexicon](super::RestorerBuilder::lexicon).
    Lexicon,
    /// Nothing was changed, the reading is unsure.
    Unsure,
    /// A line end taken out, or a line that only numbers a page.
    Layout,
}

/// One change, or one place that is unsure.
#[derive(Debug, Clone, Copy)]
pub struct Correction<'w> {
    results: &'w Results,
    place: &'w Place,
}

impl<'w> Correction<'w> {
    /// Where it stands in [`Document::source`](crate::document::Document::source), in bytes.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.place.span.clone()
    }

    /// Index of the run in which it starts.
    #[must_use]
    pub fn run(&self) -> usize {
        self.place.run
    }

    /// What was read.
    #[must_use]
    pub fn original(&self) -> &'w str {
        &self.results.strings[self.place.original.clone()]
    }

    /// What it is taken for; equal to the original where only flagged.
    #[must_use]
    pub fn best(&self) -> &'w str {
        &self.results.strings[self.place.best.clone()]
    }

    /// Probability that `best` is right, 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.place.confidence
    }

    /// Whether a person should look.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        self.place.flagged
    }

    /// What kind of change it is.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.place.reason
    }

    /// Other readings of the same span, likeliest first.
    pub fn alternatives(&self) -> impl Iterator<Item = Alternative<'w>> + use<'w> {
        let results = self.results;
        let range = self.place.alternatives.clone();
        results.alternatives[range]
            .iter()
            .map(|(text, cost)| Alternative {
                text: &results.strings[text.clone()],
                probability: probability(*cost),
            })
    }

    /// A copy that outlives the worker's next call.
    #[must_use]
    pub fn to_owned(&self) -> OwnedCorrection {
        OwnedCorrection {
            span: self.span(),
            run: self.run(),
            original: self.original().to_owned(),
            best: self.best().to_owned(),
            confidence: self.confidence(),
            flagged: self.is_flagged(),
            reason: self.reason(),
            alternatives: self
                .alternatives()
                .map(|a| OwnedAlternative {
                    text: a.text.to_owned(),
                    probability: a.probability,
                })
                .collect(),
        }
    }
}

/// Another reading of a place in the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alternative<'w> {
    /// The reading.
    pub text: &'w str,
    /// Its probability, 0 to 1.
    pub probability: f32,
}

/// [`Restored`], owned.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OwnedRestored {
    /// The whole text.
    pub text: String,
    /// The changes, in the order of the text.
    pub corrections: Vec<OwnedCorrection>,
    /// The places at which a person should look.
    pub flags: Vec<OwnedCorrection>,
}

/// [`Correction`], owned.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OwnedCorrection {
    /// Where it stands in the document's source, in bytes.
    pub span: Range<usize>,
    /// Index of the run in which it starts.
    pub run: usize,
    /// What was read.
    pub original: String,
    /// What it is taken for.
    pub best: String,
    /// Probability that `best` is right, 0 to 1.
    pub confidence: f32,
    /// Whether a person should look.
    pub flagged: bool,
    /// What kind of change it is.
    pub reason: Reason,
    /// Other readings, likeliest first.
    pub alternatives: Vec<OwnedAlternative>,
}

/// [`Alternative`], owned.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OwnedAlternative {
    /// The reading.
    pub text: String,
    /// Its probability, 0 to 1.
    pub probability: f32,
}
