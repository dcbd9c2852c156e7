//! The book as pages of HTML: Markdown with its mathematics in MathML, so that a reader's browser needs no network.
//!
//! Unlike a report, a book is text of one's own: what cannot be typeset, or leads nowhere, is an error and not shown as written.

use std::collections::{BTreeMap, HashMap};

use math_core::{LatexToMathML, MathDisplay};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::prose::escape;

/// A page of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookPage {
    /// Its file, such as `theory.html`.
    pub file: String,
    /// What it holds.
    pub html: String,
}

/// Why a book cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// A page that the summary names cannot be read.
    #[error("SUMMARY.md names {file}, which is not there")]
    NoPage {
        /// The page.
        file: String,
    },
    /// A formula that is not understood.
    #[error("{file}: a formula cannot be typeset: {reason}\n  {formula}")]
    Formula {
        /// The page.
        file: String,
        /// The formula, in LaTeX.
        formula: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A line of the table of contents: the title of a part, or of a page and its file.
struct Entry {
    title: String,
    file: Option<String>,
}

/// Makes all pages that a summary, in the form of mdBook's `SUMMARY.md`, lists. `read` gives the Markdown of a file; the first page
/// is also `index.html`.
///
/// # Errors
/// See [`BookError`]; no page is made then.
pub fn book(title: &str, summary: &str, read: impl Fn(&str) -> Option<String>) -> Result<Vec<BookPage>, BookError> {
    let entries = contents(summary);
    let typesetter = LatexToMathML::default();
    let files: Vec<&str> = entries.iter().filter_map(|e| e.file.as_deref()).collect();
    let mut pages = Vec::new();
    for (place, file) in files.iter().enumerate() {
        let text = read(file).ok_or_else(|| BookError::NoPage { file: (*file).to_owned() })?;
        let body = body(file, &text, &typesetter)?;
        let near = [place.checked_sub(1).map(|p| files[p]), files.get(place + 1).copied()];
        let html = frame(title, &entries, file, near, &body);
        pages.push(BookPage { file: target(file), html });
    }
    if let Some(first) = pages.first() {
        pages.push(BookPage { file: "index.html".to_owned(), html: first.html.clone() });
    }
    Ok(pages)
}

/// The parts and pages of a summary, in order.
fn contents(summary: &str) -> Vec<Entry> {
    let page = |line: &str| {
        let (title, rest) = line.strip_prefix('[')?.split_once("](")?;
        Some(Entry { title: title.to_owned(), file: Some(rest.strip_suffix(')')?.to_owned()) })
    };
    let part = |line: &str| Some(Entry { title: line.strip_prefix("# ")?.to_owned(), file: None });
    let lines = summary.lines().map(|l| l.trim().trim_start_matches("- ")).filter(|l| *l != "# Summary");
    lines.filter_map(|line| page(line).or_else(|| part(line))).collect()
}

/// The file of a page made of this Markdown file.
fn target(file: &str) -> String {
    format!("{}.html", file.trim_end_matches(".md"))
}

/// The text of a page.
fn body(file: &str, text: &str, typesetter: &LatexToMathML) -> Result<String, BookError> {
    let options = Options::ENABLE_MATH | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let formula = |latex: &str, display| {
        let typeset = typesetter.convert_with_local_counter(latex, display);
        typeset.map(|mathml| Event::InlineHtml(CowStr::from(mathml))).map_err(|error| BookError::Formula {
            file: file.to_owned(),
            formula: latex.to_owned(),
            reason: error.to_string(),
        })
    };
    let mut events = Vec::new();
    let mut parsed = Parser::new_ext(text, options).peekable();
    while let Some(event) = parsed.next() {
        if let Event::InlineMath(latex) = &event {
            // A line breaks neither between an opening bracket and a formula nor between it and what ends its clause.
            let opening = match events.last_mut() {
                Some(Event::Text(text)) => split_end(text),
                _ => None,
            };
            let closing = match parsed.peek_mut() {
                Some(Event::Text(text)) => split_start(text),
                _ => None,
            };
            let formula = formula(latex, MathDisplay::Inline)?;
            if opening.is_none() && closing.is_none() {
                events.push(formula);
            } else {
                events.push(Event::InlineHtml("<span class=\"whole\">".into()));
                events.extend(opening.map(Event::Text));
                events.push(formula);
                events.extend(closing.map(Event::Text));
                events.push(Event::InlineHtml("</span>".into()));
            }
            continue;
        }
        // Wide tables scroll by themselves, not the page.
        let (before, event, after) = match event {
            Event::DisplayMath(latex) => (None, formula(&latex, MathDisplay::Block)?, None),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = page_link(&dest_url).into();
                (None, Event::Start(Tag::Link { link_type, dest_url, title, id }), None)
            }
            Event::Start(Tag::Table(columns)) => {
                (Some("<div class=\"wide\">"), Event::Start(Tag::Table(columns)), None)
            }
            Event::End(TagEnd::Table) => (None, Event::End(TagEnd::Table), Some("</div>")),
            other => (None, other, None),
        };
        let raw = |html: Option<&'static str>| html.map(|html| Event::Html(html.into()));
        events.extend(raw(before).into_iter().chain([event]).chain(raw(after)));
    }
    name_headings(&mut events);
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    Ok(html)
}

/// Takes the brackets away that a text ends with.
fn split_end(text: &mut CowStr<'_>) -> Option<CowStr<'static>> {
    let kept = text.trim_end_matches(['(', '[', '“', '‘']).len();
    let taken = text[kept..].to_owned();
    (!taken.is_empty()).then(|| {
        *text = text[..kept].to_owned().into();
        taken.into()
    })
}

/// Takes the signs away that a text begins with, up to a space: a comma, a bracket, `-th`.
fn split_start(text: &mut CowStr<'_>) -> Option<CowStr<'static>> {
    let signs = |c: char| ".,;:!?)]”’'-–".contains(c);
    if !text.starts_with(signs) {
        return None;
    }
    let end = text.find(|c: char| !signs(c)).unwrap_or(text.len());
    let taken = text[..end].to_owned();
    *text = text[end..].to_owned().into();
    Some(taken.into())
}

/// A link to a page of Markdown as one to the page made of it.
fn page_link(url: &str) -> String {
    let (path, anchor) = url.split_once('#').map_or((url, None), |(path, anchor)| (path, Some(anchor)));
    let own = path.ends_with(".md") && !path.contains("://");
    let path = if own { target(path) } else { path.to_owned() };
    anchor.map_or_else(|| path.clone(), |anchor| format!("{path}#{anchor}"))
}

/// Gives every heading the anchor that GitHub gives it.
fn name_headings(events: &mut [Event<'_>]) {
    let mut used: HashMap<String, usize> = HashMap::new();
    let mut at = 0;
    while at < events.len() {
        if let Event::Start(Tag::Heading { .. }) = events[at] {
            let end = (at..events.len()).find(|e| matches!(events[*e], Event::End(TagEnd::Heading(_)))).unwrap_or(at);
            let text: String = events[at..end].iter().map(words).collect();
            let name = anchor(&text);
            let times = used.entry(name.clone()).and_modify(|n| *n += 1).or_insert(0);
            let name = if *times == 0 { name } else { format!("{name}-{times}") };
            if let Event::Start(Tag::Heading { id, .. }) = &mut events[at] {
                *id = Some(name.into());
            }
            at = end;
        }
        at += 1;
    }
}

fn words(event: &Event<'_>) -> String {
    match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        _ => String::new(),
    }
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_')
        .collect::<String>()
        .replace(' ', "-")
}

/// A whole page round its text: the contents beside it, the pages before and after below.
fn frame(title: &str, entries: &[Entry], file: &str, near: [Option<&str>; 2], body: &str) -> String {
    let titles: BTreeMap<&str, &str> =
        entries.iter().filter_map(|e| Some((e.file.as_deref()?, e.title.as_str()))).collect();
    let mut menu = String::new();
    for entry in entries {
        let name = escape(&entry.title);
        menu.push_str(&match &entry.file {
            None => format!("<p>{name}</p>"),
            Some(page) if page == file => format!("<a class=\"here\" href=\"{}\">{name}</a>", target(page)),
            Some(page) => format!("<a href=\"{}\">{name}</a>", target(page)),
        });
    }
    let way = |page: Option<&str>, sign: &str| {
        page.map(|p| format!("<a href=\"{}\">{sign} {}</a>", target(p), escape(titles[p]))).unwrap_or_default()
    };
    let [before, after] = [way(near[0], "←"), way(near[1], "→")];
    let here = escape(titles.get(file).copied().unwrap_or(title));
    let style = include_str!("book.css");
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{here} · {title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{style}</style></head>\n\
         <body><nav><label>{title}<input type=\"checkbox\"></label><div>{menu}</div></nav><main>\n{body}\n\
         <footer>{before}<span></span>{after}</footer></main></body></html>\n"
    )
}

/// What a page of the book shows besides code and formulas, and where its links lead: to find what was not rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The text outside code and formulas.
    pub text: String,
    /// The targets of links and the sources of pictures.
    pub links: Vec<String>,
    /// The anchors that links may lead to.
    pub anchors: Vec<String>,
    /// The text of each formula.
    pub formulas: Vec<String>,
}

/// Reads a page that [`book`] made.
pub fn seen(html: &str) -> Seen {
    let mut seen = Seen::default();
    let mut hidden: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        note(&mut seen, &hidden, before);
        let Some((tag, after)) = tag.split_once('>') else { break };
        rest = after;
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        for (attribute, list) in [("href=\"", 0), ("src=\"", 0), ("id=\"", 1)] {
            let value = tag.split_once(attribute).and_then(|(_, v)| v.split('"').next());
            if let Some(value) = value {
                [&mut seen.links, &mut seen.anchors][list].push(value.to_owned());
            }
        }
        if ["code", "pre", "math", "style", "svg"].contains(&name) && !tag.ends_with('/') {
            if tag.starts_with('/') {
                hidden.pop();
            } else {
                hidden.push(name.to_owned());
                if name == "math" {
                    seen.formulas.push(String::new());
                }
            }
        }
    }
    note(&mut seen, &hidden, rest);
    seen
}

fn note(seen: &mut Seen, hidden: &[String], text: &str) {
    match (hidden.first().map(String::as_str), seen.formulas.last_mut()) {
        (None, _) => seen.text.push_str(text),
        (Some("math"), Some(formula)) => formula.push_str(text),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<String, BookError> {
        let pages = book("t", "# Summary\n\n[One](one.md)\n", |_| Some(text.to_owned()))?;
        assert_eq!(pages.iter().map(|p| p.file.as_str()).collect::<Vec<_>>(), ["one.html", "index.html"]);
        Ok(pages[0].html.clone())
    }

    #[test]
    fn mathematics_that_markdown_would_eat() {
        let html =
            one("$$\\begin{cases}a,&b\\\\[2mm](ab-kc)_+&c\\end{cases}$$ and $x\\,y$, $a_b$ *and* $c_d$").unwrap();
        let seen = seen(&html);
        assert_eq!(seen.formulas.len(), 4);
        assert!(!seen.text.contains(['$', '\\', '[']), "{}", seen.text);
        assert!(seen.links.iter().all(|l| l == "one.html"));
    }

    #[test]
    fn no_line_begins_with_what_stands_behind_a_formula() {
        let html = one("so ($n$, $m$) and $k$ or $l$-th.").unwrap();
        assert_eq!(html.matches("<span class=\"whole\">").count(), 3, "{html}");
        assert!(html.contains("so <span class=\"whole\">(<math"), "{html}");
        assert!(html.contains("</math>,</span> ") && html.contains("</math>)</span> and <math"), "{html}");
        assert_eq!(seen(&html).text.matches("so (, ) and  or -th.").count(), 1, "{}", seen(&html).text);
    }

    #[test]
    fn what_is_not_rendered_is_found() {
        assert!(matches!(one("so $\\nonsense$"), Err(BookError::Formula { .. })));
        assert!(seen(&one("it costs \\$5 or 6").unwrap()).text.contains('$'));
        assert!(!seen(&one("`$HOME \\x`\n\n```\n$ make\n```\n").unwrap()).text.contains(['$', '\\']));
        let none = book("t", "[One](one.md)", |_| None);
        assert_eq!(none, Err(BookError::NoPage { file: "one.md".to_owned() }));
    }

    #[test]
    fn headings_and_links() {
        let html = one("# A `net`: x\n\n## Two\n\n## Two\n\n[a](one.md#two-1) [b](https://example.org/x.md)").unwrap();
        let seen = seen(&html);
        assert_eq!(seen.anchors, ["a-net-x", "two", "two-1"]);
        assert!(seen.links.contains(&"one.html#two-1".to_owned()));
        assert!(seen.links.contains(&"https://example.org/x.md".to_owned()));
    }
}
