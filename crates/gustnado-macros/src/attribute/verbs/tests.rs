//! `#[verbs]` on tokens that are being typed: methods stay, good verbs stay in the table, and each
//! bad item is one error.

use proc_macro2::TokenStream;

use super::attribute;

/// The output in its two parts, and its errors.
struct Output {
    /// Whether it begins with the tokens of the input.
    keeps_input: bool,
    /// The methods that the table names, in its order.
    table: Vec<String>,
    errors: Vec<String>,
}

fn run(source: &str) -> Output {
    let item: TokenStream = source.parse().expect("it lexes");
    let input = item.to_string();
    let output = attribute(TokenStream::new(), item).to_string();
    let words: Vec<&str> = output.split_whitespace().collect();
    let entries = words.windows(4).filter(|w| w[..3] == ["Verb", "::", "new"]);
    let method = |text: &str| text.trim_matches(['(', '"', ',']).to_owned();
    let errors = output.split("compile_error !").skip(1);
    let message = |text: &str| text.split('"').nth(1).unwrap_or_default().to_owned();
    Output {
        keeps_input: output.starts_with(&input),
        table: entries.map(|w| method(w[3])).collect(),
        errors: errors.map(message).collect(),
    }
}

/// Runs a block of items.
fn items(items: &str) -> Output {
    run(&format!("impl Home {{ {items} }}"))
}

#[test]
fn half_typed_bodies_are_not_entered() {
    let output = items(
        "async fn get(&self) -> String { self. }
         async fn put(self) { let x = }",
    );
    assert!(output.keeps_input);
    assert_eq!(output.table, ["GET", "PUT"]);
    assert_eq!(output.errors, [""; 0]);
}

#[test]
fn half_a_signature_is_one_error() {
    let output = items("async fn get(self) {} async fn pu async fn post(self) {}");
    assert!(output.keeps_input);
    assert_eq!(output.table, ["GET"]);
    assert_eq!(output.errors.len(), 1);
}

#[test]
fn a_stray_word_is_one_error() {
    let output = items("async fn get(self) {} wor async fn put(self) {} async fn post(self) {}");
    assert!(output.keeps_input);
    assert_eq!(output.table, ["GET", "POST"]);
    let expected = "only verbs and hooks stand here; move helpers to a plain `impl` block";
    assert_eq!(output.errors, [expected]);
}

#[test]
fn a_method_without_a_body_is_one_error() {
    let output = items("async fn get(self); async fn put(self) {}");
    assert!(output.keeps_input);
    assert_eq!(output.table, ["PUT"]);
    assert_eq!(output.errors, ["`get` has no body"]);
}

#[test]
fn a_misspelt_mark_is_stripped_and_one_error() {
    let output = items("async fn get(self, #[qeury] page: u32) {} async fn put(self) {}");
    assert!(!output.keeps_input);
    assert_eq!(output.table, ["PUT"]);
    assert_eq!(
        output.errors,
        ["there is no source `qeury`; did you mean `query`?"]
    );
    assert!(run("impl Home { async fn get(self, page: u32) {} }").keeps_input);
}

#[test]
fn a_broken_header_keeps_its_methods() {
    let output = run("impl Trait for Home { async fn get(self) {} }");
    assert!(output.keeps_input);
    let expected = "`#[verbs]` goes on an impl of the handler, not of a trait";
    assert_eq!(output.errors, [expected]);
    let output = run("impl { async fn get(self) {} }");
    assert!(output.keeps_input);
    assert_eq!(output.errors, ["the handler's type is missing"]);
}

#[test]
fn a_half_typed_argument_is_one_error() {
    let output = items("async fn get(self, page) {} async fn put(self, #[query] x: ) {}");
    assert!(output.table.is_empty());
    assert_eq!(output.errors.len(), 2, "{:?}", output.errors);
}

#[test]
fn an_unknown_name_is_one_error_and_no_verb() {
    let output = items("async fn gte(self) {} async fn put(self) {} fn helper() {}");
    assert!(output.keeps_input);
    assert_eq!(output.table, ["PUT"]);
    let expected = [
        "`gte` is neither a verb nor a hook; did you mean `get`?",
        "`helper` is neither a verb nor a hook; move helpers to a plain `impl` block",
    ];
    assert_eq!(output.errors, expected);
}

#[test]
fn braces_in_types_do_not_end_an_item() {
    let output = items(
        "async fn get(self, a: Wide<{ 1 + 1 }>) -> Wide<1, { N }> where Self: Sized { a }
         async fn put(self) {}",
    );
    assert!(output.keeps_input);
    assert_eq!(output.table, ["GET", "PUT"]);
    assert_eq!(output.errors, [""; 0]);
}

#[test]
fn marks_are_stripped_and_all_else_is_kept() {
    let block = |mark: &str| {
        let source = format!(
            "#[rustfmt::skip] impl Home {{
                #[doc = \" Show.\"] #[inline]
                pub(crate) async fn get(self, {mark} #[allow(unused)] a: u8) {{ #[query] a }}
            }}"
        );
        source.parse::<TokenStream>().expect("it lexes")
    };
    let output = attribute(TokenStream::new(), block("#[query]")).to_string();
    assert!(output.starts_with(&block("").to_string()), "{output}");
    assert!(output.contains(", \"Show.\" ,"), "{output}");
}
