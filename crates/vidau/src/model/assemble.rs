//! Puts a model together from its trained parts.

use super::container::{Container, write_container};
use super::manifest::{MANIFEST, Manifest};
use crate::channel::ChannelModel;
use crate::context::WIDE;
use crate::engine::CHANNEL;
use crate::error::Result;
use crate::lexicon::build_lexicon;
use crate::lm::NgramModel;

/// The bytes of a model file from a trained language model (its container)
/// and a trained channel. The lexicon follows from the language model's
/// vocabulary. The wide context's weights, trained for the same vocabulary,
/// may be left out.
///
/// # Errors
/// A damaged language model, or a vocabulary too large for a lexicon.
pub fn assemble(
    language_model: &Container,
    channel: &ChannelModel,
    context: Option<&Container>,
    manifest: &Manifest,
) -> Result<Vec<u8>> {
    let lm = NgramModel::open(language_model)?;
    let vocabulary: Vec<String> = (0..lm.vocab_len())
        .map(|id| lm.word(id as u16).to_owned())
        .collect();
    let mut sections = vec![(MANIFEST, manifest.to_json().into_bytes())];
    for (tag, _) in language_model.sections() {
        if tag != MANIFEST {
            sections.push((tag, language_model.section(tag)?.to_vec()));
        }
    }
    sections.extend(build_lexicon(&vocabulary)?);
    sections.push((CHANNEL, channel.to_bytes()));
    if let Some(context) = context {
        sections.push((WIDE, context.section(WIDE)?.to_vec()));
    }
    Ok(write_container(&sections))
}
