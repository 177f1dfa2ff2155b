//! The review page: one HTML file that a reviewer opens without a network.

mod data;
mod geometry;
mod images;

pub(crate) use data::Review;
pub(crate) use images::{Image, Images};

const TEMPLATE: &str = include_str!("review.html");
const STYLE: &str = include_str!("review.css");
const LABELS: &str = include_str!("labels.js");
const SCRIPT: &str = include_str!("review.js");

/// Marks that a reviewed text cannot hold: the data are put in last.
const PARTS: [(&str, &str); 3] = [
    ("/*STYLE*/", STYLE),
    ("/*LABELS*/", LABELS),
    ("/*SCRIPT*/", SCRIPT),
];

/// The whole page. What comes from files stands in it only as JSON without
/// `<` and as base64.
pub(crate) fn html(review: &Review, images: &[Image]) -> anyhow::Result<String> {
    let mut page = TEMPLATE.to_owned();
    for (mark, part) in PARTS {
        page = page.replacen(mark, part, 1);
    }
    let (head, tail) = page.split_once("<!--DATA-->").unwrap_or((&page, ""));
    let mut out = head.to_owned();
    out += "<script type=\"application/json\" id=\"data\">";
    out += &inert(&serde_json::to_string(review)?);
    out += "</script>\n";
    for (i, image) in images.iter().enumerate() {
        out += &format!("<script type=\"text/plain\" id=\"image-{i}\">");
        image.push_data_uri(&mut out);
        out += "</script>\n";
    }
    out += tail;
    Ok(out)
}

/// JSON that ends no script element and opens no comment in one. These
/// characters stand in its strings alone.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_place() {
        for (mark, part) in PARTS {
            assert_eq!(TEMPLATE.matches(mark).count(), 1, "{mark}");
            assert!(!part.contains("</script") && !part.contains("</style"));
        }
        assert_eq!(TEMPLATE.matches("<!--DATA-->").count(), 1);
    }

    #[test]
    fn nothing_is_fetched() {
        for part in [TEMPLATE, STYLE, LABELS, SCRIPT] {
            let part = part.replace("http://www.w3.org/2000/svg", "");
            for sign in ["http:", "https:", "//cdn", "@import", "url(", "innerHTML"] {
                assert!(!part.contains(sign), "{sign}");
            }
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        let json = serde_json::to_string("</script><!-- \"'&\u{2028}").expect("JSON");
        let inert = inert(&json);
        assert!(!inert.contains(['<', '>', '&', '\u{2028}']));
        let back: String = serde_json::from_str(&inert).expect("the same JSON");
        assert_eq!(back, "</script><!-- \"'&\u{2028}");
    }
}
