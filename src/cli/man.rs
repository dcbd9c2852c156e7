//! `allocert man`: the manual page.

use std::process::ExitCode;

use clap::{Args, CommandFactory};

use super::failure::Failure;

#[derive(Args, Debug)]
#[command(after_help = "Example: allocert man scan | man -l -")]
pub(super) struct Arguments {
    /// The command to write the page of; left out, the program's own page.
    command: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut program = super::Cli::command();
    program.build();
    let page = match &arguments.command {
        None => program,
        Some(name) => {
            let named = program.get_subcommands().find(|c| c.get_name() == name).cloned();
            let page = named.ok_or_else(|| super::no_such_command(name))?;
            page.display_name(format!("allocert-{name}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    super::output::line(String::from_utf8_lossy(&text).trim_end())?;
    Ok(ExitCode::SUCCESS)
}
