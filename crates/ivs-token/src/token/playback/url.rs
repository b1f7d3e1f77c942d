use fluent_uri::Uri;
use fluent_uri::pct_enc::DecodedChunk;

use crate::error::PlaybackUrlError;

/// The URL to play: the channel's `playbackUrl`, as `GetChannel` returns it, with the token as the query parameter
/// `token`. The parameter goes after an existing query and before a fragment.
///
/// ```
/// # let token = "e30.e30.AA";
/// let url = ivs_token::playback_url("https://x.playback.live-video.net/y.m3u8?player_version=1", token)?;
/// assert_eq!(url, "https://x.playback.live-video.net/y.m3u8?player_version=1&token=e30.e30.AA");
/// # Ok::<(), ivs_token::PlaybackUrlError>(())
/// ```
///
/// # Errors
///
/// [`PlaybackUrlError`] if the URL is not an `https:` or `http:` URL with a host, if it already has a parameter
/// `token`, or if the token has characters that are not allowed.
pub fn playback_url(base: &str, token: impl AsRef<str>) -> Result<String, PlaybackUrlError> {
    let token = token.as_ref();
    if token.is_empty()
        || !token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    {
        return Err(PlaybackUrlError::Token);
    }
    let uri = Uri::parse(base).map_err(|_| PlaybackUrlError::NotAUrl)?;
    let scheme = uri.scheme().as_str();
    if !["https", "http"].iter().any(|one| one.eq_ignore_ascii_case(scheme)) {
        return Err(PlaybackUrlError::Scheme { found: scheme.to_owned() });
    }
    if uri.authority().is_none_or(|authority| authority.host().is_empty()) {
        return Err(PlaybackUrlError::NoHost);
    }
    let before = match uri.query() {
        None => "?",
        Some(query) => {
            let mut names = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
            if names.any(|name| decoded(name.decode()) == "token") {
                return Err(PlaybackUrlError::HasToken);
            }
            if query.is_empty() || query.as_str().ends_with('&') { "" } else { "&" }
        }
    };
    let (url, fragment) = base.split_at(base.find('#').unwrap_or(base.len()));
    Ok(format!("{url}{before}token={token}{fragment}"))
}

/// A name in a query, with each octet that is no ASCII as a replacement character: good enough to be compared with one.
fn decoded<'a>(chunks: impl Iterator<Item = DecodedChunk<'a>>) -> String {
    chunks.fold(String::new(), |mut name, chunk| {
        match chunk {
            DecodedChunk::Unencoded(text) => name.push_str(text),
            DecodedChunk::PctDecoded(octet) if octet.is_ascii() => name.push(char::from(octet)),
            DecodedChunk::PctDecoded(_) => name.push(char::REPLACEMENT_CHARACTER),
        }
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appends_the_token_where_it_belongs() {
        let of = |base| playback_url(base, "a-b.c_d.E9").unwrap();
        for (base, url) in [
            ("https://x.example", "https://x.example?token=a-b.c_d.E9"),
            ("https://x.example/y.m3u8", "https://x.example/y.m3u8?token=a-b.c_d.E9"),
            ("HTTP://x.example/y.m3u8?", "HTTP://x.example/y.m3u8?token=a-b.c_d.E9"),
            ("https://x.example/y?a=b", "https://x.example/y?a=b&token=a-b.c_d.E9"),
            ("https://x.example/y?a=b&", "https://x.example/y?a=b&token=a-b.c_d.E9"),
            ("https://x.example/y?tokens=b&a=token", "https://x.example/y?tokens=b&a=token&token=a-b.c_d.E9"),
            ("https://x.example/y#t=1", "https://x.example/y?token=a-b.c_d.E9#t=1"),
            ("https://x.example/y?a#t?u", "https://x.example/y?a&token=a-b.c_d.E9#t?u"),
            ("https://x.example/y#?token=z", "https://x.example/y?token=a-b.c_d.E9#?token=z"),
            ("https://x.example:8443/?#", "https://x.example:8443/?token=a-b.c_d.E9#"),
        ] {
            assert_eq!(of(base), url);
        }
    }

    #[test]
    fn refuses_the_rest_by_name() {
        let scheme = |found: &str| PlaybackUrlError::Scheme { found: found.into() };
        for (base, error) in [
            ("", PlaybackUrlError::NotAUrl),
            ("x.example/y.m3u8", PlaybackUrlError::NotAUrl),
            ("https://x.example/a b", PlaybackUrlError::NotAUrl),
            ("https://x.example/é", PlaybackUrlError::NotAUrl),
            ("rtmps://x.example/y", scheme("rtmps")),
            ("x:y", scheme("x")),
            ("https:/y.m3u8", PlaybackUrlError::NoHost),
            ("https:///y.m3u8", PlaybackUrlError::NoHost),
            ("https://x.example/?token=a", PlaybackUrlError::HasToken),
            ("https://x.example/?a=b&token", PlaybackUrlError::HasToken),
            ("https://x.example/?%74oken=a", PlaybackUrlError::HasToken),
        ] {
            assert_eq!(playback_url(base, "a.b.c"), Err(error), "{base}");
        }
        for token in ["", "a.b.c&x=y", "a.b.c#", "a b", "a.b.c=", "a.b.é"] {
            assert_eq!(playback_url("https://x.example/", token), Err(PlaybackUrlError::Token), "{token}");
        }
    }
}
