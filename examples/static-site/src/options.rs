//! What the command line says. It must not know what is done with it.

use std::path::PathBuf;

/// What `--help` says, and what is said where nothing is.
pub(crate) const USAGE: &str = "\
Serves the files of a folder.

    static-site [OPTIONS] PORT DIR

    PORT   from 1 to 65535; 0 lets the system choose
    DIR    the folder; /folder/ is its index.html

    --list                 shows what is in folders that have no index.html
    --spa                  answers addresses of pages that are not there by index.html, for
                           applications of a single page
    --public               also for other machines; else for this one alone
    --immutable PATTERN    files whose names change with their content, such as 'assets/**':
                           browsers keep them and never ask again, and have those that are new
                           as what differs from the former. Several times, if need be
    --keep FOLDER          where what was compressed is kept, and former versions, for the next
                           start; not below DIR
    --help                 says this
";

/// What the command line says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) folder: PathBuf,
    pub(crate) list: bool,
    pub(crate) spa: bool,
    pub(crate) public: bool,
    pub(crate) immutable: Vec<String>,
    pub(crate) keep: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments; nothing where help is asked for.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut options = Self::default();
        let mut places = Vec::new();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--list" => options.list = true,
                "--spa" => options.spa = true,
                "--public" => options.public = true,
                "--immutable" => match arguments.next() {
                    Some(pattern) => options.immutable.push(pattern),
                    None => return Err("--immutable needs a pattern, such as 'assets/**'".into()),
                },
                "--keep" => match arguments.next() {
                    Some(folder) => options.keep = Some(folder.into()),
                    None => return Err("--keep needs a folder".into()),
                },
                option if option.starts_with('-') => {
                    return Err(format!("there is no option {option}"));
                }
                _ => places.push(argument),
            }
        }
        let [port, folder] = <[String; 2]>::try_from(places)
            .map_err(|_| "a port and a folder are needed: static-site 8080 site".to_owned())?;
        options.port = port
            .parse()
            .map_err(|_| format!("`{port}` is no port: a port is a number up to 65535"))?;
        options.folder = folder.into();
        if !options.folder.is_dir() {
            return Err(format!("there is no folder `{}`", options.folder.display()));
        }
        Ok(Some(options))
    }
}
