//! What people write, as HTML: statements, and proofs in Markdown, both with LaTeX mathematics as MathML.
//!
//! HTML in it is shown as text, links lead only to web and mail addresses, pictures are not loaded: a report never asks a
//! network for anything.

use math_core::{LatexToMathML, MathDisplay};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

/// Formulas longer than this are shown as they are written.
const LONGEST_FORMULA: usize = 2_000;
/// Formulas with more than so many braces and environments inside each other, too.
const DEEPEST_FORMULA: usize = 40;
/// Only so much of a text is typeset.
const LONGEST_TEXT: usize = 50_000;

/// Typesets text.
#[derive(Default)]
pub(super) struct Prose {
    mathematics: LatexToMathML,
}

impl Prose {
    /// A statement: paragraphs of plain text with `code` and $mathematics$, nothing else.
    pub(super) fn statement(&self, text: &str) -> String {
        let text = cut(text);
        let paragraphs = text.split("\n\n").filter(|p| !p.trim().is_empty());
        paragraphs.map(|p| format!("<p>{}</p>", self.line(p))).collect()
    }

    /// Text inside a paragraph.
    fn line(&self, text: &str) -> String {
        let mut html = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '`']) {
            html.push_str(&escape(&rest[..at]));
            let (sign, inside) = (rest[at..].chars().next().unwrap_or('$'), &rest[at + 1..]);
            let closed = inside.find(sign).filter(|end| {
                let body = &inside[..*end];
                let money = inside[end + 1..].starts_with(|c: char| c.is_ascii_digit());
                !body.is_empty() && (sign == '`' || (body.trim() == body && !money))
            });
            match closed {
                Some(end) if sign == '`' => html.push_str(&format!("<code>{}</code>", escape(&inside[..end]))),
                Some(end) => html.push_str(&self.formula(&inside[..end], MathDisplay::Inline)),
                None => html.push(sign),
            }
            rest = closed.map_or(inside, |end| &inside[end + 1..]);
        }
        html.push_str(&escape(rest));
        html
    }

    /// A proof in Markdown.
    pub(super) fn markdown(&self, text: &str) -> String {
        let options = Options::ENABLE_MATH | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let text = cut(text);
        let mut html = String::new();
        let events = Parser::new_ext(&text, options).filter_map(|event| self.harmless(event));
        pulldown_cmark::html::push_html(&mut html, events);
        html
    }

    /// An event with mathematics typeset and everything dangerous taken out.
    fn harmless<'a>(&self, event: Event<'a>) -> Option<Event<'a>> {
        let formula = |text: &str, display| Event::InlineHtml(CowStr::from(self.formula(text, display)));
        Some(match event {
            Event::InlineMath(text) => formula(&text, MathDisplay::Inline),
            Event::DisplayMath(text) => formula(&text, MathDisplay::Block),
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let safe = is_safe(&dest_url, link_type);
                let dest_url = if safe { dest_url } else { CowStr::from("#unsafe-link") };
                Event::Start(Tag::Link { link_type, dest_url, title, id })
            }
            // The text in place of the picture.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
            // Headings of the page stay above those of a proof.
            Event::Start(Tag::Heading { .. }) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Paragraph),
            other => other,
        })
    }

    /// A formula in MathML, or as it is written if that fails.
    fn formula(&self, latex: &str, display: MathDisplay) -> String {
        let usual = latex.len() <= LONGEST_FORMULA && depth(latex) <= DEEPEST_FORMULA;
        let typeset = usual.then(|| self.mathematics.convert_with_local_counter(latex, display).ok()).flatten();
        typeset.unwrap_or_else(|| format!("<code class=\"tex\">${}$</code>", escape(latex)))
    }
}

/// The start of a text, if it is very long.
fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => text.into(),
        Some((end, _)) => format!("{} … (cut here)", &text[..end]).into(),
    }
}

/// A bound on how deep the parts of a formula are nested: every command may take an argument.
fn depth(latex: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let mut commands = 0;
    for c in latex.chars() {
        match c {
            '{' | '[' | '(' => open += 1,
            '}' | ']' | ')' => open = open.saturating_sub(1),
            '\\' | '^' | '_' => commands += 1,
            _ => commands = 0,
        }
        // `\\\\\\` and `^^^^` without anything between.
        deepest = deepest.max(open).max(commands);
    }
    deepest
}

/// Whether a link may stay: web and mail addresses.
fn is_safe(url: &str, kind: LinkType) -> bool {
    kind == LinkType::Email || ["https://", "http://", "mailto:"].iter().any(|s| url.to_lowercase().starts_with(s))
}

/// Text for HTML, inside elements and attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mathematics_is_typeset_and_shown_as_written_if_it_cannot_be() {
        let prose = Prose::default();
        assert!(prose.statement("for $n \\le 3$").contains("<math"));
        assert!(prose.markdown("$$\\sum_i a_i$$").contains("<math display=\"block\""));
        assert!(prose.markdown("so $\\nonsense{$").contains("$"));
        assert!(prose.statement("$\\nonsense$").contains("<code class=\"tex\">$\\nonsense$</code>"));
        assert_eq!(prose.statement("it costs $5 or $6"), "<p>it costs $5 or $6</p>");
        assert_eq!(prose.statement("2*n*m and a_b_c `x<y`"), "<p>2*n*m and a_b_c <code>x&lt;y</code></p>");
    }

    #[test]
    fn what_is_dangerous_becomes_text() {
        let prose = Prose::default();
        let hostile = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "![x](https://example.org/track.png)",
            "[x](javascript:alert(1)) [y](data:text/html,<script>alert(1)</script>) [z]( JaVaScRiPt:alert(1))",
            "<javascript:alert(1)>",
            "$\\text{<script>alert(1)</script>}$ $<script>alert(1)</script>$",
            "$\\text{\"><img src=x onerror=alert(1)>}$",
            "$\\href{javascript:alert(1)}{x}$ $\\class{\" onclick=\"alert(1)}{x}$",
            "```\"><script>\nx\n```",
            "| a |\n|---|\n| <script>alert(1)</script> |",
            "[a]: javascript:alert(1)\n\n[a]",
            "<!-- --> <svg/onload=alert(1)>",
        ];
        for text in hostile {
            for html in [prose.markdown(text), prose.statement(text)] {
                let lower = html.to_lowercase();
                for bad in
                    ["<script", "<img", "<svg", "href=\"javascript", "href=\"data", "src=", " onclick=\"", "<!--"]
                {
                    let quoted = bad == "src=" && !lower.contains("<img");
                    assert!(quoted || !lower.contains(bad), "{text} gives {html}");
                }
            }
        }
    }

    #[test]
    fn deep_formulas_neither_end_the_program_nor_take_long() {
        let prose = Prose::default();
        for unit in [
            "{",
            "\\sqrt",
            "\\sqrt{",
            "\\left(",
            "^",
            "a^",
            "\\frac",
            "x_{",
            "\\begin{matrix}",
            "\\text{",
            "\\overset a",
        ] {
            for times in [30, 300, 100_000] {
                let text = unit.repeat(times);
                let html = prose.markdown(&format!("${text}x$"));
                assert!(!html.is_empty());
            }
        }
    }
}
