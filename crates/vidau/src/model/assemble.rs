//! Puts a model together from its trained parts.

use super::container::{Container, Tag, write_container};
use super::manifest::{MANIFEST, Manifest};
use crate::channel::ChannelModel;
use crate::confidence::SURE;
use crate::context::AFAR;
use crate::engine::CHANNEL;
use crate::error::{Error, Result};
use crate::lexicon::build_lexicon;
use crate::lm::{NgramModel, VOCABULARY};

/// The wide context as it was kept before [`AFAR`]; nothing reads it any more.
const WIDE: Tag = *b"WIDE";

/// The bytes of a model file from a trained language model (its container)
/// and a trained channel. The lexicon follows from the language model's
/// vocabulary. The wide context's weights and the trees of the confidence, trained
/// with all other parts, may be left out.
///
/// # Errors
/// A damaged part, a vocabulary too large for a lexicon, and
/// [`Error::OtherVocabulary`] for a wide context that was not trained for this
/// language model's vocabulary.
pub fn assemble(
    language_model: &Container,
    channel: &ChannelModel,
    context: Option<&Container>,
    confidence: Option<&Container>,
    manifest: &Manifest,
) -> Result<Vec<u8>> {
    let lm = NgramModel::open(language_model)?;
    let vocabulary: Vec<String> = (0..lm.vocab_len())
        .map(|id| lm.word(id as u16).to_owned())
        .collect();
    let mut own = vec![(MANIFEST, manifest.to_json().into_bytes())];
    own.extend(build_lexicon(&vocabulary)?);
    own.push((CHANNEL, channel.to_bytes()));
    if let Some(context) = context {
        // Its weights are by the numbers of words.
        let words = context.section(VOCABULARY).ok();
        if words.as_deref() != Some(&*language_model.section(VOCABULARY)?) {
            let name = context.name().to_owned();
            return Err(Error::OtherVocabulary { name });
        }
        own.push((AFAR, context.section(AFAR)?.to_vec()));
    }
    if let Some(confidence) = confidence {
        own.push((SURE, confidence.section(SURE)?.to_vec()));
    }
    let manifest = own.remove(0);
    let mut sections = vec![manifest];
    for (tag, _) in language_model.sections() {
        // A whole model has the other parts, too.
        let is_replaced = |(own, _): &(Tag, Vec<u8>)| *own == tag;
        if ![MANIFEST, WIDE, AFAR, SURE].contains(&tag) && !own.iter().any(is_replaced) {
            sections.push((tag, language_model.section(tag)?.to_vec()));
        }
    }
    sections.extend(own);
    Ok(write_container(&sections))
}
