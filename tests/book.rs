//! The book as its readers see it: every formula is typeset, every link leads somewhere, and a browser shows it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use allocert::report::{BookPage, Seen, book, seen};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn pages() -> Vec<BookPage> {
    let read = |file: &str| std::fs::read_to_string(docs().join(file)).ok();
    book("allocert", &read("SUMMARY.md").expect("a summary"), read).unwrap_or_else(|error| panic!("{error}"))
}

fn all_seen() -> BTreeMap<String, Seen> {
    pages().into_iter().map(|page| (page.file, seen(&page.html))).collect()
}

#[test]
fn no_mathematics_is_left_as_it_is_written() {
    for (file, page) in all_seen() {
        let stray = page.text.lines().find(|line| line.contains(['$', '\\']));
        assert_eq!(stray, None, "{file}");
        for formula in &page.formulas {
            assert!(!formula.trim().is_empty() && !formula.contains(['$', '\\']), "{file}: {formula}");
        }
    }
    let theory = &all_seen()["theory.html"];
    assert!(theory.formulas.len() >= 300, "{} formulas on the page of theory", theory.formulas.len());
}

#[test]
fn every_link_leads_somewhere() {
    let pages = all_seen();
    let mut wrong = Vec::new();
    for (file, page) in &pages {
        for link in page.links.iter().filter(|l| !l.contains("://") && !l.starts_with("mailto:")) {
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(p, a)| (p, Some(a)));
            let path = if path.is_empty() { file } else { path };
            let there = match (pages.get(path), anchor) {
                (Some(to), Some(anchor)) => to.anchors.iter().any(|a| a == anchor),
                (Some(_), None) => true,
                (None, _) => !path.ends_with(".html") && docs().join(path).is_file(),
            };
            if !there {
                wrong.push(format!("{file}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_of_the_folder_is_in_the_summary() {
    let pages = all_seen();
    for entry in std::fs::read_dir(docs()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(page) = name.strip_suffix(".md").filter(|page| *page != "SUMMARY") {
            assert!(pages.contains_key(&format!("{page}.html")), "{name} is not in docs/SUMMARY.md");
        }
    }
}

/// The browser, if there is one.
fn browser() -> Option<&'static str> {
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success()));
    if found.is_none() {
        eprintln!("SKIPPED: the book in a browser. Please run:  sudo apt-get install chromium");
    }
    found
}

/// Where a page is wider than its window, or a formula has no size, a script in it says so.
const PROBE: &str = "<script>addEventListener('load', () => {
  const flat = [...document.querySelectorAll('math')].filter(m => m.getBoundingClientRect().height < 4).length;
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.title = `flat ${flat} wide ${wide}`;
});</script>";

#[test]
fn a_browser_shows_three_pages_on_a_phone_and_on_a_screen() {
    let Some(browser) = browser() else { return };
    let folder = std::env::temp_dir().join(format!("allocert-book-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for page in pages().iter().filter(|p| ["theory.html", "relu.html", "claims.html"].contains(&p.file.as_str())) {
        let file = folder.join(&page.file);
        std::fs::write(&file, page.html.replace("</head>", &format!("{PROBE}</head>"))).unwrap();
        for width in [500, 1200] {
            let shown = Command::new(browser)
                .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom"])
                .arg(format!("--window-size={width},900"))
                .arg(format!("file://{}", file.display()))
                .output()
                .expect("the browser starts");
            let dom = String::from_utf8_lossy(&shown.stdout).into_owned();
            assert!(dom.contains("<title>flat 0 wide 0</title>"), "{} at {width}: {:?}", page.file, title(&dom));
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

fn title(dom: &str) -> Option<&str> {
    dom.split_once("<title>")?.1.split("</title>").next()
}
