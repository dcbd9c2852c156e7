//! `allocert new`: a commented claim file to start from.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use allocert::text::{quote, shell};

use super::Common;
use super::failure::Failure;
use super::file::make_folder;
use super::output::{json, line};

const TEMPLATE: &str = include_str!("new.txt");

#[derive(Args, Debug)]
#[command(after_help = "Example: allocert new my-theorem && allocert verify my-theorem.star")]
pub(super) struct Arguments {
    /// What the claim is called: letters, digits, - and _; the file is NAME.star.
    name: String,
    /// The folder to put it into; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let name = arguments.name.strip_suffix(".star").unwrap_or(&arguments.name);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 100 || !name.chars().all(plain) || name.starts_with('-') {
        let name = quote(&arguments.name);
        return Err(Failure::request(format!(
            "{name} cannot be the name of a claim file\n  take letters, digits, - and _, such as my-theorem"
        )));
    }
    make_folder(&arguments.folder)?;
    let file = format!("{name}.star");
    let path = if arguments.folder.as_os_str() == "." { PathBuf::from(file) } else { arguments.folder.join(file) };
    let shown = path.display().to_string();
    // Made anew or not at all: what is there is never touched.
    let mut file = std::fs::File::create_new(&path).map_err(|error| {
        let mend = if error.kind() == std::io::ErrorKind::AlreadyExists {
            "is there already, and stays as it is\n  choose another name".to_owned()
        } else {
            format!("cannot be written: {error}\n  choose another place with --folder")
        };
        Failure::request(format!("{shown} {mend}"))
    })?;
    let written = file.write_all(TEMPLATE.replace("NAME", name).as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        let _ = std::fs::remove_file(&path);
        return Err(error.into());
    }
    if common.json {
        json(&serde_json::json!({ "file": shown }))?;
    } else {
        line(&format!("wrote {shown}; now: allocert verify {}", shell(&shown)))?;
    }
    Ok(ExitCode::SUCCESS)
}
