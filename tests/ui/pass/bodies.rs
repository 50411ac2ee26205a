//! Everything that reads a body.
use gustnado::{
    Body, Bytes, Invalid, Multipart, Peer, RequestHead, Text, Upload, Valid, Validate, prelude::*,
};

struct Even(u32);

impl Validate for Even {
    fn validate(&self) -> Result<(), Invalid> {
        Invalid::new()
            .require(self.0 % 2 == 0, "", "is odd")
            .into_result()
    }
}

impl<'de> serde::Deserialize<'de> for Even {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u32::deserialize(from).map(Self)
    }
}

#[derive(RequestHandler)]
#[route("/one")]
struct One {
    peer: Peer,
    head: RequestHead,
}

#[verbs]
impl One {
    async fn post(self, bytes: Bytes) -> Bytes {
        let _ = (self.peer, self.head);
        bytes
    }

    async fn put(self, Text(text): Text) -> String {
        text
    }

    async fn patch(self, mut body: Body) -> Result<()> {
        while let Some(_chunk) = body.chunk().await? {}
        Ok(())
    }

    async fn delete(self, Valid(Json(even)): Valid<Json<Even>>) -> String {
        even.0.to_string()
    }
}

#[derive(RequestHandler)]
#[route("/two")]
struct Two;

#[verbs]
impl Two {
    async fn post(
        &self,
        #[query] page: u32,
        #[form(name = "e-mail")] email: String,
        #[form(default = 18)] age: u8,
        #[form] picture: Upload,
        #[form] thumb: Option<Upload>,
        #[form] mut more: Vec<Upload>,
    ) -> Result<String> {
        more.extend(thumb);
        more.push(picture);
        for upload in &more {
            upload.save_to(format!("{page} {email} {age}")).await?;
        }
        Ok(more.len().to_string())
    }

    async fn put(&self, mut form: Multipart) -> Result<()> {
        while let Some(mut part) = form.next().await? {
            part.save_to("file").await?;
        }
        Ok(())
    }
}

/// With types of its own, the rules on bodies are checked where it is mounted.
#[derive(RequestHandler)]
#[route("/three")]
struct Three<T: gustnado::FromForm + std::fmt::Display + Sync> {
    #[query]
    _page: u32,
    #[query(default)]
    _marker: Marker<T>,
}

struct Marker<T>(std::marker::PhantomData<fn() -> T>);

impl<T> Default for Marker<T> {
    fn default() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T: 'static> gustnado::FromParam for Marker<T> {
    fn from_param(_text: &str) -> Result<Self, gustnado::ParamError> {
        Ok(Self(std::marker::PhantomData))
    }
}

#[verbs]
impl<T: gustnado::FromForm + std::fmt::Display + Sync> Three<T> {
    async fn post(self, #[form] one: T, #[form] two: T) -> String {
        format!("{one} {two}")
    }
}

fn main() {
    let app = Application::new()
        .handler::<One>()
        .handler::<Two>()
        .handler::<Three<u32>>();
    app.build().expect("sound");
}
