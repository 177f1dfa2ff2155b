//! What can go wrong, and what to do about it.

use std::path::PathBuf;

/// The crate's result type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the library. Each message says where it happened and what helps.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// The bytes are no vidau model.
    #[error("{name}: not a vidau model ({found}); give a file written by `vidau train model`")]
    NotAModel {
        /// File name, or `<bytes>`.
        name: String,
        /// What was found instead of the magic number.
        found: String,
    },
    /// The model was written for another format version.
    #[error(
        "{name}: model format {found}, this vidau reads format {expected}; \
         train the model again or use the vidau that wrote it"
    )]
    ModelVersion {
        /// File name, or `<bytes>`.
        name: String,
        /// The version of the file.
        found: u32,
        /// The version this library reads.
        expected: u32,
    },
    /// The model is truncated or damaged.
    #[error(
        "{name}: damaged model, section {section} at byte {offset}: {problem}; get the file again"
    )]
    DamagedModel {
        /// File name, or `<bytes>`.
        name: String,
        /// Four-letter section tag, or `header`.
        section: String,
        /// Byte offset in the file.
        offset: u64,
        /// What is wrong there.
        problem: String,
    },
    /// A part of a model that numbers words otherwise than the language model.
    #[error("{name}: learnt for the words of another language model; train it again for this one")]
    OtherVocabulary {
        /// File name of the part, or `<bytes>`.
        name: String,
    },
    /// Training input that cannot be used.
    #[error("{name}:{line}: {problem}")]
    TrainingData {
        /// File name.
        name: String,
        /// Line number, from 1; 0 where no line can be named.
        line: u64,
        /// What is wrong there, and what helps.
        problem: String,
    },
    /// Markup that cannot be read, so that nothing of it is changed.
    #[error("line {line}, byte {offset}: {problem}")]
    Markup {
        /// Line, from 1.
        line: u64,
        /// Byte offset in the text.
        offset: u64,
        /// What is wrong there.
        problem: String,
    },
    /// Bytes that are no text in the encoding, or a text that it does not have.
    #[error("not {encoding} at byte {offset}")]
    Encoding {
        /// The encoding's name.
        encoding: &'static str,
        /// The first byte that stands for nothing.
        offset: u64,
    },
    /// An option outside its range.
    #[error("{option}: {problem}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// What is wrong, and what is allowed.
        problem: String,
    },
}
