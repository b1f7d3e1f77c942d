//! Tables of the documentation that tests write.

use std::path::Path;

/// `docs/local.md`.
pub(crate) fn text() -> String {
    std::fs::read_to_string(PATH).unwrap()
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/local.md");

/// Compares a table between `<!-- NAME -->` and `<!-- end -->` in `docs/local.md` with the one that it should be.
#[track_caller]
pub(crate) fn compare(name: &str, table: &str) {
    let text = text();
    let marker = format!("<!-- {name} -->\n");
    let begin = text.find(&marker).unwrap_or_else(|| panic!("docs/local.md has no {marker}")) + marker.len();
    let end = begin + text[begin..].find("<!-- end -->").unwrap();
    if &text[begin..end] == table {
        return;
    }
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(PATH, format!("{}{table}{}", &text[..begin], &text[end..])).unwrap();
    } else {
        assert_eq!(&text[begin..end], table, "run the tests with WRITE_DOCS=1");
    }
}

/// The texts of all Rust files of a folder.
pub(crate) fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}
