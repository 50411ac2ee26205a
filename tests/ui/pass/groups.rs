//! Groups and values of every form, silent under lints that a user may have on.
#![deny(warnings, unused, missing_docs, unreachable_pub, rust_2018_idioms)]
#![deny(missing_debug_implementations, unused_results, unused_qualifications)]
#![deny(single_use_lifetimes, trivial_casts, variant_size_differences)]
#![forbid(unsafe_code)]

pub mod inner {
    //! A module.

    use gustnado::{Cx, FromRequest, Needs, Stage, prelude::*};

    /// A group.
    #[derive(Debug, Inputs)]
    pub struct Paging {
        #[query(default = 1, min = 1, max = 1_000)]
        page: u32,
        #[header(len = ..=64, pattern = "^[a-z]+$")]
        x_word: Option<String>,
        #[cookie(name = "__Host-id", len = 8)]
        id: Vec<String>,
    }

    /// A generic group, of groups.
    #[derive(Debug, Inputs)]
    pub struct Of<T: FromRequest, P>
    where
        P: FromParam,
    {
        inner: T,
        #[query(min = -1.5)]
        value: P,
        paging: Option<Paging>,
        #[state]
        name: String,
    }

    /// A group of nothing.
    #[derive(Debug, Inputs)]
    pub struct Nothing;

    /// Words.
    #[derive(Debug, Clone, Copy, FromParam)]
    pub enum Word {
        /// A word.
        One,
        /// Another.
        #[param(name = "deux")]
        Two,
    }

    /// A value.
    #[derive(Debug, FromParam)]
    pub struct Wrapped<T>(T);

    /// An input that reads a group by hand.
    #[derive(Debug)]
    pub struct ByHand(u32);

    impl FromRequest for ByHand {
        const STAGE: Stage = Stage::Params;

        fn needs(needs: &mut Needs) {
            needs.input::<Of<Nothing, Wrapped<u8>>>();
        }

        async fn from_request(cx: &mut Cx) -> Result<Self> {
            Ok(Self(Paging::from_request(cx).await?.page))
        }
    }

    /// A handler.
    #[derive(Debug, RequestHandler)]
    #[route("/things/{word}/{wrapped}")]
    pub struct Thing {
        word: Word,
        #[param(max = 9)]
        wrapped: Wrapped<u8>,
        of: Of<Paging, Wrapped<Word>>,
        nothing: Nothing,
    }

    #[verbs]
    impl Thing {
        async fn get(self, by_hand: ByHand, of: Of<Of<ByHand, u8>, f32>) -> String {
            let Of { inner, value, paging, name } = self.of;
            let Paging { page, x_word, id } = inner;
            drop((self.nothing, value, paging, name, page, x_word, id));
            format!("{:?} {} {}", self.word, self.wrapped, by_hand.0 + of.inner.inner.0)
        }
    }
}

macro_rules! group {
    ($name:ident, $field:ident: $ty:ty, $max:literal, $len:literal, $word:ident = $text:literal) => {
        #[derive(Debug, gustnado::Inputs)]
        struct $name {
            #[query(max = $max, len = $len)]
            $field: $ty,
        }

        #[derive(Debug, gustnado::FromParam)]
        enum $word {
            #[param(name = $text)]
            Word,
        }
    };
}

group!(Small, small: u8, -9, 3, Words = "word");

fn main() {
    assert_eq!(inner::Thing::url(inner::Word::Two, inner_value()), "/things/deux/7");
    assert_eq!(Words::Word.to_string(), "word");
    let _: fn(Small) -> u8 = |small| small.small;
}

fn inner_value() -> inner::Wrapped<u8> {
    gustnado::FromParam::from_param("7").unwrap()
}
