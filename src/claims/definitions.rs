//! Networks from expressions such as `lora(4, 1)`, with what other files define.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use starlark::environment::{FrozenModule, Module};
use starlark::eval::Evaluator;
use starlark::syntax::AstModule;

use super::defined::Tops;
use super::error::{ClaimError, guarded, language, stopped_or, without_traceback};
use super::file::{Claim, LONGEST_LOADING, dialect, evaluated, parse, read_after, text_of};
use super::globals::{Host, globals};
use super::limits::{MOST_LOADING_TICKS, limit, too_deep};
use super::names::hidden;
use super::session::Session;
use super::unknown::{Reading, blind, once};
use super::values::NetworkValue;
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::reach::Settings;
use allocert_core::text::{nearest, quote};

/// What files define: networks of one's own, and the functions that build them.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    pub(super) modules: Vec<Arc<FrozenModule>>,
    /// The files that they were read from.
    paths: Vec<PathBuf>,
    /// What was asked while each was loaded: what uses it may rest on that.
    pub(super) loading: Vec<Arc<Session>>,
    /// What stands at the top of each, as it is written.
    pub(super) tops: Vec<Tops<'static>>,
}

/// Reads a network from an expression of the claim language, such as `lffn([2, 2, 2])`.
///
/// # Errors
/// An expression that cannot be read, or is not a network.
pub fn network(text: &str) -> Result<Network, ClaimError> {
    Definitions::default().network(text)
}

/// What the messages about a single expression call its "file".
const EXPRESSION: &str = "<network>";
/// What dimensions are computed with that a network's expression asks for.
const SETTINGS: Settings = Settings { seed: 0, error_log2: -100 };

impl Definitions {
    /// Reads files in order; each may use what those before it define. Claims in them are not looked at.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub fn read(paths: &[PathBuf]) -> Result<Self, ClaimError> {
        let mut definitions = Definitions::default();
        for path in paths {
            let text = text_of(path).map_err(|error| match error {
                ClaimError::Unreadable { path, reason } => ClaimError::NoDefinitions { path, reason },
                other => other,
            })?;
            let shown = path.display().to_string();
            if let Some((what, limit)) = too_deep(&text) {
                return Err(ClaimError::TooLarge { path: path.clone(), what, limit: limit as u64 });
            }
            let before = &definitions.modules;
            let session = Session::new(SETTINGS, Some(LONGEST_LOADING));
            let (module, tops) = guarded(&shown, || {
                let _entered = session.enter();
                let host = Host::new(Arc::clone(&session));
                let written = AstModule::parse(&shown, text.clone(), &dialect()).map_err(language)?;
                let tops = Tops::new(&text, &written).of_file(&shown);
                Ok((evaluated(parse(&shown, text).map_err(language)?, &shown, &host, before)?, tops))
            })?;
            // Whoever reads a claim relies on what the language's own names mean, and so do the rules about symmetries.
            if let Some(name) = hidden(&module) {
                let message = format!("{shown}: {} is a name of the language\n  give it another name", quote(&name));
                return Err(ClaimError::Language { message });
            }
            definitions.modules.push(Arc::new(module));
            definitions.loading.push(session);
            definitions.tops.push(tops);
            definitions.paths.push(path.clone());
        }
        Ok(definitions)
    }

    /// Reads the claims of a file that may use these definitions, in order.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub fn load(&self, path: &Path, settings: Settings) -> Result<Vec<Claim>, ClaimError> {
        let claims = read_after(path, text_of(path)?, settings, self)?;
        Ok(claims.into_iter().map(|claim| Claim { used: self.paths.clone(), ..claim }).collect())
    }

    /// Reads a network from an expression, such as `lora(4, 1)`.
    ///
    /// # Errors
    /// An expression that cannot be read, or is not a network.
    pub fn network(&self, text: &str) -> Result<Network, ClaimError> {
        if too_deep(text).is_some() {
            return Err(ClaimError::NotANetwork { text: quote(text) });
        }
        guarded(EXPRESSION, || self.evaluate(text))
    }

    fn evaluate(&self, text: &str) -> Result<Network, ClaimError> {
        let ast = parse(EXPRESSION, text.to_owned()).map_err(language)?;
        let globals = globals();
        self.knows_family(text)?;
        let session = Session::new(SETTINGS, Some(LONGEST_LOADING));
        let host = Host::new(Arc::clone(&session));
        let limits = (MOST_LOADING_TICKS, Control::unlimited().within(LONGEST_LOADING));
        Module::with_temp_heap(|module| {
            self.modules.iter().for_each(|other| module.import_public_symbols(other));
            let mut eval = Evaluator::new(&module);
            eval.extra = Some(&host);
            limit(&mut eval, limits.0, limits.1).map_err(language)?;
            let (value, doubt) = blind(true, || once(Reading::Strict, || eval.eval_module(ast, &globals)));
            if let Some(doubt) = doubt {
                return Err(ClaimError::NotKnown { place: EXPRESSION.to_owned(), doubt: doubt.text });
            }
            let value = value.map_err(|e| without_traceback(stopped_or(&eval, limits, &session, EXPRESSION, e)))?;
            let lens = NetworkValue::from_value(value).map(|n| n.lens().clone());
            if lens.as_ref().is_some_and(|l| l.samples() != Samples::Functional) {
                return Err(ClaimError::HasSamples { text: quote(text) });
            }
            lens.map(|l| l.network().clone()).ok_or_else(|| ClaimError::NotANetwork { text: quote(text) })
        })
    }

    /// Refuses a call of what is not there, with the nearest family.
    fn knows_family(&self, text: &str) -> Result<(), ClaimError> {
        let Some(name) = text.split_once('(').map(|(name, _)| name.trim()) else {
            return Ok(());
        };
        let globals = globals();
        let mut known: Vec<String> = globals.names().map(|name| name.as_str().to_owned()).collect();
        let defined = self.modules.iter().flat_map(|module| module.names());
        known.extend(defined.map(|name| name.as_str().to_owned()));
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !plain || known.iter().any(|k| k == name) {
            return Ok(());
        }
        let own = known.iter().map(String::as_str).filter(|k| self.defines(k));
        let shipped = super::families::FAMILIES.iter().map(|f| f.name);
        let families: Vec<&str> = Network::FAMILIES.into_iter().chain(shipped).chain(own).collect();
        let near = nearest(name, &families).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        Err(ClaimError::NoFamily { name: quote(name), near })
    }

    fn defines(&self, name: &str) -> bool {
        self.modules.iter().any(|module| module.get_option(name).is_ok_and(|value| value.is_some()))
    }
}
