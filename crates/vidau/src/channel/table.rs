//! The channel's bytes.
//!
//! ```text
//! u32 number of profiles; per profile:
//!   text name; i32 x 9 scalars in the order of `Profile`
//!   i32 x 10 trust in illegal words by confidence; i32 x 10 in legal ones
//!   blanks as one group's readings; u32 number of groups
//!   per group: text truth; readings
//! readings: u32 number; per reading: text observed, u16 cost
//! text: u8 length in bytes, UTF-8
//! ```
//! Numbers are little-endian; groups and readings are strictly ascending.

use super::{ChannelModel, Profile, Reading, Segment, Trust};
use crate::cost::Cost;
use crate::error::{Error, Result};

/// The longest truth of a segment, in characters.
pub const MAX_TRUTH: usize = 3;
/// The longest reading of a segment, in characters.
pub const MAX_OBSERVED: usize = 4;
/// More profiles than any trainer writes; a larger number is damage.
const MAX_PROFILES: u32 = 64;

impl ChannelModel {
    /// The model as the bytes of section `CHAN`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_u32(&mut out, self.profiles.len());
        for profile in &self.profiles {
            put_text(&mut out, &profile.name);
            for scalar in profile.scalars() {
                out.extend_from_slice(&scalar.to_le_bytes());
            }
            for ratio in profile.trust.illegal.iter().chain(&profile.trust.legal) {
                out.extend_from_slice(&ratio.to_le_bytes());
            }
            put_u32(&mut out, profile.blanks.len());
            for blank in &profile.blanks {
                put_reading(&mut out, &blank.observed, blank.cost);
            }
            let groups = || profile.segments.chunk_by(|a, b| a.truth == b.truth);
            put_u32(&mut out, groups().count());
            for group in groups() {
                put_text(&mut out, &group[0].truth);
                put_u32(&mut out, group.len());
                for segment in group {
                    put_reading(&mut out, &segment.observed, segment.cost);
                }
            }
        }
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] with the offset within the section.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut segments: Vec<Vec<Segment>> = Vec::new();
        let mut profiles = read_profiles(bytes, |profile, truth, observed, cost| {
            segments.resize_with(segments.len().max(profile + 1), Vec::new);
            segments[profile].push(Segment {
                truth: truth.into(),
                observed: observed.into(),
                cost,
            });
        })?;
        for (profile, segments) in profiles.iter_mut().zip(segments) {
            profile.segments = segments;
        }
        Ok(Self { profiles })
    }
}

/// Reads the profiles without their segments, which are told one by one: the
/// number of the profile, truth, reading, cost.
pub(crate) fn read_profiles(
    bytes: &[u8],
    mut tell: impl FnMut(usize, &str, &str, Cost),
) -> Result<Vec<Profile>> {
    let mut input = Input { bytes, at: 0 };
    let n = input.u32()?;
    if n > MAX_PROFILES {
        return Err(input.damaged("impossible number of profiles"));
    }
    let mut profiles: Vec<Profile> = Vec::new();
    for number in 0..n as usize {
        let name = input.text()?;
        if name.is_empty() || profiles.iter().any(|p| *p.name == *name) {
            return Err(input.damaged("a profile's name is empty or not the only one"));
        }
        let tell = |truth: &str, observed: &str, cost| tell(number, truth, observed, cost);
        profiles.push(input.profile(name, tell)?);
    }
    if input.at != bytes.len() {
        return Err(input.damaged("bytes follow the last profile"));
    }
    Ok(profiles)
}

impl Profile {
    const SCALARS: usize = 9;

    fn scalars(&self) -> [Cost; Self::SCALARS] {
        [
            self.prior,
            self.lost_blank,
            self.kept_blank,
            self.inserted_blank,
            self.unseen,
            self.insertion,
            self.deletion,
            self.spurious_word,
            self.lost_word,
        ]
    }
}

fn put_u32(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&(n as u32).to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    debug_assert!(text.len() <= usize::from(u8::MAX));
    out.push(text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}

fn put_reading(out: &mut Vec<u8>, observed: &str, cost: Cost) {
    put_text(out, observed);
    let cost = cost.clamp(0, Cost::from(u16::MAX)) as u16;
    out.extend_from_slice(&cost.to_le_bytes());
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        if n > rest.len() {
            return Err(self.damaged("the section ends too early"));
        }
        self.at += n;
        Ok(&rest[..n])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn text(&mut self) -> Result<&'a str> {
        let [len] = self.array()?;
        let bytes = self.take(usize::from(len))?;
        std::str::from_utf8(bytes).map_err(|_| self.damaged("a text is not UTF-8"))
    }

    fn profile(&mut self, name: &str, mut tell: impl FnMut(&str, &str, Cost)) -> Result<Profile> {
        let mut scalars = [0; Profile::SCALARS];
        for scalar in &mut scalars {
            *scalar = i32::from_le_bytes(self.array()?);
            // Sums over a word must not overflow.
            if !(0..=Cost::from(u16::MAX)).contains(scalar) {
                return Err(self.damaged("an impossible cost"));
            }
        }
        let [
            prior,
            lost_blank,
            kept_blank,
            inserted_blank,
            unseen,
            insertion,
            deletion,
            spurious_word,
            lost_word,
        ] = scalars;
        let mut trust = Trust::default();
        for ratio in trust.illegal.iter_mut().chain(&mut trust.legal) {
            *ratio = i32::from_le_bytes(self.array()?);
            if ratio.unsigned_abs() > u32::from(u16::MAX) {
                return Err(self.damaged("an impossible ratio"));
            }
        }
        let mut blanks = Vec::new();
        self.readings(|observed, cost| {
            blanks.push(Reading {
                observed: observed.into(),
                cost,
            });
        })?;
        let mut last = None;
        for _ in 0..self.u32()? {
            let truth = self.text()?;
            if !(1..=MAX_TRUTH).contains(&truth.chars().count()) {
                return Err(self.damaged("a segment has too many or no letters"));
            }
            if last.is_some_and(|last| last >= truth) {
                return Err(self.damaged("the segments are not sorted"));
            }
            last = Some(truth);
            if self.readings(|observed, cost| tell(truth, observed, cost))? == 0 {
                return Err(self.damaged("a segment has no reading"));
            }
        }
        Ok(Profile {
            name: name.into(),
            prior,
            lost_blank,
            kept_blank,
            inserted_blank,
            unseen,
            insertion,
            deletion,
            spurious_word,
            lost_word,
            blanks,
            segments: Vec::new(),
            trust,
        })
    }

    /// Tells each reading of a group with its cost; returns their number.
    fn readings(&mut self, mut tell: impl FnMut(&str, Cost)) -> Result<u32> {
        let n = self.u32()?;
        let mut last = None;
        for _ in 0..n {
            let observed = self.text()?;
            if observed.chars().count() > MAX_OBSERVED {
                return Err(self.damaged("a reading is too long"));
            }
            if last.is_some_and(|last| last >= observed) {
                return Err(self.damaged("the readings are not sorted"));
            }
            last = Some(observed);
            tell(observed, Cost::from(u16::from_le_bytes(self.array()?)));
        }
        Ok(n)
    }

    fn damaged(&self, problem: &str) -> Error {
        Error::DamagedModel {
            name: "<bytes>".to_owned(),
            section: "CHAN".to_owned(),
            offset: self.at as u64,
            problem: problem.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reading(observed: &str, cost: Cost) -> Reading {
        Reading {
            observed: observed.into(),
            cost,
        }
    }

    fn sample() -> ChannelModel {
        let segment = |truth: &str, observed: &str, cost| Segment {
            truth: truth.into(),
            observed: observed.into(),
            cost,
        };
        let eng = Profile {
            prior: 177,
            blanks: vec![reading("", 1400), reading(",", 2000)],
            segments: vec![
                segment("a", "", 2000),
                segment("a", "a", 3),
                segment("ri", "n", 900),
                segment("Đ", "P", 300),
            ],
            ..Profile::empty("eng")
        };
        ChannelModel {
            profiles: vec![eng, Profile::empty("vie")],
        }
    }

    #[test]
    fn bytes_come_back() {
        let model = sample();
        let bytes = model.to_bytes();
        assert_eq!(ChannelModel::from_bytes(&bytes).unwrap(), model);
    }

    #[test]
    fn every_truncation_is_an_error() {
        let whole = sample().to_bytes();
        for len in 0..whole.len() {
            let error = ChannelModel::from_bytes(&whole[..len]).unwrap_err();
            assert!(matches!(error, Error::DamagedModel { .. }), "cut at {len}");
        }
        let mut longer = whole;
        longer.push(0);
        assert!(ChannelModel::from_bytes(&longer).is_err());
    }

    #[test]
    fn unsorted_segments_are_damage() {
        let mut model = sample();
        model.profiles[0].segments.swap(0, 1);
        assert!(ChannelModel::from_bytes(&model.to_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(at in 0usize..400, byte: u8, tail in any::<Vec<u8>>()) {
            let mut bytes = sample().to_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = ChannelModel::from_bytes(&bytes);
            bytes.truncate(at);
            bytes.extend_from_slice(&tail);
            let _ = ChannelModel::from_bytes(&bytes);
        }
    }
}
