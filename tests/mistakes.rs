//! docs/mistakes.md shows what the compiler says: each of its texts stands in the fixture that it
//! names.

use std::{fs, path::Path};

#[test]
fn the_page_says_what_the_compiler_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/mistakes.md")).expect("the page");
    let mut shown = 0;
    for part in page.split("<!-- ").skip(1) {
        let (fixture, rest) = part.split_once(" -->\n```text\n").expect("a text");
        let (text, _) = rest.split_once("\n```").expect("its end");
        let said = root.join(format!("tests/ui/fail/{fixture}.stderr"));
        let said = fs::read_to_string(said).expect("a fixture");
        assert!(said.contains(text), "{fixture} says now:\n{said}");
        shown += 1;
    }
    assert!(shown >= 10, "{shown}");
}
