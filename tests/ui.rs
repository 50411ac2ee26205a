//! What the compiler says of mistakes, and what it must accept. `TRYBUILD=overwrite` writes the
//! `.stderr` files anew; read them as an API.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}
