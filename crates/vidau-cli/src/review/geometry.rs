//! How large pages are, in the units of their boxes; in what was already
//! found sound.

use vidau::formats::Format;

/// Width and height of each page, in the order of the file; `None` where the
/// file does not say it.
pub(super) fn page_sizes(file: &str, format: Format) -> Vec<Option<[f32; 2]>> {
    match format {
        Format::Hocr => tags(file)
            .filter(|tag| tag.contains("ocr_page"))
            .map(hocr_size)
            .collect(),
        Format::Alto => page_tags(file, "WIDTH", "HEIGHT"),
        Format::Page => page_tags(file, "imageWidth", "imageHeight"),
        Format::Tsv => file.lines().filter_map(tsv_page).collect(),
        _ => Vec::new(),
    }
}

/// Start tags, from `<` to the next `>`.
fn tags(file: &str) -> impl Iterator<Item = &str> {
    let starts = file.match_indices('<');
    starts.filter_map(|(at, _)| {
        let tag = &file[at + 1..];
        Some(&tag[..tag.find('>')?])
    })
}

fn page_tags(file: &str, width: &str, height: &str) -> Vec<Option<[f32; 2]>> {
    let is_page = |tag: &&str| {
        let name = tag.split(|c: char| c.is_whitespace()).next().unwrap_or("");
        name.trim_end_matches('/').rsplit(':').next() == Some("Page")
    };
    let size = |tag: &str| size_of(attribute(tag, width)?, attribute(tag, height)?);
    tags(file).filter(is_page).map(size).collect()
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let is_whole = tag[..at].ends_with(|c: char| c.is_whitespace());
        let value = tag[at + name.len()..].trim_start().strip_prefix('=')?;
        let value = value.trim_start();
        let quote = value
            .chars()
            .next()
            .filter(|q| is_whole && "'\"".contains(*q))?;
        value[1..].split(quote).next()
    })
}

fn hocr_size(tag: &str) -> Option<[f32; 2]> {
    let mut edges = tag.split_once("bbox")?.1.split_whitespace();
    let mut edge = || {
        let number = edges.next()?.trim_end_matches([';', '\'', '"']);
        number.parse::<f32>().ok()
    };
    let [left, top, right, bottom] = [edge()?, edge()?, edge()?, edge()?];
    // Boxes count from the image's corner, not from the page's.
    (left >= 0.0 && top >= 0.0).then(|| positive(right, bottom))?
}

fn tsv_page(row: &str) -> Option<Option<[f32; 2]>> {
    let fields: Vec<&str> = row.split('\t').collect();
    let is_page = fields.first() == Some(&"1") && fields.len() > 9;
    is_page.then(|| size_of(fields[8], fields[9]))
}

fn size_of(width: &str, height: &str) -> Option<[f32; 2]> {
    positive(width.trim().parse().ok()?, height.trim().parse().ok()?)
}

fn positive(width: f32, height: f32) -> Option<[f32; 2]> {
    let is_size = |edge: f32| edge.is_finite() && edge > 0.0;
    (is_size(width) && is_size(height)).then_some([width, height])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_found_in_every_format() {
        let size = Some([1488.0, 2105.0]);
        let hocr =
            r#"<p><div class='ocr_page' title='image "a>b"; ppageno 0; bbox 0 0 1488 2105'>"#;
        assert_eq!(page_sizes(hocr, Format::Hocr), [None]);
        let hocr = hocr.replace("a>b", "a");
        assert_eq!(page_sizes(&hocr, Format::Hocr), [size]);
        let alto = "<Layout><a:Page ID='WIDTH' HEIGHT = \"2105\"\nWIDTH='1488'/><Page/></Layout>";
        assert_eq!(page_sizes(alto, Format::Alto), [size, None]);
        let page = r#"<Page imageFilename="x" imageWidth="1488" imageHeight="2105"><PageX>"#;
        assert_eq!(page_sizes(page, Format::Page), [size]);
        let tsv = "level\tpage_num\n1\t1\t0\t0\t0\t0\t0\t0\t1488\t2105\t-1\t\n2\t1";
        assert_eq!(page_sizes(tsv, Format::Tsv), [size]);
        assert_eq!(
            page_sizes("<Page WIDTH='0' HEIGHT='-1'>", Format::Alto),
            [None]
        );
    }
}
