//! Images of pages: which belongs to which, and how they get into the page.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// An image that browsers show.
pub(crate) struct Image {
    kind: &'static str,
    bytes: Vec<u8>,
}

impl Image {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let Some(kind) = kind_of(&bytes) else {
            bail!(
                "{}: browsers show PNG, JPEG, WebP and GIF; convert it first, \
                 for example: convert IMAGE -resize 1600x page.jpg",
                path.display()
            );
        };
        Ok(Self { kind, bytes })
    }

    pub(super) fn push_data_uri(&self, out: &mut String) {
        *out += "data:image/";
        *out += self.kind;
        *out += ";base64,";
        push_base64(&self.bytes, out);
    }
}

fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 4] = [
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"GIF8", "gif"),
        (b"RIFF", "webp"),
    ];
    let kind = kinds.iter().find(|(start, _)| bytes.starts_with(start))?.1;
    (kind != "webp" || bytes.get(8..12) == Some(b"WEBP")).then_some(kind)
}

fn push_base64(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(char::from(DIGITS[(bits >> (18 - 6 * i) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
}

/// Where images are looked for.
pub(crate) struct Images {
    /// For the pages one after the other.
    files: VecDeque<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Images {
    /// From what the command line names: files and folders.
    pub(crate) fn new(named: &[PathBuf]) -> Self {
        let (folders, files) = named.iter().cloned().partition(|p| p.is_dir());
        let files: Vec<PathBuf> = files;
        Self {
            files: files.into(),
            folders,
        }
    }

    /// The image of the next page, which is this page of the file (from 1).
    /// Names that stand in the file are not followed: it may come from anyone.
    pub(crate) fn next(&mut self, file: &Path, page: usize, pages: usize) -> Option<PathBuf> {
        if let Some(named) = self.files.pop_front() {
            return Some(named);
        }
        let name = file.file_name()?.to_str()?;
        let stems = name.match_indices('.').map(|(at, _)| &name[..at]);
        let stems: Vec<&str> = stems.filter(|s| !s.is_empty()).collect();
        for folder in &self.folders {
            for stem in stems.iter().rev() {
                for end in ["png", "jpg", "jpeg", "webp", "gif"] {
                    let whole = folder.join(format!("{stem}.{end}"));
                    let one = folder.join(format!("{stem}-{page}.{end}"));
                    if pages == 1 && whole.is_file() {
                        return Some(whole);
                    }
                    if one.is_file() {
                        return Some(one);
                    }
                }
            }
        }
        None
    }

    /// Images that no page was left for.
    pub(crate) fn left(&self) -> usize {
        self.files.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_rfc_4648() {
        for (bytes, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            let mut out = String::new();
            push_base64(bytes.as_bytes(), &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn only_what_browsers_show() {
        assert_eq!(kind_of(b"\x89PNG\r\n\x1a\n..."), Some("png"));
        assert_eq!(kind_of(b"RIFF1234WEBPVP8 "), Some("webp"));
        assert_eq!(kind_of(b"RIFF1234WAVEfmt "), None);
        assert_eq!(kind_of(b"II*\0"), None);
        assert_eq!(kind_of(b"<svg onload='x'>"), None);
    }

    #[test]
    fn images_are_taken_in_order_or_by_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        for name in ["a.png", "b-2.jpg", "b.png"] {
            std::fs::write(at(name), "").expect("a file");
        }
        let mut images = Images::new(&[at("x.png"), dir.path().to_owned()]);
        assert_eq!(
            images.next(Path::new("q/a.eng.hocr"), 1, 1),
            Some(at("x.png"))
        );
        assert_eq!(
            images.next(Path::new("q/a.eng.hocr"), 1, 1),
            Some(at("a.png"))
        );
        assert_eq!(images.next(Path::new("b.xml"), 1, 2), None);
        assert_eq!(images.next(Path::new("b.xml"), 2, 2), Some(at("b-2.jpg")));
        assert_eq!(images.next(Path::new("c"), 1, 1), None);
    }
}
