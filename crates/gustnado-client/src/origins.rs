//! Origins that were asked for of late, so that they are not read out of each URL anew. It must not know
//! what is done with them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderValue;

use crate::{
    error::Result,
    limits::ORIGINS,
    url::{Origin, Url, split},
};

/// Those that are remembered, the usual ones in front.
#[derive(Debug, Default)]
pub(crate) struct Origins(Mutex<Vec<Known>>);

#[derive(Debug)]
struct Known {
    /// As it stood in a URL: `http://example.org:8080`.
    text: Box<str>,
    origin: Arc<Origin>,
    authority: HeaderValue,
}

impl Origins {
    /// Parses a URL, the origin by what is known of it.
    pub(crate) fn url(&self, text: &str) -> Result<Url> {
        let (place, target) = split(text)?;
        if let Some((origin, authority)) = self.find(place) {
            return Url::at(origin, authority, target);
        }
        let url = Url::parse(text)?;
        // Names and passwords are not to lie about.
        if url.credentials.is_none() {
            let mut known = self.lock();
            known.truncate(ORIGINS - 1);
            known.push(Known {
                text: place.into(),
                origin: url.origin.clone(),
                authority: url.authority.clone(),
            });
        }
        Ok(url)
    }

    fn find(&self, place: &str) -> Option<(Arc<Origin>, HeaderValue)> {
        let mut known = self.lock();
        let index = known.iter().position(|known| *known.text == *place)?;
        let found = (known[index].origin.clone(), known[index].authority.clone());
        if index > 0 {
            known.swap(index, index - 1);
        }
        Some(found)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_what_would_be_read() {
        let origins = Origins::default();
        let urls = [
            "http://a.test/x?y#z",
            "HTTP://A.test:80",
            "http://a.test?q=1",
            "http://a.test:8080/b c",
            "https://[::1]:8443/",
            "http://u:p@a.test/",
            "http://a.test\\x",
        ];
        for url in urls.into_iter().chain(urls) {
            let (read, known) = (Url::parse(url), origins.url(url));
            assert_eq!(format!("{read:?}"), format!("{known:?}"), "{url}");
        }
        let first = origins.url("http://a.test/1").unwrap().origin;
        assert!(Arc::ptr_eq(
            &first,
            &origins.url("http://a.test/2").unwrap().origin
        ));
    }

    #[test]
    fn only_so_many_are_known_and_the_usual_ones_stay() {
        let origins = Origins::default();
        let usual = || origins.url("http://usual.test/").unwrap().origin;
        let first = usual();
        for number in 0..100 {
            origins.url(&format!("http://h{number}.test/")).unwrap();
            assert!(Arc::ptr_eq(&first, &usual()), "{number}");
        }
        assert_eq!(origins.lock().len(), ORIGINS);
        assert!(
            origins
                .url("http://u:p@a.test/")
                .unwrap()
                .credentials
                .is_some()
        );
        assert!(origins.lock().iter().all(|known| !known.text.contains('@')));
    }
}
