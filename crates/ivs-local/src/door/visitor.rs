//! What a client reports about itself.

use hyper::HeaderMap;
use hyper::header::USER_AGENT;

use crate::kinds::Record;

/// The longest text of a client that is kept (`ParticipantClientAttribute` of the service model).
const MAX_TEXT: usize = 128;

/// A client, as `GetParticipant` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visitor {
    browser: Option<(String, String)>,
    system: Option<(String, String)>,
    sdk: Option<String>,
}

impl Visitor {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let agent = text(USER_AGENT.as_str()).unwrap_or_default();
        let sdk = text("x-stages-sdk-version").or_else(|| text("x-stages-version"));
        Self { browser: browser(agent), system: system(agent), sdk: sdk.and_then(clean) }
    }

    /// Adds what is known about the client to a participant's record.
    pub(crate) fn note(&self, record: &mut Record) {
        let pairs = [
            ("browserName", self.browser.as_ref().map(|(name, _)| name)),
            ("browserVersion", self.browser.as_ref().map(|(_, version)| version)),
            ("osName", self.system.as_ref().map(|(name, _)| name)),
            ("osVersion", self.system.as_ref().map(|(_, version)| version)),
            ("sdkVersion", self.sdk.as_ref()),
        ];
        for (name, value) in pairs {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                record.insert(name.into(), value.as_str().into());
            }
        }
    }
}

/// The allowed characters of a text, cut to the length that the model allows.
fn clean(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|one| one.is_ascii_alphanumeric() || " ._-".contains(*one))
        .take(MAX_TEXT)
        .collect();
    (!text.is_empty()).then_some(text)
}

fn browser(agent: &str) -> Option<(String, String)> {
    // The order matters: browsers also name others in their user agent.
    let known = [
        ("Edg/", "Edge"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Firefox/", "Firefox"),
        ("Version/", "Safari"),
        ("Lavf/", "Lavf"),
        ("OBS-Studio/", "OBS-Studio"),
    ];
    let (mark, name) = known.into_iter().find(|(mark, _)| agent.contains(mark))?;
    let version = agent.split(mark).nth(1)?.split([' ', ';']).next()?;
    Some((name.to_owned(), clean(version)?))
}

/// A system, and its version where the client tells one. OBS does not tell that of macOS, and only the processor with Windows.
fn system(agent: &str) -> Option<(String, String)> {
    let known = [
        ("Windows NT ", "Windows"),
        ("Windows ", "Windows"),
        ("Android ", "Android"),
        ("iPhone OS ", "iOS"),
        ("Mac OS X", "macOS"),
        ("Linux ", "Linux"),
    ];
    let (mark, name) = known.into_iter().find(|(mark, _)| agent.contains(mark))?;
    let version = agent.split(mark).nth(1)?.split([';', ')']).next()?.trim();
    Some((name.to_owned(), clean(version).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_user_agents() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        assert_eq!(browser(chrome), Some(("Chrome".into(), "156.0.0.0".into())));
        assert_eq!(system(chrome), Some(("Linux".into(), "x86_64".into())));
        assert_eq!(browser("Lavf/62.3.100"), Some(("Lavf".into(), "62.3.100".into())));
        assert_eq!(browser("curl/8"), None);
        assert_eq!(system("curl/8"), None);
        assert_eq!(clean("<\u{e9}>"), None);
        assert_eq!(clean(&"a".repeat(500)).map(|text| text.len()), Some(MAX_TEXT));
    }

    #[test]
    fn obs_is_known_on_each_system() {
        let on = |shown: &str| format!("Mozilla/5.0 (OBS-Studio/32.1.2; {shown}; en-US)");
        let systems = [
            ("Linux x86_64", "Linux", "x86_64"),
            ("Windows x86_64", "Windows", "x86_64"),
            ("Mac OS X", "macOS", ""),
        ];
        for (shown, name, version) in systems {
            assert_eq!(browser(&on(shown)), Some(("OBS-Studio".into(), "32.1.2".into())), "{shown}");
            assert_eq!(system(&on(shown)), Some((name.into(), version.into())), "{shown}");
        }
        let safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15";
        assert_eq!(system(safari), Some(("macOS".into(), "10_15_7".into())));
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0";
        assert_eq!(system(edge), Some(("Windows".into(), "10.0".into())));
    }
}
