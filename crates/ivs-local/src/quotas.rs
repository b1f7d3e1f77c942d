//! The names of quotas, and how the command line gives one.

/// What `--quota` can set.
const NAMES: [&str; 31] = [
    "adConfigurations",
    "channels",
    "compositionMaxHours",
    "compositions",
    "compositionsPerStage",
    "concurrentStreams",
    "concurrentViews",
    "encoderConfigurations",
    "failoverSlateConfigurations",
    "ingestBitrate",
    "ingestConfigurations",
    "ingestEdge",
    "ingestPixels",
    "metadataBytes",
    "playbackKeyPairs",
    "playbackRestrictionPolicies",
    "playbackTokenBytes",
    "publicKeys",
    "publishBitrate",
    "publishEdge",
    "publishOrSubscribeHours",
    "publishPixels",
    "publishersPerStage",
    "recordingConfigurations",
    "replicationsPerParticipant",
    "stages",
    "storageConfigurations",
    "streamKeysPerChannel",
    "streamTakeovers",
    "subscribersPerStage",
    "tagsPerResource",
];

/// A quota as the command line gives it: `stages=5`.
pub(crate) fn parse(text: &str) -> Result<(String, usize), String> {
    let pair = text.split_once('=').and_then(|(name, number)| Some((name, number.parse().ok()?)));
    let (name, number) = pair.ok_or("give NAME=NUMBER, such as stages=5")?;
    if !is_known(name) {
        return Err(format!("there is no quota {name}; the quotas are: {}", NAMES.join(", ")));
    }
    Ok((name.to_owned(), number))
}

/// Whether there is a quota of this name.
pub(crate) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::kinds::KINDS;

    #[test]
    fn a_name_that_nothing_asks_for_is_refused() {
        assert_eq!(parse("stages=5"), Ok(("stages".to_owned(), 5)));
        let said = parse("stage=5").unwrap_err();
        assert!(said.starts_with("there is no quota stage; the quotas are: adConfigurations, "), "{said}");
        for bad in ["stages", "stages=", "stages=many", "stages=-1", ""] {
            assert_eq!(parse(bad).unwrap_err(), "give NAME=NUMBER, such as stages=5");
        }
    }

    #[test]
    fn every_name_is_one_that_the_code_asks_for() {
        let code = code_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let lost: Vec<_> = NAMES.iter().filter(|name| !code.contains(&format!("\"{name}\""))).collect();
        assert!(lost.is_empty(), "nothing asks for {lost:?}");
    }

    #[test]
    fn the_quota_of_every_kind_is_known() {
        let quotas: Vec<_> = KINDS.into_iter().filter_map(crate::kinds::Kind::quota).collect();
        assert!(quotas.len() > 8, "{quotas:?}");
        let unknown: Vec<_> = quotas.into_iter().filter(|(name, _)| !is_known(name)).collect();
        assert!(unknown.is_empty(), "not among the names: {unknown:?}");
    }

    /// All code but that of this file, which names each.
    fn code_below(folder: &Path) -> String {
        let mut code = String::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                code += &code_below(&path);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("quotas.rs") {
                code += &std::fs::read_to_string(&path).unwrap();
            }
        }
        code
    }
}
