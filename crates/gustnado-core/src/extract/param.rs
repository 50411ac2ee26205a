//! Values that are read from one piece of text: numbers, words, flags. It must not know where the
//! text came from.

use std::{
    fmt::Display,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZero,
};

use super::{
    bounds::Bounds,
    slot::{How, Slot},
    text::{self, OfText, Reader, Source, Values},
    unreadable::{ParamError, ValueError},
};
use crate::{
    describe::{Count, Number, TextKind},
    local::LocalUrl,
};

/// A value that is read from one piece of text in a request: a path value, a query parameter, a
/// header field, a cookie, a field of a form.
///
/// `#[derive(FromParam)]` writes it for enums of words and for structs around one such value.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{FromParam, ParamError};
///
/// struct Rgb(u8, u8, u8);
///
/// impl FromParam for Rgb {
///     fn from_param(text: &str) -> Result<Self, ParamError> {
///         let expected = || ParamError::expected("a colour as rrggbb");
///         let number = u32::from_str_radix(text, 16).map_err(|_| expected())?;
///         let [0, red, green, blue] = number.to_be_bytes() else {
///             return Err(expected());
///         };
///         Ok(Self(red, green, blue))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from text in a request",
    label = "not a path, query, header, cookie or form value",
    note = "if `{Self}` is shared state, mark the field #[state]; else derive or implement `FromParam` for it, \
            or for a struct of your own around it"
)]
pub trait FromParam: Sized + Send + 'static {
    /// Reads the value.
    ///
    /// # Errors
    /// When the text is not one, with a word on what is expected.
    fn from_param(text: &str) -> Result<Self, ParamError>;

    /// Says what the text is, to whoever describes the application: a whole number, a date, one of
    /// some words. By itself it is any text.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// # use gustnado::{FromParam, ParamError};
    /// use gustnado::describe::TextKind;
    ///
    /// # struct Rgb;
    /// impl FromParam for Rgb {
    ///     fn kind() -> TextKind {
    ///         TextKind::text().pattern("^[0-9a-f]{6}$")
    ///     }
    /// #     fn from_param(_: &str) -> Result<Self, ParamError> { Ok(Self) }
    /// }
    /// ```
    #[must_use]
    fn kind() -> TextKind {
        TextKind::text()
    }

    /// How many values it is read from: where it is `Many`, by `from_values`.
    #[doc(hidden)]
    const COUNT: Count = Count::One;

    /// Reads it from all the values given under a name: exactly one, unless the type says
    /// otherwise as `Option` and `Vec` do.
    #[doc(hidden)]
    fn from_values(values: &mut Values<'_>) -> Result<Self, ValueError> {
        let first = values.next().ok_or(ValueError::Missing)??;
        let value = Self::from_param(&first)?;
        match values.next() {
            None => Ok(value),
            Some(_) => Err(ValueError::Repeated),
        }
    }

    /// The place for such an input, made where the macros know its source.
    #[doc(hidden)]
    #[track_caller]
    fn slot(
        source: Source,
        name: &'static str,
        default: Option<fn() -> Result<Self, ParamError>>,
        bounds: Option<&'static Bounds>,
    ) -> Slot<Self> {
        let reader = const {
            &Reader {
                read: |cx, wanted, default, bad| {
                    let one = match Self::COUNT {
                        Count::One | Count::Optional => Some(Self::from_param as fn(&str) -> _),
                        Count::Many => None,
                    };
                    text::read(cx, wanted, (one, Self::from_values), default, bad)
                },
                tell: |place, name, default, bounds| {
                    let of_type = OfText {
                        kind: Self::kind,
                        count: Self::COUNT,
                        file: false,
                    };
                    text::tell(&of_type, place, name, default, bounds)
                },
            }
        };
        let how = How::Text {
            source,
            reader,
            default,
            bounds,
        };
        Slot::new(name, how)
    }
}

/// Absent is `None`; there and unreadable is an error.
impl<T: FromParam> FromParam for Option<T> {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        T::from_param(text).map(Some)
    }

    fn kind() -> TextKind {
        T::kind()
    }

    const COUNT: Count = match T::COUNT {
        Count::One | Count::Optional => Count::Optional,
        Count::Many => Count::Many,
    };

    fn from_values(values: &mut Values<'_>) -> Result<Self, ValueError> {
        match T::from_values(values) {
            Ok(value) => Ok(Some(value)),
            Err(ValueError::Missing) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

/// All the values given, none of them included.
impl<T: FromParam> FromParam for Vec<T> {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        Ok(vec![T::from_param(text)?])
    }

    fn kind() -> TextKind {
        T::kind()
    }

    const COUNT: Count = Count::Many;

    fn from_values(values: &mut Values<'_>) -> Result<Self, ValueError> {
        values.map(|text| Ok(T::from_param(&text?)?)).collect()
    }
}

impl FromParam for String {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        Ok(text.into())
    }
}

/// `true`, `1`, `on`, `yes` or a name without a value; `false`, `0`, `off` or `no`.
impl FromParam for bool {
    fn kind() -> TextKind {
        TextKind::boolean()
    }

    fn from_param(text: &str) -> Result<Self, ParamError> {
        match text {
            "true" | "1" | "on" | "yes" | "" => Ok(true),
            "false" | "0" | "off" | "no" => Ok(false),
            _ => Err(ParamError::expected("`true` or `false`")),
        }
    }
}

impl FromParam for char {
    fn kind() -> TextKind {
        TextKind::text().len(1, 1)
    }

    fn from_param(text: &str) -> Result<Self, ParamError> {
        text.parse()
            .map_err(|_| ParamError::expected("one character"))
    }
}

impl FromParam for LocalUrl {
    fn kind() -> TextKind {
        TextKind::text().pattern("^/([^/]|$)")
    }

    fn from_param(text: &str) -> Result<Self, ParamError> {
        Self::new(text).ok_or_else(|| ParamError::expected("a path on this site, such as `/home`"))
    }
}

/// Writes `FromParam` for types whose `FromStr` is the form wanted.
macro_rules! parsed {
    ($($type:ty, $kind:expr, $expected:expr;)+) => {$(
        impl FromParam for $type {
            fn kind() -> TextKind {
                $kind
            }

            fn from_param(text: &str) -> Result<Self, ParamError> {
                text.parse().map_err(|_| ParamError::expected($expected))
            }
        }
    )+};
}

/// Writes `FromParam` for whole numbers, naming their range. They are read as one wide type, so that
/// there is less to compile.
macro_rules! whole {
    ($wide:ty: $($type:ty = $format:literal)+) => {$(
        impl FromParam for $type {
            fn kind() -> TextKind {
                whole($format, &<$type>::MIN, &<$type>::MAX)
            }

            fn from_param(text: &str) -> Result<Self, ParamError> {
                let number = text.parse::<$wide>().ok();
                number.and_then(|number| Self::try_from(number).ok()).ok_or_else(|| {
                    outside(&<$type>::MIN, &<$type>::MAX)
                })
            }
        }
    )+};
}

whole! { u64: u8 = "uint8" u16 = "uint16" u32 = "uint32" u64 = "uint64" usize = "uint" }
whole! { i64: i8 = "int8" i16 = "int16" i32 = "int32" i64 = "int64" isize = "int" }
whole! { u128: u128 = "uint128" }
whole! { i128: i128 = "int128" }
whole! { NonZero<u64>: NonZero<u8> = "uint8" NonZero<u16> = "uint16" NonZero<u32> = "uint32" }
whole! { NonZero<u64>: NonZero<u64> = "uint64" NonZero<usize> = "uint" }

parsed! {
    f32, TextKind::number().format("float"), "a number";
    f64, TextKind::number().format("double"), "a number";
    IpAddr, TextKind::text().format("ip"), "an IP address";
    Ipv4Addr, TextKind::text().format("ipv4"), "an IPv4 address";
    Ipv6Addr, TextKind::text().format("ipv6"), "an IPv6 address";
    SocketAddr, TextKind::text(), "an IP address with a port";
}

fn outside(min: &dyn Display, max: &dyn Display) -> ParamError {
    ParamError::expected(format!("a whole number from {min} to {max}"))
}

/// A whole number of a range. A bound beyond `i128` is none.
fn whole(format: &'static str, min: &dyn Display, max: &dyn Display) -> TextKind {
    let whole = |number: &dyn Display| number.to_string().parse().ok().map(Number::Whole);
    let mut kind = TextKind::integer().format(format);
    kind.min = whole(min);
    kind.max = whole(max);
    kind
}
