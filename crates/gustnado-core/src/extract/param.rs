//! Values that are read from one piece of text: numbers, words, flags. It must not know where the
//! text came from.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZero,
};

use super::{
    bounds::Bounds,
    slot::{How, Slot},
    text::{Source, Values},
    unreadable::{ParamError, ValueError},
};
use crate::local::LocalUrl;

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
        let read = |values: &mut Values<'_>| Self::from_values(values);
        let how = How::Text {
            source,
            read,
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
    fn from_param(text: &str) -> Result<Self, ParamError> {
        match text {
            "true" | "1" | "on" | "yes" | "" => Ok(true),
            "false" | "0" | "off" | "no" => Ok(false),
            _ => Err(ParamError::expected("`true` or `false`")),
        }
    }
}

impl FromParam for char {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        text.parse()
            .map_err(|_| ParamError::expected("one character"))
    }
}

impl FromParam for LocalUrl {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        Self::new(text).ok_or_else(|| ParamError::expected("a path on this site, such as `/home`"))
    }
}

/// Writes `FromParam` for types whose `FromStr` is the form wanted.
macro_rules! parsed {
    ($($type:ty: $expected:expr;)+) => {$(
        impl FromParam for $type {
            fn from_param(text: &str) -> Result<Self, ParamError> {
                text.parse().map_err(|_| ParamError::expected($expected))
            }
        }
    )+};
}

/// Writes `FromParam` for whole numbers, naming their range.
macro_rules! whole {
    ($($type:ty)+) => {$(parsed! {
        $type: format!("a whole number from {} to {}", <$type>::MIN, <$type>::MAX);
    })+};
}

whole! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }
whole! { NonZero<u8> NonZero<u16> NonZero<u32> NonZero<u64> NonZero<usize> }

parsed! {
    f32: "a number";
    f64: "a number";
    IpAddr: "an IP address";
    Ipv4Addr: "an IPv4 address";
    Ipv6Addr: "an IPv6 address";
    SocketAddr: "an IP address with a port";
}
