//! The word for a variant: `NewestFirst` is `newest_first`.

/// The words of a name, in lower case and joined by `_`. An acronym is one word.
pub(super) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut word = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let ends_lower = before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
        let ends_acronym = before.is_some_and(|c| c.is_uppercase())
            && letters.get(index + 1).is_some_and(|c| c.is_lowercase());
        if letter.is_uppercase() && (ends_lower || ends_acronym) {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let table = [
            ("Newest", "newest"),
            ("NewestFirst", "newest_first"),
            ("HTTPServer", "http_server"),
            ("Http2", "http2"),
            ("Top10Users", "top10_users"),
            ("A", "a"),
            ("AB", "ab"),
            ("Already_Snake", "already_snake"),
            ("Größe", "größe"),
        ];
        for (name, expected) in table {
            assert_eq!(snake_case(name), expected);
        }
    }
}
