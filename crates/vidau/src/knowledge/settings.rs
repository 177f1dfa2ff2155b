//! Settings that a document cannot always tell by itself.

/// Where the tone stands in the words that are restored: "hòa" or "hoà".
///
/// Words that are right as they were read keep theirs, whatever the style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ToneStyle {
    /// As the document itself mostly has it; the old one where it does not tell.
    #[default]
    Keep,
    /// On the first letter: hòa, khỏe, thủy.
    Old,
    /// On the second letter: hoà, khoẻ, thuỷ.
    New,
}

/// How the lines were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// Weighed line by line.
    #[default]
    Auto,
    /// Hardly an error.
    Clean,
    /// Right but for the marks, which are gone.
    Stripped,
    /// An engine that reads English.
    Eng,
    /// An engine that reads Vietnamese.
    Vie,
    /// An engine for Latin letters in general.
    Latin,
    /// An engine that reads Vietnamese, from a page in a bad state.
    Worn,
}

impl Profile {
    /// The channel's profile; `None` where lines are to be weighed.
    pub(crate) fn number(self) -> Option<usize> {
        match self {
            Self::Auto => None,
            Self::Clean => Some(0),
            Self::Stripped => Some(1),
            Self::Eng => Some(2),
            Self::Vie => Some(3),
            Self::Latin => Some(4),
            Self::Worn => Some(5),
        }
    }
}
