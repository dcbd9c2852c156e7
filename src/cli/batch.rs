//! `--batch FILE` of `rank`, `match` and `classify`, `rank --networks FILE`: a question a line, an object a line, in order.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use allocert::allocation::{Allocation, parse};
use allocert::ask::{rank_record, settled};
use allocert::control::Control;
use allocert::matching::{Limits, MatchAnswer, MatchError, MatchOptions, Matcher};
use allocert::network::{Network, Samples};
use allocert::reach::{Ranks, ReachError, Settings};
use allocert::record::{self, Request};
use allocert::text::quote;

use super::Common;
use super::failure::Failure;
use super::interrupt;
use super::output::{bar, line};
use super::pieces::Keeping;
use super::resume::checksum;
use super::scan_pieces::fingerprint;

/// So many lines are answered together at the most; fewer where no more are waiting.
const MOST_TOGETHER: usize = 256;
/// So many lines are a piece where each may take long.
const FEW_TOGETHER: usize = 16;

/// A line as an object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    allocation: Option<String>,
    samples: Option<u64>,
    network: Option<String>,
}

/// What is said of a line that cannot be answered.
#[derive(Serialize)]
struct Wrong {
    line: usize,
    error: String,
}

/// The lines of a file, and how they are answered.
struct Lines<'a> {
    path: &'a Path,
    keeping: &'a Keeping,
    /// So many lines are a piece of a run whose pieces are kept.
    piece: usize,
    /// So many are answered together where none are kept.
    together: usize,
    /// Whether Ctrl-C is a request where no pieces are kept. If not, it ends the program: what is printed is all that there is.
    requests: bool,
}

impl Lines<'_> {
    /// Answers the lines as they come, or, where pieces are kept, a piece at a time. `answer` says nothing of lines that it was
    /// stopped before.
    fn answer(
        &self,
        common: &Common,
        request: impl FnOnce(&[(usize, String)]) -> Request,
        mut answer: impl FnMut(&[(usize, String)], &Control<'_>) -> Vec<Option<Said>>,
    ) -> Result<ExitCode, Failure> {
        let stop = (self.requests || self.keeping.resume.is_some()).then(interrupt::flag);
        let control = Control::unlimited();
        let control = stop.as_ref().map_or(control, |stop| control.stopped_by(stop));
        let mut answer = |lines: &[(usize, String)]| answer(lines, &control);
        let Some(folder) = &self.keeping.resume else {
            return self.as_they_come(answer);
        };
        if self.path.as_os_str() == "-" {
            return Err(Failure::request("standard input is not read twice\n  name a file, or leave out --resume"));
        }
        let mut lines = Vec::new();
        for_each_part(self.path, |part| {
            lines.extend_from_slice(part);
            Ok(())
        })?;
        let pieces: Vec<&[(usize, String)]> = lines.chunks(self.piece).collect();
        let shown = bar("{bar:30} {pos}/{len} pieces, {eta} left");
        let texts = self.keeping.run(common, folder, (request(&lines), pieces.len()), &shown, |piece| {
            let Some(all) = answer(pieces[piece]).into_iter().collect::<Option<Vec<Said>>>() else {
                return Ok(None);
            };
            Ok(Some(serde_json::to_string(&all).map_err(std::io::Error::other)?))
        })?;
        texts.map_or(Ok(ExitCode::SUCCESS), |texts| merged(&texts))
    }

    fn as_they_come(
        &self,
        mut answer: impl FnMut(&[(usize, String)]) -> Vec<Option<Said>>,
    ) -> Result<ExitCode, Failure> {
        let mut status = Status::default();
        for_each_part(self.path, |waiting| {
            for lines in waiting.chunks(self.together) {
                for ((line, _), said) in lines.iter().zip(answer(lines)) {
                    let Some(said) = said else {
                        let message = format!("stopped: interrupted before line {line} was answered");
                        return Err(Failure::interrupted(message));
                    };
                    status.print(said)?;
                }
            }
            Ok(())
        })?;
        Ok(status.exit())
    }
}

/// The number of lines with a question, and a checksum of them.
fn seal(lines: &[(usize, String)]) -> (usize, String) {
    let text: Vec<String> = lines.iter().map(|(number, line)| format!("{number} {line}\n")).collect();
    (lines.len(), checksum(&text.concat()))
}

/// Answers each line of a file, or of standard input (`-`), about one network.
pub(super) fn ranks(
    common: &Common,
    (network, samples): (&Network, Samples),
    (path, keeping): (&Path, &Keeping),
    (settings, draws): (Settings, u64),
) -> Result<ExitCode, Failure> {
    let mut ranks = Ranks::new(network, settings, draws);
    let request = |lines: &[(usize, String)]| Request::Batch {
        network: network.to_string(),
        program: fingerprint(network),
        lines: seal(lines),
        samples: samples.count(),
        draws,
        error_log2: settings.error_log2,
        seed: settings.seed,
    };
    let lines = Lines { path, keeping, piece: MOST_TOGETHER, together: MOST_TOGETHER, requests: false };
    lines.answer(common, request, |lines, control| {
        let said = ranked(&mut ranks, samples, lines, control);
        let whole = control.stopped().is_none();
        said.into_iter().map(|said| whole.then_some(said)).collect()
    })
}

/// What is said of each line.
fn ranked(ranks: &mut Ranks, samples: Samples, lines: &[(usize, String)], control: &Control<'_>) -> Vec<Said> {
    let network = ranks.network().clone();
    let questions: Vec<_> = lines.iter().map(|(_, text)| question(&network, text, samples)).collect();
    let asked: Vec<(Allocation, Samples)> = questions.iter().flatten().cloned().collect();
    let answers = ranks.answers(&asked, control).into_par_iter().map(|answer| answer.map(settled));
    let mut answers = answers.collect::<Vec<_>>().into_iter();
    let said = |((line, _), question): (&(usize, String), &Result<_, String>)| {
        let answer = match question {
            Ok(_) => answers.next().unwrap_or(Err(ReachError::NoSamples)).map_err(Failure::from),
            Err(error) => Err(Failure::request(error.clone())),
        };
        Said::of(*line, answer.as_ref().map(rank_record))
    };
    lines.iter().zip(&questions).map(said).collect()
}

/// Prints the answers of all pieces.
pub(super) fn merged(texts: &[String]) -> Result<ExitCode, Failure> {
    let mut status = Status::default();
    for text in texts {
        let damaged = |_| Failure::request("a piece is damaged\n  run its shard's command again");
        let all: Vec<Said> = serde_json::from_str(text).map_err(damaged)?;
        all.into_iter().try_for_each(|answer| status.print(answer))?;
    }
    Ok(status.exit())
}

/// Answers about a network a line: its text (all weights), or an object with `network`, `allocation`, `samples`.
pub(super) fn networks(
    common: &Common,
    samples: Samples,
    (path, keeping): (&Path, &Keeping),
    (settings, draws): (Settings, u64),
) -> Result<ExitCode, Failure> {
    let request = |lines: &[(usize, String)]| {
        // Another file may define the same names otherwise.
        let programs = lines.iter().filter_map(|(_, text)| network_question(common, text, samples).ok());
        let programs: Vec<String> = programs.map(|(network, ..)| format!("{:?}\n", fingerprint(&network))).collect();
        Request::Networks {
            lines: seal(lines),
            programs: checksum(&programs.concat()),
            samples: samples.count(),
            draws,
            error_log2: settings.error_log2,
            seed: settings.seed,
        }
    };
    // As many as there are threads, so that no answer waits long for others.
    let together = rayon::current_num_threads();
    let lines = Lines { path, keeping, piece: FEW_TOGETHER, together, requests: false };
    lines.answer(common, request, |lines, control| {
        let one = |(line, text): &(usize, String)| {
            let answer = network_question(common, text, samples).and_then(|(network, allocation, samples)| {
                Ok(settled(Ranks::new(&network, settings, draws).answer(&allocation, samples, control)?))
            });
            let said = Said::of(*line, answer.as_ref().map(rank_record));
            control.stopped().is_none().then_some(said)
        };
        lines.par_iter().map(one).collect()
    })
}

/// Decides each line of a file, or of standard input (`-`), about one network; a time limit holds for each line.
pub(super) fn matches(
    common: &Common,
    (network, samples): (&Network, Samples),
    (path, keeping): (&Path, &Keeping),
    settings: Settings,
    (options, limit): (&MatchOptions, Duration),
) -> Result<ExitCode, Failure> {
    let mut matchers: Vec<(Samples, Result<Matcher, MatchError>)> = Vec::new();
    let request = |lines: &[(usize, String)]| Request::Matches {
        network: network.to_string(),
        program: fingerprint(network),
        lines: seal(lines),
        samples: samples.count(),
        ensemble: options.ensemble.to_string(),
        trials: format!("{:?}", options.trials),
        error_log2: settings.error_log2,
        time_limit: limit.as_secs(),
        seed: settings.seed,
    };
    let lines = Lines { path, keeping, piece: FEW_TOGETHER, together: MOST_TOGETHER, requests: true };
    lines.answer(common, request, |lines, control| {
        let questions: Vec<_> = lines.iter().map(|(_, text)| question(network, text, samples)).collect();
        for (_, samples) in questions.iter().flatten() {
            if matchers.iter().all(|(known, _)| known != samples) {
                let limits = Limits::default().under(control);
                matchers.push((*samples, Matcher::new(network, *samples, settings, limits)));
            }
        }
        let decided = |question: &Result<(Allocation, Samples), String>| {
            let (allocation, samples) = question.as_ref().map_err(|error| Failure::request(error.clone()))?;
            let Some((_, matcher)) = matchers.iter().find(|(known, _)| known == samples) else {
                return Err(Failure::request("no samples"));
            };
            let matcher = matcher.as_ref().map_err(|error| Failure::from(error.clone()))?;
            Ok(matcher.decide(allocation, options, &control.within(limit))?)
        };
        // What is decided while nobody has asked to stop is whole.
        let whole = |question| Some(decided(question)).filter(|_| control.stopped().is_none());
        let answers: Vec<Option<Result<MatchAnswer, Failure>>> = questions.par_iter().map(whole).collect();
        let said = |((line, _), answer): (&(usize, String), Option<Result<MatchAnswer, Failure>>)| {
            let answer = answer?;
            let record = answer.as_ref().map(|answer| record::Match::of(answer, options.ensemble));
            Some(Said::of(*line, record))
        };
        lines.iter().zip(answers).map(said).collect()
    })
}

/// What is said of a line: an exit status, and an object as text.
#[derive(Serialize, Deserialize)]
struct Said(u8, String);

impl Said {
    fn of(line: usize, answer: Result<impl Serialize, &Failure>) -> Self {
        let written = match answer {
            Ok(record) => serde_json::to_string(&record).map(|text| Said(0, text)),
            Err(failure) => {
                let wrong = Wrong { line, error: failure.message().to_owned() };
                serde_json::to_string(&wrong).map(|text| Said(failure.status(), text))
            }
        };
        // Records hold nothing that JSON cannot say.
        written.unwrap_or_else(|error| Said(3, format!("{{\"line\":{line},\"error\":\"{error}\"}}")))
    }
}

/// The worst that happened.
#[derive(Default)]
struct Status(u8);

impl Status {
    fn print(&mut self, said: Said) -> Result<(), Failure> {
        // A wrong line weighs more than one that a limit stopped.
        if self.0 != 2 && said.0 != 0 {
            self.0 = said.0;
        }
        Ok(line(&said.1)?)
    }

    fn exit(self) -> ExitCode {
        ExitCode::from(self.0)
    }
}

/// Reads lines as they come, empty ones and comments (#) left out, and hands on as many as are waiting, numbered from 1.
fn for_each_part(
    path: &Path,
    mut answer: impl FnMut(&[(usize, String)]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let unreadable = |e: std::io::Error| {
        Failure::request(format!("{}: {e}\n  name a text file, or - for standard input", path.display()))
    };
    let source: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(unreadable)?)
    };
    let mut reader = BufReader::with_capacity(1 << 16, source);
    let (mut part, mut number) = (Vec::new(), 0);
    loop {
        let mut text = String::new();
        let ended = reader.read_line(&mut text).map_err(unreadable)? == 0;
        number += 1;
        let question = text.trim();
        if !question.is_empty() && !question.starts_with('#') {
            part.push((number, question.to_owned()));
        }
        let waiting = reader.buffer().contains(&b'\n');
        if !part.is_empty() && (ended || !waiting || part.len() == MOST_TOGETHER) {
            answer(&part)?;
            part.clear();
        }
        if ended {
            return Ok(());
        }
    }
}

/// A line as an object: as it stands, or made of a text by `plain`.
fn object(text: &str, plain: impl FnOnce(String) -> Line) -> Result<Line, String> {
    if !text.starts_with('{') {
        return Ok(plain(text.to_owned()));
    }
    let keys = "write an object with allocation, samples and, with --networks, network";
    let line: Line = serde_json::from_str(text).map_err(|error| format!("{}: {error}\n  {keys}", quote(text)))?;
    if line.samples == Some(0) {
        Err("samples is 0\n  give at least 1 sample, or leave it out".to_owned())
    } else {
        Ok(line)
    }
}

fn question(network: &Network, text: &str, samples: Samples) -> Result<(Allocation, Samples), String> {
    let line = object(text, |text| Line { allocation: Some(text), samples: None, network: None })?;
    if line.network.is_some() {
        return Err("the network is named before the batch\n  leave it out of the line, or use --networks".to_owned());
    }
    let text = line.allocation.ok_or("allocation is missing")?;
    let allocation = parse(network.layout(), &text).map_err(|error| error.to_string())?;
    Ok((allocation, line.samples.map_or(samples, Samples::Count)))
}

fn network_question(common: &Common, text: &str, samples: Samples) -> Result<(Network, Allocation, Samples), Failure> {
    let line = object(text, |text| Line { allocation: None, samples: None, network: Some(text) });
    let line = line.map_err(Failure::request)?;
    let network = common.network(&line.network.ok_or_else(|| Failure::request("network is missing"))?)?;
    let allocation = parse(network.layout(), line.allocation.as_deref().unwrap_or("all"))?;
    Ok((network, allocation, line.samples.map_or(samples, Samples::Count)))
}
