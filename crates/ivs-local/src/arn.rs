/// The parts of an ARN of IVS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
}

impl<'a> Arn<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:aws:ivs:")?.splitn(3, ':');
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let (kind, id) = resource.split_once('/')?;
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_id.then_some(Self { region, account, kind, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_arns_apart() {
        let arn = Arn::parse("arn:aws:ivs:us-west-2:123456789012:stage/a-B").unwrap();
        assert_eq!(
            (arn.region, arn.account, arn.kind, arn.id),
            ("us-west-2", "123456789012", "stage", "a-B")
        );
        for bad in [
            "",
            "arn:aws:s3:a:1:stage/x",
            "arn:aws:ivs:a:1:stage",
            "arn:aws:ivs:a:1:stage/",
            "arn:aws:ivs:a:1:stage/a/b",
        ] {
            assert_eq!(Arn::parse(bad), None, "{bad}");
        }
    }
}
