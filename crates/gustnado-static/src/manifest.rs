//! Many files with their URLs, as scripts want them: a manifest, and an import map as an element of a
//! page. It must not know how the URLs came about.

use std::{collections::BTreeMap, fmt};

use gustnado_core::Error;
use serde_core::{Serialize, Serializer};

/// Files by their paths below the folder, each with its URL: as JSON, `{"app.js":
/// "/static/app.js?v=…"}`. Made by [`StaticUrls::manifest`](crate::StaticUrls::manifest).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest(BTreeMap<String, String>);

impl Manifest {
    pub(crate) fn insert(&mut self, path: String, url: String) {
        self.0.insert(path, url);
    }

    /// The URL of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Paths and URLs, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, url)| (path.as_str(), url.as_str()))
    }
}

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0)
    }
}

/// An import map: its `Display` is an element for the head of a page, before its first script. Made by
/// [`StaticUrls::import_map`](crate::StaticUrls::import_map).
///
/// Nothing in it can end the element or begin another, whatever files are called.
#[derive(Debug, Clone)]
pub struct ImportMap {
    /// Where modules ask → what they get.
    imports: BTreeMap<String, String>,
    files: Manifest,
    nonce: Option<String>,
}

impl ImportMap {
    /// `plain` makes the URL without a hash: a browser looks for what a module imports by the URL
    /// that it comes to, relative paths resolved.
    pub(crate) fn new(files: Manifest, plain: impl Fn(&str) -> String) -> Self {
        let imports = files
            .iter()
            .map(|(path, url)| (plain(path), url.to_owned()));
        Self {
            imports: imports.collect(),
            files,
            nonce: None,
        }
    }

    /// Has modules import one of the files by a name without a path: `import "lit"`.
    ///
    /// # Errors
    /// 500 when the file is not among those of the map.
    pub fn with_name(mut self, name: &str, path: &str) -> Result<Self, Error> {
        let Some(url) = self.files.get(path) else {
            let text =
                format!("there is no file `{path}` in the import map, to be called `{name}`");
            return Err(Error::new(500, text));
        };
        self.imports.insert(name.to_owned(), url.to_owned());
        Ok(self)
    }

    /// Gives the element a nonce, for pages whose `Content-Security-Policy` lets no other scripts
    /// stand in them.
    #[must_use]
    pub fn with_nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// The map alone, as JSON that can stand in a script.
    fn json(&self) -> String {
        let map = BTreeMap::from([("imports", &self.imports)]);
        // A map of texts can always be written.
        let json = serde_json::to_string(&map).unwrap_or_default();
        let mut safe = String::with_capacity(json.len());
        for c in json.chars() {
            match c {
                // In JSON these are in texts only, where any character can be written so.
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    safe.push_str(&format!("\\u{:04x}", c as u32));
                }
                _ => safe.push(c),
            }
        }
        safe
    }
}

impl fmt::Display for ImportMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<script type=\"importmap\"")?;
        if let Some(nonce) = &self.nonce {
            let nonce = nonce.replace('&', "&amp;").replace('"', "&quot;");
            write!(f, " nonce=\"{nonce}\"")?;
        }
        write!(f, ">{}</script>", self.json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(files: &[(&str, &str)]) -> Manifest {
        let mut manifest = Manifest::default();
        for (path, url) in files {
            manifest.insert((*path).into(), (*url).into());
        }
        manifest
    }

    #[test]
    fn an_import_map_is_an_element() {
        let files = manifest(&[("app.js", "/s/app.js?v=1"), ("lit.js", "/s/lit.js?v=2")]);
        let map = ImportMap::new(files, |path| format!("/s/{path}"));
        let map = map.with_name("lit", "lit.js").unwrap().with_nonce("a\"b");
        assert_eq!(
            map.to_string(),
            "<script type=\"importmap\" nonce=\"a&quot;b\">{\"imports\":{\
             \"/s/app.js\":\"/s/app.js?v=1\",\"/s/lit.js\":\"/s/lit.js?v=2\",\
             \"lit\":\"/s/lit.js?v=2\"}}</script>"
        );
        assert_eq!(map.with_name("x", "x.js").unwrap_err().status(), 500);
    }

    #[test]
    fn no_name_ends_the_element() {
        let files = manifest(&[("a", "/a\u{2028}\"")]);
        let map = ImportMap::new(files, |_| "</script><!--&\\".to_owned());
        let text = map.to_string();
        assert_eq!(text.matches('<').count(), 2, "{text}");
        assert!(text.is_ascii());
        let json = text.strip_prefix("<script type=\"importmap\">").unwrap();
        let json = json.strip_suffix("</script>").unwrap();
        let read: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(json).unwrap();
        assert_eq!(read["imports"]["</script><!--&\\"], "/a\u{2028}\"");
    }

    #[test]
    fn a_manifest_is_an_object() {
        let files = manifest(&[("b", "/b?v=1"), ("a", "/a?v=2")]);
        let json = serde_json::to_string(&files).unwrap();
        assert_eq!(json, r#"{"a":"/a?v=2","b":"/b?v=1"}"#);
        assert_eq!((files.len(), files.is_empty()), (2, false));
    }
}
