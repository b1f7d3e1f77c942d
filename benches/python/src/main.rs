//! The same calls in Rust, for `bindings/python/bench.py`, which runs this beside it and reads how much processor time it takes.
//!
//! `bench-core PRIVATE.PEM KID STAGE_ARN WHIP_URL TOKEN` reads lines such as `mint 200`, and writes one when it has done that.
// What clippy lets a bench do.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::hint::black_box;
use std::io::{Write as _, stdin, stdout};

use ivs_token::{Participant, PublicKeyArn, SigningKey, Stage, Verifier};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pem, kid, stage_arn, whip_url, token] = arguments.as_slice() else {
        return Err("bench-core PRIVATE.PEM KID STAGE_ARN WHIP_URL TOKEN".into());
    };
    let kid: PublicKeyArn = kid.parse()?;
    let key = SigningKey::from_pem(std::fs::read(pem)?)?.with_id(kid.clone());
    let stage = Stage::new(stage_arn.parse()?, whip_url)?;
    let verifier = Verifier::builder().key(kid, key.verifying_key().clone()).build()?;
    for line in stdin().lines() {
        let line = line?;
        let (what, count) = line.split_once(' ').ok_or("WHAT COUNT")?;
        let count: usize = count.parse()?;
        match what {
            "mint" => {
                for _ in 0..count {
                    drop(black_box(participant(&stage).mint(&key)?));
                }
            }
            "verify" => {
                for _ in 0..count {
                    drop(black_box(verifier.verify(black_box(token))?));
                }
            }
            "mint_batch" => {
                let people = std::iter::repeat_with(|| participant(&stage)).take(count);
                for token in black_box(key.mint_batch(people)) {
                    drop(token?);
                }
            }
            _ => return Err(format!("{what} is nothing that is done here").into()),
        }
        println!("done");
        stdout().flush()?;
    }
    Ok(())
}

fn participant(stage: &Stage) -> Participant {
    let participant = stage.participant().user_id("ana").attribute("displayName", "Ana");
    participant.attribute("role", "host").attribute("team", "blue")
}
